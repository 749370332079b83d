import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { testClock } from '../../shared/testing/clock.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type FakeStripe, startFakeStripe } from './start.ts';
import { clientOf, refusal } from './testing.ts';

const clock = testClock();
let fake: FakeStripe;
let stripe: Stripe;
beforeAll(async () => {
  fake = await startFakeStripe({ clock });
  stripe = clientOf(fake.base);
});
afterAll(() => fake.close());

const create = (idempotencyKey: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create(
    { amount: 500, currency: 'usd', allowed_payment_method_types: ['card'], ...more },
    { idempotencyKey },
  );
const paying = { payment_method: 'pm_card_visa', confirm: true };
const made = () => fake.intents().length;

test('the same request is done once, and gets the first response although the intent has moved on', async () => {
  const key = randomUUID();
  const first = await create(key, { ...paying, capture_method: 'manual' });
  await stripe.paymentIntents.capture(first.id);
  const before = made();
  const again = await create(key, { ...paying, capture_method: 'manual' });
  expect(again).toEqual(first);
  expect(again.status).toBe('requires_capture');
  expect(made()).toBe(before);
  const { headers } = again.lastResponse as unknown as Response;
  expect(headers.get('Idempotent-Replayed')).toBe('true');
  expect(headers.get('Original-Request')).toBe(first.lastResponse.requestId);
  expect(again.lastResponse.requestId).not.toBe(first.lastResponse.requestId);
});

test('the order of the parameters does not matter', async () => {
  const key = randomUUID();
  const { id } = await create(key);
  const params = { allowed_payment_method_types: ['card' as const], currency: 'usd', amount: 500 };
  expect((await stripe.paymentIntents.create(params, { idempotencyKey: key })).id).toBe(id);
});

test('a declined card stays declined under its key, and makes one intent', async () => {
  const [key, before] = [randomUUID(), made()];
  const decline = () => refusal(create(key, { payment_method: 'pm_card_chargeDeclined', confirm: true }));
  const [first, again] = [await decline(), await decline()];
  expect(again.payment_intent!.id).toBe(first.payment_intent!.id);
  expect(again).toMatchObject({ statusCode: 402, headers: { 'idempotent-replayed': 'true' } });
  expect(made()).toBe(before + 1);
});

test('a key belongs to its parameters and its endpoint', async () => {
  const key = randomUUID();
  const { id } = await create(key);
  for (const work of [create(key, { amount: 501 }), stripe.paymentIntents.cancel(id, {}, { idempotencyKey: key })]) {
    expect(await refusal(work)).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  }
  expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_payment_method');
});

test('a refusal for the state is kept, a refusal for the parameters is not', async () => {
  const key = randomUUID();
  const { id } = await create(randomUUID());
  const capture = () => stripe.paymentIntents.capture(id, {}, { idempotencyKey: key });
  expect((await refusal(capture())).code).toBe('payment_intent_unexpected_state');
  await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
  expect((await refusal(capture())).headers).toMatchObject({ 'idempotent-replayed': 'true' });
  const other = randomUUID();
  expect((await refusal(create(other, { amount: 1 }))).code).toBe('amount_too_small');
  expect((await create(other)).amount).toBe(500);
});

test('a key is free again after a day', async () => {
  const key = randomUUID();
  const { id } = await create(key);
  clock.advance(86_400_000 - 1);
  expect((await create(key)).id).toBe(id);
  clock.advance(1);
  expect((await create(key)).id).not.toBe(id);
});

test('a second request with the key of one under way is refused', async () => {
  const key = randomUUID();
  const gate = Promise.withResolvers<void>();
  fake.faults.push({ on: 'create', how: 'delay', until: gate.promise });
  const first = create(key);
  await eventually(() => fake.faults.length === 0);
  const error = await refusal(create(key));
  expect(error).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
  gate.resolve();
  const { id } = await first;
  expect((await create(key)).id).toBe(id);
});

test('a key that is too long is refused', async () => {
  expect((await refusal(create('k'.repeat(256)))).statusCode).toBe(400);
  expect((await create('k'.repeat(255))).amount).toBe(500);
});
