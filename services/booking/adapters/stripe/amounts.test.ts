import { expect, test } from 'bun:test';
import { fromStripeAmount, toStripeAmount } from './amounts.ts';

test.each([
  ['USD', 35_000, 35_000],
  ['JPY', 5000, 5000],
  ['KWD', 12_340, 12_340],
  ['ISK', 5000, 500_000],
  ['UGX', 100, 10_000],
  ['MGA', 500_000, 5000],
  ['IQD', 12_340, 1234],
])('%s: %d minor units are %d of Stripe', (currency, ours, theirs) => {
  expect(toStripeAmount(ours, currency)).toBe(theirs);
  expect(fromStripeAmount(theirs, currency.toLowerCase())).toBe(ours);
});

test.each([
  ['KWD', 12_345],
  ['MGA', 150],
  ['IQD', 1],
])('%s: %d minor units are none of Stripe', (currency, amount) => {
  expect(() => toStripeAmount(amount, currency)).toThrow(`Stripe can't charge ${amount} minor units of ${currency}`);
});
