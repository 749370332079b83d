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

const pay = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    amount: 35_000,
    currency: 'usd',
    allowed_payment_method_types: ['card'],
    capture_method: 'manual',
    confirm: true,
    payment_method,
    ...more,
  });
const statusOf = async (id: string) => (await stripe.paymentIntents.retrieve(id)).status;

for (const [name, code, decline_code] of [
  ['chargeDeclined', 'card_declined', 'generic_decline'],
  ['visa_chargeDeclined', 'card_declined', 'generic_decline'],
  ['chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
  ['chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ['chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
  ['chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
] as const) {
  test(`pm_card_${name} is declined with ${decline_code}, and leaves an intent that another card can pay`, async () => {
    const error = await refusal(pay(`pm_card_${name}`));
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, decline_code });
    expect(error.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { type: 'card_error', code, decline_code },
    });
    const { id } = error.payment_intent!;
    const { latest_charge } = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    expect(latest_charge).toMatchObject({ status: 'failed', paid: false, amount_captured: 0, failure_code: code });
    const paid = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    expect(paid).toMatchObject({ status: 'requires_capture', last_payment_error: null });
  });
}

test('an unknown card is refused, and no intent is made', async () => {
  const before = fake.intents().length;
  const error = await refusal(pay('pm_card_unheardOf'));
  expect(error).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'payment_method' });
  expect(fake.intents()).toHaveLength(before);
});

for (const card of ['pm_card_authenticationRequired', 'pm_card_threeDSecure2Required']) {
  test(`${card} waits for its holder, who consents`, async () => {
    const { id, status, next_action } = await pay(card, { use_stripe_sdk: true });
    expect({ status, next_action }).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'use_stripe_sdk' },
    });
    fake.approve(id);
    expect(await statusOf(id)).toBe('requires_capture');
    expect(fake.events().map((event) => event.type)).toContain('payment_intent.requires_action');
  });
}

test('a holder who does not consent leaves the intent for another card', async () => {
  const { id } = await pay('pm_card_authenticationRequired');
  fake.reject(id);
  const intent = await stripe.paymentIntents.retrieve(id);
  expect(intent).toMatchObject({
    status: 'requires_payment_method',
    next_action: null,
    latest_charge: null,
    last_payment_error: { code: 'payment_intent_authentication_failure' },
  });
  expect(fake.events().at(-1)!.type).toBe('payment_intent.payment_failed');
  expect(() => fake.approve(id)).toThrow('requires_action');
});

test('a holder may consent to a card that is declined then', async () => {
  const { id } = await pay('pm_card_authenticationRequiredChargeDeclinedInsufficientFunds');
  fake.approve(id);
  const { status, last_payment_error } = await stripe.paymentIntents.retrieve(id);
  expect({ status, last_payment_error }).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { decline_code: 'insufficient_funds' },
  });
});

test('an intent that waits for the holder can be cancelled, and then can’t be approved', async () => {
  const { id } = await pay('pm_card_authenticationRequired');
  await stripe.paymentIntents.cancel(id);
  expect(() => fake.approve(id)).toThrow('canceled');
  expect(await statusOf(id)).toBe('canceled');
});

test('an intent with a return_url sends the holder away', async () => {
  const { next_action } = await pay('pm_card_authenticationRequired', { return_url: 'https://shop.example/back' });
  expect(next_action).toMatchObject({ type: 'redirect_to_url' });
});

test('methods chosen by Stripe may redirect, and need a return_url', async () => {
  const { id } = await stripe.paymentIntents.create({ amount: 35_000, currency: 'usd' });
  const error = await refusal(stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' }));
  expect(error).toMatchObject({ statusCode: 400, param: 'return_url' });
});
