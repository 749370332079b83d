import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { type FakeStripe, startFakeStripe } from './start.ts';
import { clientOf, refusal } from './testing.ts';

let fake: FakeStripe;
let stripe: Stripe;
beforeAll(async () => {
  fake = await startFakeStripe();
  stripe = clientOf(fake.base);
});
afterAll(() => fake.close());

const create = (idempotencyKey = randomUUID(), config = stripe) =>
  config.paymentIntents.create(
    {
      amount: 500,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
      capture_method: 'manual',
      confirm: true,
      payment_method: 'pm_card_visa',
    },
    { idempotencyKey },
  );
const made = () => fake.intents().length;

test('a connection is lost before the effect: the key is free, and the next does it', async () => {
  const [key, before] = [randomUUID(), made()];
  fake.faults.push({ on: 'create', how: 'lost-before' });
  expect(await refusal(create(key))).toBeInstanceOf(Stripe.errors.StripeConnectionError);
  expect(made()).toBe(before);
  expect((await create(key)).status).toBe('requires_capture');
});

test('a connection is lost after the effect: its key returns the response, and nothing is done twice', async () => {
  const [key, before] = [randomUUID(), made()];
  fake.faults.push({ on: 'create', how: 'lost-after', times: 2 });
  for (const _ of [1, 2]) expect(await refusal(create(key))).toBeInstanceOf(Stripe.errors.StripeConnectionError);
  expect((await create(key)).status).toBe('requires_capture');
  expect(made()).toBe(before + 1);
});

test('a refusal can be lost as well', async () => {
  const { id } = await create();
  await stripe.paymentIntents.cancel(id);
  fake.faults.push({ on: 'capture', how: 'lost-after' });
  const capture = () => stripe.paymentIntents.capture(id, {}, { idempotencyKey: `capture-${id}` });
  expect(await refusal(capture())).toBeInstanceOf(Stripe.errors.StripeConnectionError);
  expect((await refusal(capture())).code).toBe('payment_intent_unexpected_state');
});

for (const [how, effect] of [
  ['500-before', 0],
  ['500-after', 1],
] as const) {
  test(`${how} stays a 500 under its key, with ${effect} intent made`, async () => {
    const [key, before] = [randomUUID(), made()];
    fake.faults.push({ on: 'create', how });
    const error = await refusal(create(key));
    expect(error).toMatchObject({
      type: 'StripeAPIError',
      statusCode: 500,
      headers: { 'stripe-should-retry': 'false' },
    });
    expect(await refusal(create(key))).toMatchObject({ statusCode: 500, headers: { 'idempotent-replayed': 'true' } });
    expect(made()).toBe(before + effect);
  });
}

test('the client itself does not repeat a kept 500', async () => {
  const key = randomUUID();
  fake.faults.push({ on: 'create', how: '500-after' });
  const error = await refusal(create(key, clientOf(fake.base, { maxNetworkRetries: 5 })));
  expect(error.headers?.['idempotent-replayed']).toBeUndefined();
});

test('too many requests are turned away before anything else, and the key is free', async () => {
  const key = randomUUID();
  fake.faults.push({ on: 'create', how: '429' });
  expect(await refusal(create(key))).toMatchObject({ type: 'StripeRateLimitError', code: 'rate_limit' });
  expect((await create(key)).status).toBe('requires_capture');
});

test('every kind of request can fail, in the order of the queue, as often as told', async () => {
  const { id } = await create();
  const work = {
    get: () => stripe.paymentIntents.retrieve(id),
    list: () => stripe.paymentIntents.list(),
    capture: () => stripe.paymentIntents.capture(id),
    cancel: () => stripe.paymentIntents.cancel(id),
    confirm: () => stripe.paymentIntents.confirm(id),
    refund: () => stripe.refunds.create({ payment_intent: id }),
  };
  for (const on of ['get', 'list', 'confirm', 'capture', 'cancel', 'refund'] as const) {
    fake.faults.push({ on, how: '500-before', times: 2 }, { on, how: 'lost-before' });
    const seen = [await refusal(work[on]()), await refusal(work[on]()), await refusal(work[on]())];
    expect(seen.map(({ statusCode }) => statusCode)).toEqual([500, 500, undefined]);
  }
  expect(fake.faults).toEqual([]);
  expect((await work.capture()).status).toBe('succeeded');
});

test('a payment whose response was lost is found by its metadata', async () => {
  const { id } = await create();
  fake.faults.push({ on: 'capture', how: '500-after' }, { on: 'refund', how: 'lost-after' });
  await refusal(stripe.paymentIntents.capture(id));
  expect((await stripe.paymentIntents.retrieve(id)).status).toBe('succeeded');
  await refusal(stripe.refunds.create({ payment_intent: id, amount: 100, metadata: { refund: 'r1' } }));
  const { data } = await stripe.refunds.list({ payment_intent: id });
  expect(data).toMatchObject([{ amount: 100, metadata: { refund: 'r1' } }]);
});
