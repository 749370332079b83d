import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Operation } from '../../../../tests/fake-stripe/faults.ts';
import { refusalCodes } from '../../../../tests/fake-stripe/refusals.ts';
import { AmountNotChargeable, PaymentRefused, PaymentUnanswered } from '../../domain/errors.ts';
import { openShop, type Shop } from './testing.ts';

// Each step of a payment, refused once with each code that Stripe documents for it: the outcome, and that the same call
// succeeds once Stripe no longer refuses.

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ maxNetworkRetries: 0 });
});
afterEach(() => shop.fake.faults.splice(0));
afterAll(() => shop.close());

/** The outcome by default: unknown, or one that needs a person's attention. */
function usual(code: string): string {
  if (['idempotency_key_in_use', 'rate_limit', 'lock_timeout', 'payment_intent_rate_limit_exceeded'].includes(code)) {
    return 'unanswered';
  }
  return `refused: ${withoutCode[code] ?? code}`;
}

const withoutCode: Record<string, string> = {
  'no code: wrong key': 'StripeAuthenticationError',
  'no code: key without permission': 'StripePermissionError',
  'no code: unknown currency': 'StripeInvalidRequestError',
  'no code: invalid request': 'StripeInvalidRequestError',
};

const all = (outcome: string, codes: string) => Object.fromEntries(codes.split(/\s+/).map((code) => [code, outcome]));

const amounts = all(
  'not chargeable',
  'amount_too_small amount_too_large invalid_charge_amount charge_exceeds_transaction_limit',
);

/** The outcome of the exceptions. */
const told: Partial<Record<Operation, Record<string, string>>> = {
  create: { ...amounts, 'no code: unknown currency': 'not chargeable' },
  confirm: {
    ...amounts,
    charge_exceeds_source_limit: 'not chargeable',
    ...all(
      'declined: card_declined',
      `card_declined incorrect_zip incorrect_address invalid_expiry_month invalid_expiry_year card_decline_rate_limit_exceeded
      approval_required`,
    ),
    ...all('declined: incorrect_cvc', 'incorrect_cvc invalid_cvc'),
    ...all('declined: incorrect_number', 'incorrect_number invalid_number'),
    insufficient_funds: 'declined: insufficient_funds',
    expired_card: 'declined: expired_card',
    processing_error: 'declined: processing_error',
    authentication_required: 'declined: authentication_failed',
    ...all(
      'declined: unknown_payment_method',
      `payment_intent_incompatible_payment_method payment_method_unactivated payment_method_unexpected_state
      payment_method_not_available payment_method_restricted payment_method_currency_mismatch
      payment_method_unsupported_type payment_method_invalid_parameter expired_payment_method token_already_used`,
    ),
  },
  // Refused by the state, which is read again: no other process was at work, so the next try counts.
  capture: {
    ...all('captured', 'payment_intent_unexpected_state intent_invalid_state charge_already_captured'),
    ...all('gone', 'charge_expired_for_capture capture_charge_authorization_expired'),
  },
  cancel: all('voided', 'payment_intent_unexpected_state intent_invalid_state charge_already_captured'),
  refund: all('disputed', 'charge_disputed refund_disputed_payment'),
};

async function outcome(work: Promise<string | { is: string; reason?: string }>): Promise<string> {
  try {
    const given = await work;
    if (typeof given === 'string') return given;
    return given.reason ? `${given.is}: ${given.reason}` : given.is;
  } catch (error) {
    if (error instanceof PaymentRefused) return `refused: ${error.reason}`;
    if (error instanceof PaymentUnanswered) return 'unanswered';
    if (error instanceof AmountNotChargeable) return 'not chargeable';
    throw error;
  }
}

const table = (on: Operation) => refusalCodes[on].map((code) => [code, told[on]?.[code] ?? usual(code)] as const);
const refuse = (on: Operation, code: string) => shop.fake.faults.push({ on, how: 'refused', code });

describe('an intent is not created', () => {
  test.each(table('create'))('%s: %s', async (code, expected) => {
    const request = await shop.request('pm_card_visa');
    refuse('create', code);
    expect(await outcome(shop.payments.authorise(request))).toBe(expected);
    expect(shop.intentsOf(request.key)).toEqual([]);
    expect(await shop.payments.find(request.key)).toEqual({ is: 'open' });
    expect(await shop.payments.close(request.key)).toEqual({ is: 'voided' });
    expect(await shop.payments.authorise(request)).toEqual({ is: 'voided' });
  });
});

describe('an intent is not confirmed', () => {
  test.each(table('confirm'))('%s: %s', async (code, expected) => {
    const request = await shop.request('pm_card_visa');
    refuse('confirm', code);
    expect(await outcome(shop.payments.authorise(request))).toBe(expected);
    expect(shop.intentOf(request.key).amount_capturable).toBe(0);
    const isEnded = expected.startsWith('declined') || expected === 'not chargeable';
    expect(shop.intentOf(request.key).status).toBe(isEnded ? 'canceled' : 'requires_payment_method');
    const ended = expected.startsWith('declined') ? expected : 'voided';
    expect(await outcome(shop.payments.close(request.key))).toBe(ended);
    expect(await outcome(shop.payments.authorise(request))).toBe(ended);
    expect(shop.intentOf(request.key).status).toBe('canceled');
  });
});

describe('a payment is not captured', () => {
  test.each(table('capture'))('%s: %s', async (code, expected) => {
    const request = await shop.request('pm_card_visa');
    await shop.payments.authorise(request);
    refuse('capture', code);
    expect(await outcome(shop.payments.capture(request.key))).toBe(expected);
    const isGone = expected === 'gone';
    expect(await shop.payments.capture(request.key)).toBe(isGone ? 'gone' : 'captured');
    expect(shop.intentOf(request.key)).toMatchObject({
      amount_received: isGone ? 0 : 500,
      status: isGone ? 'canceled' : 'succeeded',
    });
  });
});

describe('a payment is not captured on the way to a refund of a part', () => {
  test.each(table('capture'))('%s: %s', async (code, expected) => {
    const request = await shop.request('pm_card_visa');
    await shop.payments.authorise(request);
    const refund = { key: request.key, refundKey: randomUUID(), amount: 200, earlier: [] };
    refuse('capture', code);
    const outcomes: Record<string, string> = { captured: 'refunded', gone: 'voided' };
    expect(await outcome(shop.payments.refund(refund))).toBe(outcomes[expected] ?? expected);
    expect(await shop.payments.refund(refund)).toBe(expected === 'gone' ? 'voided' : 'refunded');
    expect(shop.refunded(request.key)).toBe(expected === 'gone' ? 0 : 200);
  });
});

describe('a payment is not cancelled', () => {
  test.each(table('cancel'))('%s: %s', async (code, expected) => {
    const [open, stray] = [await shop.request('pm_card_threeDSecure2Required'), await shop.request('pm_card_visa')];
    const { key } = await shop.request('pm_card_visa');
    await shop.payments.authorise(open);
    await shop.payments.authorise({ ...stray, key });
    await shop.payments.authorise(stray);
    const { id: reference } = shop.intentOf(stray.key);
    const refund = { key, refundKey: randomUUID(), amount: 500, earlier: [] };

    refuse('cancel', code);
    expect(await outcome(shop.payments.close(open.key))).toBe(expected);
    expect(await outcome(shop.payments.close(open.key))).toBe('voided');

    refuse('cancel', code);
    expect(await outcome(shop.payments.refund(refund))).toBe(expected);
    expect(await outcome(shop.payments.refund(refund))).toBe('voided');

    // As if its id had never been stored.
    const payments = shop.otherwise({ intents: { ...shop.intents, find: async () => undefined } });
    const giveBack = async () => String(await payments.giveBackStray({ key: stray.key, reference }));
    refuse('cancel', code);
    expect(await outcome(giveBack())).toBe(expected === 'voided' ? 'true' : expected);
    const isEnded = expected === 'voided' && shop.intentOf(stray.key).status === 'canceled';
    expect(await outcome(giveBack())).toBe(isEnded ? 'false' : 'true');
  });
});

describe('a payment is not refunded', () => {
  test.each(table('refund'))('%s: %s', async (code, expected) => {
    const key = await shop.captured();
    const refund = { key, refundKey: randomUUID(), amount: 200, earlier: [] };
    refuse('refund', code);
    expect(await outcome(shop.payments.refund(refund))).toBe(expected);
    expect(shop.refunded(key)).toBe(0);
    for (let times = 0; times < 2; times++) expect(await shop.payments.refund(refund)).toBe('refunded');
    expect(shop.refunded(key)).toBe(200);
  });
});

describe('Stripe refuses to show a payment', () => {
  test.each(table('get'))('%s: %s', async (code, expected) => {
    const key = await shop.captured();
    refuse('get', code);
    expect(await outcome(shop.payments.find(key))).toBe(expected);
    refuse('get', code);
    expect(await outcome(shop.payments.capture(key))).toBe(expected);
    refuse('get', code);
    expect(await outcome(shop.payments.close(key))).toBe(expected);
    expect(await outcome(shop.payments.close(key))).toBe('authorised');
  });
});

describe('Stripe refuses to list payments or refunds', () => {
  const listed = async () => {
    for await (const _ of shop.payments.charges());
    return 'listed';
  };
  test.each(table('list'))('%s: %s', async (code, expected) => {
    const key = await shop.captured();
    const refund = { key, refundKey: randomUUID(), amount: 200, earlier: [] };
    refuse('list', code);
    expect(await outcome(listed())).toBe(expected);
    refuse('list', code);
    expect(await outcome(shop.payments.refund(refund))).toBe(expected);
    expect(shop.refunded(key)).toBe(0);
    expect(await outcome(listed())).toBe('listed');
  });
});

describe('processes that are in each other’s way', () => {
  const state = { how: 'refused', code: 'payment_intent_unexpected_state' } as const;
  // After the last capture there must be a look that shows it.
  test.each([
    [3, 'captured', 'voided', 'voided'],
    [4, 'unanswered', 'voided', 'unanswered'],
    [5, 'unanswered', 'unanswered', 'unanswered'],
  ])('looks again, and not for ever: %d refusals by the state', async (times, captured, closed, refunded) => {
    const [sold, open] = [await shop.request('pm_card_visa'), await shop.request('pm_card_threeDSecure2Required')];
    const { key } = await shop.request('pm_card_visa');
    await shop.payments.authorise(sold);
    await shop.payments.authorise({ ...sold, key });
    await shop.payments.authorise(open);
    shop.fake.faults.push({ on: 'capture', times, ...state }, { on: 'cancel', times, ...state });
    expect(await outcome(shop.payments.capture(sold.key))).toBe(captured);
    expect(await outcome(shop.payments.close(open.key))).toBe(closed);
    shop.fake.faults.splice(0, 9, { on: 'cancel', times, ...state });
    expect(await outcome(shop.payments.refund({ key, refundKey: 'r1', amount: 500, earlier: [] }))).toBe(refunded);
  });
});
