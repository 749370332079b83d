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

const paid = async (capture_method: 'automatic' | 'manual' = 'automatic') => {
  const paying = { amount: 500, currency: 'usd', confirm: true, payment_method: 'pm_card_visa', capture_method };
  return (await stripe.paymentIntents.create({ ...paying, allowed_payment_method_types: ['card'] })).id;
};
const disputesOf = async (payment_intent: string) => (await stripe.disputes.list({ payment_intent })).data;
const told = (id: string) =>
  fake.events().flatMap(({ type, data }) => {
    const { object, payment_intent } = data.object as Stripe.Dispute;
    return object === 'dispute' && payment_intent === id ? [type] : [];
  });
const isDisputed = async (id: string) => {
  const { latest_charge } = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  return (latest_charge as Stripe.Charge).disputed;
};

test('a disputed payment is not refunded until the dispute is won', async () => {
  const [id, other] = [await paid(), await paid()];
  expect(await isDisputed(id)).toBe(false);
  fake.openDispute(id);
  expect(await isDisputed(id)).toBe(true);
  expect(await disputesOf(id)).toMatchObject([
    { object: 'dispute', amount: 500, payment_intent: id, status: 'needs_response', metadata: {} },
  ]);
  expect(await disputesOf(other)).toEqual([]);
  const error = await refusal(stripe.refunds.create({ payment_intent: id }));
  expect(error).toMatchObject({ statusCode: 400, code: 'charge_disputed' });
  fake.closeDispute(id, 'won');
  expect(await isDisputed(id)).toBe(true);
  expect(await stripe.refunds.create({ payment_intent: id })).toMatchObject({ amount: 500 });
  const types = ['created', 'funds_withdrawn', 'closed', 'funds_reinstated'];
  expect(told(id)).toEqual(types.map((type) => `charge.dispute.${type}` as never));
});

test('a payment whose dispute is lost is never refunded', async () => {
  const id = await paid();
  fake.openDispute(id);
  fake.closeDispute(id, 'lost');
  expect(await refusal(stripe.refunds.create({ payment_intent: id }))).toMatchObject({ code: 'charge_disputed' });
  expect(await disputesOf(id)).toMatchObject([{ status: 'lost', is_charge_refundable: false }]);
  expect(told(id).at(-1)).toBe('charge.dispute.closed');
  expect(() => fake.closeDispute(id, 'won')).toThrow('No such dispute');
});

test('an inquiry withdraws nothing, and leaves the payment refundable', async () => {
  const id = await paid();
  fake.openDispute(id, 'warning_needs_response');
  expect(await stripe.refunds.create({ payment_intent: id, amount: 100 })).toMatchObject({ amount: 100 });
  expect(() => fake.closeDispute(id, 'lost')).toThrow('only be closed');
  fake.closeDispute(id, 'won');
  expect(await disputesOf(id)).toMatchObject([{ status: 'warning_closed' }]);
  expect(told(id)).toEqual(['charge.dispute.created', 'charge.dispute.closed']);
});

test('an uncaptured payment can’t be disputed', async () => {
  const id = await paid('manual');
  expect(() => fake.openDispute(id)).toThrow('no successful charge');
});
