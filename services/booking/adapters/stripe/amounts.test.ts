import { expect, test } from 'bun:test';
import { AmountNotChargeable } from '../../domain/errors.ts';
import { boundsOf, fromStripeAmount, toStripeAmount, toStripeAmountUp } from './amounts.ts';

test.each([
  ['USD', 35_000, 35_000],
  ['JPY', 5000, 5000],
  ['KWD', 12_340, 12_340],
  ['ISK', 5000, 500_000],
  ['UGX', 100, 10_000],
  ['MGA', 500_000, 5000],
])('%s: %d minor units are %d of Stripe', (currency, ours, theirs) => {
  expect(toStripeAmount(ours, currency)).toBe(theirs);
  expect(toStripeAmountUp(ours, currency)).toBe(theirs);
  expect(fromStripeAmount(theirs, currency.toLowerCase())).toBe(ours);
});

test.each([
  ['KWD', 12_345, 12_350],
  ['MGA', 150, 2],
  ['ISK', 0.5, 100],
])('%s: %d minor units are none of Stripe, and the next is %d', (currency, amount, next) => {
  expect(() => toStripeAmount(amount, currency)).toThrow(AmountNotChargeable);
  expect(toStripeAmountUp(amount, currency)).toBe(next);
});

test.each([
  ['USD', { min: 50, max: 999_999_999_999, step: 1 }],
  ['GBP', { min: 30, max: 999_999_999_999, step: 1 }],
  ['HUF', { min: 17_500, max: 999_999_999_999, step: 1 }],
  ['JPY', { min: 50, max: 999_999_999_999, step: 1 }],
  ['XOF', { min: 1, max: 999_999_999_999, step: 1 }],
  ['KWD', { min: 10, max: 999_999_999_990, step: 10 }],
  ['ISK', { min: 1, max: 9_999_999_999, step: 1 }],
  ['UGX', { min: 1, max: 9_999_999_999, step: 1 }],
  ['MGA', { min: 100, max: 99_999_999_999_900, step: 100 }],
])('%s: what can be charged, in minor units of ISO 4217', (currency, bounds) => {
  expect(boundsOf(currency)).toEqual(bounds);
});

test.each(['XXX', 'IQD', 'usd', 'EURO', ''])('in “%s” nothing can be charged', (currency) => {
  expect(boundsOf(currency)).toBeUndefined();
  expect(() => toStripeAmount(100, currency)).toThrow(`Nothing can be charged in ${currency}`);
});
