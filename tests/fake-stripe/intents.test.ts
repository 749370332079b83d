import { afterAll, beforeAll, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { testClock } from '../../shared/testing/clock.ts';
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

const cardOnly = { amount: 35_000, currency: 'usd', allowed_payment_method_types: ['card'] };
const create = (more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({ ...cardOnly, capture_method: 'manual', ...more });
const held = () => create({ confirm: true, payment_method: 'pm_card_visa' });
const typesOf = (id: string) =>
  fake.events().flatMap(({ type, data }) => ((data.object as { id: string }).id === id ? [type] : []));

test('an intent is created, confirmed, held and captured', async () => {
  const intent = await create({ metadata: { order: 'a1' } });
  expect(intent).toMatchObject({ status: 'requires_payment_method', amount: 35_000, metadata: { order: 'a1' } });
  expect(intent.client_secret).toStartWith(`${intent.id}_secret_`);
  const confirmed = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
  expect(confirmed).toMatchObject({ status: 'requires_capture', amount_capturable: 35_000, amount_received: 0 });
  const captured = await stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'capture-a1' });
  expect(captured).toMatchObject({ status: 'succeeded', amount_capturable: 0, amount_received: 35_000 });
  const { latest_charge } = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
  expect(latest_charge).toMatchObject({ amount: 35_000, amount_captured: 35_000, amount_refunded: 0, captured: true });
  expect(captured.latest_charge).toBe((latest_charge as Stripe.Charge).id);
  expect(typesOf(intent.id)).toEqual([
    'payment_intent.created',
    'payment_intent.amount_capturable_updated',
    'payment_intent.succeeded',
  ]);
  expect(fake.events().at(-1)!.request.idempotency_key).toBe('capture-a1');
});

test('an intent with automatic capture succeeds at once', async () => {
  const intent = await create({ capture_method: 'automatic', confirm: true, payment_method: 'pm_card_visa' });
  expect(intent).toMatchObject({ status: 'succeeded', amount_received: 35_000 });
});

test('a method without confirmation waits for it', async () => {
  const intent = await create({ payment_method: 'pm_card_visa' });
  expect(intent.status).toBe('requires_confirmation');
  expect((await stripe.paymentIntents.confirm(intent.id)).status).toBe('requires_capture');
});

test('a part of an authorisation can be captured; the rest is released', async () => {
  const { id } = await held();
  const error = await refusal(stripe.paymentIntents.capture(id, { amount_to_capture: 35_001 }));
  expect(error).toMatchObject({ statusCode: 400, code: 'amount_too_large' });
  const captured = await stripe.paymentIntents.capture(id, { amount_to_capture: 10_000, expand: ['latest_charge'] });
  expect(captured).toMatchObject({ amount: 35_000, amount_received: 10_000, amount_capturable: 0 });
  expect(captured.latest_charge).toMatchObject({ amount: 35_000, amount_captured: 10_000, amount_refunded: 0 });
});

test('a hold is cancelled, without a refund', async () => {
  const { id } = await held();
  const canceled = await stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' });
  expect(canceled).toMatchObject({ status: 'canceled', amount_capturable: 0, cancellation_reason: 'abandoned' });
  const { latest_charge } = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  expect(latest_charge).toMatchObject({ captured: false, amount_captured: 0, amount_refunded: 0, refunded: false });
  expect((await stripe.refunds.list({ payment_intent: id })).data).toEqual([]);
});

test('an uncaptured hold is cancelled after a week', async () => {
  const { id } = await held();
  clock.advance(7 * 86_400_000);
  const canceled = await stripe.paymentIntents.retrieve(id);
  expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'expired' });
});

test('steps that do not fit the state are refused, with the intent as it is', async () => {
  const unexpected = async (work: Promise<unknown>, status: string) =>
    expect(await refusal(work)).toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
      payment_intent: { status },
    });
  const intents = stripe.paymentIntents;
  const { id } = await create();
  await unexpected(intents.capture(id), 'requires_payment_method');
  await unexpected(intents.confirm(id), 'requires_payment_method');
  await intents.confirm(id, { payment_method: 'pm_card_visa' });
  await unexpected(intents.confirm(id, { payment_method: 'pm_card_visa' }), 'requires_capture');
  await intents.capture(id);
  await unexpected(intents.capture(id), 'succeeded');
  await unexpected(intents.cancel(id), 'succeeded');
  const other = await create();
  await intents.cancel(other.id);
  await unexpected(intents.cancel(other.id), 'canceled');
  await unexpected(intents.confirm(other.id, { payment_method: 'pm_card_visa' }), 'canceled');
});

test('a list of intents has the newest first, page by page, from a time on', async () => {
  clock.advance(60_000);
  const since = Math.floor(clock.now() / 1000);
  const made = [];
  for (let i = 0; i < 5; i++) made.unshift((await create()).id);
  await stripe.paymentIntents.confirm(made[0]!, { payment_method: 'pm_card_visa' });
  const query = { created: { gte: since }, limit: 2 };
  const first = await stripe.paymentIntents.list({ ...query, expand: ['data.latest_charge'] });
  expect(first.has_more).toBe(true);
  expect(first.data.map(({ id }) => id)).toEqual(made.slice(0, 2));
  expect(first.data[0]!.latest_charge).toMatchObject({ object: 'charge', amount: 35_000 });
  const all = [];
  for await (const { id } of stripe.paymentIntents.list(query)) all.push(id);
  expect(all).toEqual(made);
  expect((await refusal(stripe.paymentIntents.list({ limit: 101 }))).statusCode).toBe(400);
});

test('the fake needs a key, refuses unknown paths, and names every request', async () => {
  const url = `${fake.base}/v1/payment_intents`;
  expect((await fetch(url)).status).toBe(401);
  const basic = await fetch(url, { headers: { Authorization: `Basic ${btoa('sk_test_x:')}` } });
  expect(basic.status).toBe(200);
  expect(basic.headers.get('Request-Id')).toStartWith('req_');
  expect(await refusal(stripe.customers.list())).toMatchObject({ statusCode: 404 });
  const error = await refusal(stripe.paymentIntents.retrieve('pi_none'));
  expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing' });
  expect(error.requestId).toStartWith('req_');
});
