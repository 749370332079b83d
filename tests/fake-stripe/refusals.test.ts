import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { refusalCodes } from './refusals.ts';
import { type FakeStripe, startFakeStripe } from './start.ts';
import { clientOf, refusal } from './testing.ts';

let fake: FakeStripe;
let stripe: Stripe;
beforeAll(async () => {
  fake = await startFakeStripe();
  stripe = clientOf(fake.base);
});
afterEach(() => fake.faults.splice(0));
afterAll(() => fake.close());

const create = (idempotencyKey: string = randomUUID()) =>
  stripe.paymentIntents.create(
    {
      ...{ amount: 500, currency: 'usd', confirm: true, payment_method: 'pm_card_visa' },
      allowed_payment_method_types: ['card'],
    },
    { idempotencyKey },
  );

for (const [code, type, statusCode] of [
  ['balance_insufficient', 'StripeInvalidRequestError', 400],
  ['a_code_of_tomorrow', 'StripeInvalidRequestError', 400],
  ['api_key_expired', 'StripeAuthenticationError', 401],
  ['card_declined', 'StripeCardError', 402],
  ['secret_key_required', 'StripePermissionError', 403],
  ['resource_missing', 'StripeInvalidRequestError', 404],
  ['idempotency_key_in_use', 'StripeAPIError', 409],
  ['lock_timeout', 'StripeRateLimitError', 429],
] as const) {
  test(`the fake refuses with ${code} when it is told to, as ${statusCode}`, async () => {
    fake.faults.push({ on: 'create', how: 'refused', code });
    const before = fake.intents().length;
    expect(await refusal(create())).toMatchObject({ code, type, statusCode });
    expect(fake.intents()).toHaveLength(before);
    expect((await create()).status).toBe('succeeded');
  });
}

test('some refusals have no code', async () => {
  fake.faults.push({ on: 'create', how: 'refused', code: 'no code: key without permission' });
  const error = await refusal(create());
  expect(error).toMatchObject({ type: 'StripePermissionError', statusCode: 403 });
  expect(error.code).toBeUndefined();
  fake.faults.push({ on: 'create', how: 'refused', code: 'no code: unknown currency' });
  expect(await refusal(create())).toMatchObject({ statusCode: 400, param: 'currency' });
});

test('an idempotency key keeps refusals of the work, and not refusals of the caller', async () => {
  const [kept, free] = [randomUUID(), randomUUID()];
  fake.faults.push({ on: 'create', how: 'refused', code: 'balance_insufficient' });
  await refusal(create(kept));
  expect((await refusal(create(kept))).headers).toMatchObject({ 'idempotent-replayed': 'true' });
  fake.faults.push({ on: 'create', how: 'refused', code: 'api_key_expired' });
  await refusal(create(free));
  expect((await create(free)).status).toBe('succeeded');
});

test('each list names a code once', () => {
  for (const codes of Object.values(refusalCodes)) expect(new Set(codes).size).toBe(codes.length);
});
