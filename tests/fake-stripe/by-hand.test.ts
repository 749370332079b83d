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

const held = async (payment_method = 'pm_card_visa', amount = 500) => {
  const paying = { amount, currency: 'usd', confirm: true, payment_method, capture_method: 'manual' } as const;
  return (await stripe.paymentIntents.create({ ...paying, allowed_payment_method_types: ['card'] })).id;
};
const paid = async (payment_method?: string) => (await stripe.paymentIntents.capture(await held(payment_method))).id;

test('a refund by hand gives a part back, and then the rest, without metadata', async () => {
  const id = await paid();
  expect(fake.refundByHand(id, 100)).toMatchObject({ amount: 100, metadata: {} });
  expect(fake.refundByHand(id)).toMatchObject({ amount: 400 });
  expect(() => fake.refundByHand(id)).toThrow('refunded already');
  expect((await stripe.refunds.list({ payment_intent: id })).data).toHaveLength(2);
  expect(fake.events().at(-1)).toMatchObject({ type: 'charge.refunded', request: { id: null } });
});

test('an intent is cancelled or captured by hand', async () => {
  const [canceled, captured, partly] = [await held(), await held(), await held()];
  fake.cancelByHand(canceled);
  fake.captureByHand(captured);
  fake.captureByHand(partly, 300);
  expect(await stripe.paymentIntents.retrieve(canceled)).toMatchObject({ status: 'canceled', amount_received: 0 });
  expect(await stripe.paymentIntents.retrieve(captured)).toMatchObject({ status: 'succeeded', amount_received: 500 });
  expect(await stripe.paymentIntents.retrieve(partly)).toMatchObject({ status: 'succeeded', amount_received: 300 });
  expect(() => fake.captureByHand(canceled)).toThrow('canceled');
});

test('a refund to some cards is pending, and arrives or fails', async () => {
  const id = await paid('pm_card_pendingRefund');
  const refunds = [fake.refundByHand(id, 100), fake.refundByHand(id, 200)];
  expect(refunds.map(({ status }) => status)).toEqual(['pending', 'pending']);
  fake.settleRefund(refunds[0]!.id);
  expect(() => fake.settleRefund(refunds[0]!.id)).toThrow('No such refund');
  fake.failRefund(refunds[1]!.id);
  const { data } = await stripe.refunds.list({ payment_intent: id });
  expect(data.map(({ status }) => status)).toEqual(['failed', 'succeeded']);
  expect(await stripe.refunds.retrieve(refunds[1]!.id)).toMatchObject({ status: 'failed' });
  expect(await refusal(stripe.refunds.retrieve('re_none'))).toMatchObject({ statusCode: 404 });
  expect(fake.intents().find((one) => one.id === id)!.latest_charge!.amount_refunded).toBe(100);
});

test('the fake returns copies', async () => {
  const id = await held();
  fake.captureByHand(id).status = 'canceled';
  expect((await stripe.paymentIntents.retrieve(id)).status).toBe('succeeded');
});

test('American Express takes nine digits', async () => {
  expect(await held('pm_card_amex', 999_999_999)).toStartWith('pi_');
  expect(await refusal(held('pm_card_amex', 1_000_000_000))).toMatchObject({ code: 'amount_too_large' });
  expect(await held('pm_card_visa', 1_000_000_000)).toStartWith('pi_');
});
