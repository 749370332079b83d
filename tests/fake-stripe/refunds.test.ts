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

const hold = async (amount = 35_000, currency = 'usd') => {
  const method = { allowed_payment_method_types: ['card'], payment_method: 'pm_card_visa' };
  const { id } = await stripe.paymentIntents.create({
    amount,
    currency,
    ...method,
    capture_method: 'manual',
    confirm: true,
  });
  return id;
};
const paid = async (amount?: number, currency?: string) =>
  (await stripe.paymentIntents.capture(await hold(amount, currency))).id;
const chargeOf = async (id: string) =>
  (await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })).latest_charge as Stripe.Charge;

test('a refund gives back a part, then the rest, then no more', async () => {
  const id = await paid();
  const refund = await stripe.refunds.create({ payment_intent: id, amount: 10_000, metadata: { order: 'a1' } });
  expect(refund).toMatchObject({ amount: 10_000, payment_intent: id, status: 'succeeded', metadata: { order: 'a1' } });
  expect(await chargeOf(id)).toMatchObject({ amount_refunded: 10_000, refunded: false });
  expect(fake.events().at(-1)).toMatchObject({
    type: 'charge.refunded',
    data: { object: { amount_refunded: 10_000 } },
  });
  expect(await stripe.refunds.create({ payment_intent: id })).toMatchObject({ amount: 25_000 });
  expect(await chargeOf(id)).toMatchObject({ amount_refunded: 35_000, refunded: true });
  const error = await refusal(stripe.refunds.create({ payment_intent: id, amount: 1 }));
  expect(error).toMatchObject({ statusCode: 400, code: 'charge_already_refunded' });
  const { data } = await stripe.refunds.list({ payment_intent: id });
  expect(data.map(({ amount }) => amount)).toEqual([25_000, 10_000]);
  expect((await stripe.paymentIntents.retrieve(id)).status).toBe('succeeded');
});

test('a refund never gives back more than the rest, or than was captured', async () => {
  const id = await hold();
  await stripe.paymentIntents.capture(id, { amount_to_capture: 10_000 });
  const error = await refusal(stripe.refunds.create({ payment_intent: id, amount: 10_001 }));
  expect(error).toMatchObject({ statusCode: 400, param: 'amount' });
  expect(error.code).toBeUndefined();
  expect(await stripe.refunds.create({ payment_intent: id })).toMatchObject({ amount: 10_000 });
  expect(await chargeOf(id)).toMatchObject({ amount: 35_000, refunded: true });
});

test('a refund of an intent that is held, was never paid, or does not exist is refused', async () => {
  const { id } = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
  for (const payment_intent of [await hold(), id]) {
    expect(await refusal(stripe.refunds.create({ payment_intent }))).toMatchObject({ statusCode: 400 });
  }
  const error = await refusal(stripe.refunds.create({ payment_intent: 'pi_none' }));
  expect(error).toMatchObject({ statusCode: 400, code: 'resource_missing' });
});

test('a refund is bound to the steps of the currency', async () => {
  const payment_intent = await paid(5120, 'kwd');
  const error = await refusal(stripe.refunds.create({ payment_intent, amount: 1005 }));
  expect(error).toMatchObject({ code: 'invalid_charge_amount' });
  expect(await stripe.refunds.create({ payment_intent, amount: 1010 })).toMatchObject({ amount: 1010 });
});

test('a refund can fail days later: the money is with the seller again', async () => {
  const id = await paid();
  const refund = await stripe.refunds.create({ payment_intent: id });
  fake.failRefund(refund.id);
  expect((await stripe.refunds.list({ payment_intent: id })).data[0]).toMatchObject({ status: 'failed' });
  expect(await chargeOf(id)).toMatchObject({ amount_refunded: 0, refunded: false });
  expect(fake.events().at(-1)).toMatchObject({ type: 'refund.failed', data: { object: { id: refund.id } } });
});
