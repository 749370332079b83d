import { afterAll, beforeAll, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { type FakeStripe, startFakeStripe } from './start.ts';
import { clientOf, refusal } from './testing.ts';

let fake: FakeStripe;
let stripe: Stripe;
beforeAll(async () => {
  fake = await startFakeStripe();
  stripe = clientOf(fake.base);
});
afterAll(() => fake.close());

const create = (amount: number, currency: string, more: object = {}) =>
  stripe.paymentIntents.create({ amount, currency, allowed_payment_method_types: ['card'], ...more });

for (const [amount, currency] of [
  [50, 'usd'],
  [30, 'gbp'],
  [50, 'jpy'],
  [9_999_999_999, 'jpy'],
  [999_999_999_999, 'eur'],
  [50, 'krw'],
  [5120, 'kwd'],
  [500, 'isk'],
  [500, 'ugx'],
  [1, 'xof'],
] as const) {
  test(`${amount} ${currency} can be charged`, async () => {
    expect(await create(amount, currency)).toMatchObject({ amount, currency });
  });
}

for (const [amount, currency, code, param] of [
  [49, 'usd', 'amount_too_small', 'amount'],
  [17_499, 'huf', 'amount_too_small', 'amount'],
  [49, 'jpy', 'amount_too_small', 'amount'],
  [0, 'xof', 'amount_too_small', 'amount'],
  [1_000_000_000_000, 'usd', 'amount_too_large', 'amount'],
  [49, 'krw', 'amount_too_small', 'amount'],
  [5124, 'kwd', 'invalid_charge_amount', 'amount'],
  [550, 'isk', 'invalid_charge_amount', 'amount'],
  [550, 'ugx', 'invalid_charge_amount', 'amount'],
  [35.5, 'usd', 'parameter_invalid_integer', 'amount'],
  [-50, 'usd', 'parameter_invalid_integer', 'amount'],
  [500, 'xxx', undefined, 'currency'],
  [500, 'USD', undefined, 'currency'],
] as const) {
  test(`${amount} ${currency} is refused`, async () => {
    const error = await refusal(create(amount, currency));
    expect(error).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, param });
    expect(error.code).toBe(code);
  });
}

for (const [what, more, param] of [
  ['an unknown parameter', { colour: 'red' }, 'colour'],
  ['an unknown way to capture', { capture_method: 'later' }, 'capture_method'],
  ['an empty text', { payment_method: '' }, 'payment_method'],
  ['too long a value in the metadata', { metadata: { tickets: 'x'.repeat(501) } }, 'metadata'],
  ['too much metadata', { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [i, 1])) }, 'metadata'],
  ['something that cannot be expanded', { expand: ['customer.sources'] }, 'expand'],
] as const) {
  test(`${what} is refused, and no intent is made`, async () => {
    const before = fake.intents().length;
    expect(await refusal(create(500, 'usd', more))).toMatchObject({ statusCode: 400, param });
    expect(fake.intents()).toHaveLength(before);
  });
}

test('payment_method_types is a parameter of older versions of the API', async () => {
  const error = await refusal(create(500, 'usd', { payment_method_types: ['card'] }));
  expect(error).toMatchObject({ statusCode: 400, code: 'payment_method_types_no_longer_supported' });
});

test('a missing parameter is named', async () => {
  const error = await refusal(stripe.paymentIntents.create({ amount: 500 } as Stripe.PaymentIntentCreateParams));
  expect(error).toMatchObject({ code: 'parameter_missing', param: 'currency' });
});
