import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { PaymentUnanswered } from '../../domain/errors.ts';
import { openShop, type Shop, withCalls } from './testing.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ maxNetworkRetries: 0 });
});
afterEach(() => shop.fake.faults.splice(0));
afterAll(() => shop.close());

const refundOf = (key: string, amount = 200) => ({ key, refundKey: randomUUID(), amount, earlier: [] });
const held = async () => {
  const request = await shop.request('pm_card_visa');
  await shop.payments.authorise(request);
  return request.key;
};
const intentId = (key: string) => shop.intentOf(key).id;
const refundsOf = async (key: string) => (await shop.stripe.refunds.list({ payment_intent: intentId(key) })).data;

describe('a change by hand in the dashboard', () => {
  test('a payment that was cancelled by hand is gone, and there is nothing to refund', async () => {
    const key = await held();
    shop.fake.cancelByHand(intentId(key));
    expect(await shop.payments.capture(key)).toBe('gone');
    expect(await shop.payments.find(key)).toEqual({ is: 'voided' });
    expect(await shop.payments.close(key)).toEqual({ is: 'voided' });
    expect(await shop.payments.refund(refundOf(key))).toBe('voided');
  });

  test('a payment that was captured by hand is captured', async () => {
    const key = await held();
    shop.fake.captureByHand(intentId(key));
    expect(await shop.payments.capture(key)).toBe('captured');
    expect(await shop.payments.refund(refundOf(key, 500))).toBe('refunded');
    expect(shop.refunded(key)).toBe(500);
  });

  test('no more is refunded of a payment than the part that was captured by hand', async () => {
    const key = await held();
    shop.fake.captureByHand(intentId(key), 300);
    expect(await shop.payments.capture(key)).toBe('captured');
    for (let times = 0; times < 2; times++) expect(await shop.payments.refund(refundOf(key, 500))).toBe('refunded');
    expect(shop.refunded(key)).toBe(300);
  });

  test('a refund by hand that failed does not count; a pending one does', async () => {
    const key = await shop.captured('pm_card_pendingRefund');
    const failed = shop.fake.refundByHand(intentId(key), 100);
    shop.fake.failRefund(failed.id);
    expect(shop.fake.refundByHand(intentId(key), 50).status).toBe('pending');
    expect(await shop.payments.refund(refundOf(key))).toBe('refunded');
    expect(shop.refunded(key)).toBe(200);
  });

  test('a refund by hand between the look and the request is counted in the next look', async () => {
    const key = await shop.captured();
    let byHand = 1;
    const { refunds } = shop.stripe;
    const stripe = withCalls(shop.stripe, 'refunds', {
      create: (...args: Parameters<typeof refunds.create>) => {
        if (byHand-- > 0) shop.fake.refundByHand(intentId(key), 10);
        return refunds.create(...args);
      },
    } as Partial<typeof refunds>);
    expect(await shop.otherwise({ stripe }).refund(refundOf(key, 500))).toBe('refunded');
    expect((await refundsOf(key)).map(({ amount }) => amount)).toEqual([490, 10]);
    expect(await shop.intents.failedRefunds('none')).toBe(0);
  });

  test.each([
    [4, 'refunded'],
    [5, undefined],
  ])('%d of them are followed, and not for ever', async (times, outcome) => {
    const key = await shop.captured();
    let byHand = times;
    const { refunds } = shop.stripe;
    const stripe = withCalls(shop.stripe, 'refunds', {
      create: (...args: Parameters<typeof refunds.create>) => {
        if (byHand-- > 0) shop.fake.refundByHand(intentId(key), 1);
        return refunds.create(...args);
      },
    } as Partial<typeof refunds>);
    const given = shop.otherwise({ stripe }).refund(refundOf(key, 500));
    if (outcome) expect(await given).toBe(outcome as 'refunded');
    else await expect(given).rejects.toThrow(PaymentUnanswered);
    expect(shop.refunded(key)).toBe(outcome ? 500 : times);
  });
});

test('a refund of ours that failed later is made again when it is repeated', async () => {
  const key = await shop.captured();
  const refund = refundOf(key);
  await shop.payments.refund(refund);
  for (let times = 0; times < 2; times++) {
    shop.fake.failRefund((await refundsOf(key))[0]!.id);
    expect(shop.refunded(key)).toBe(0);
    expect(await shop.payments.refund(refund)).toBe('refunded');
    expect(shop.refunded(key)).toBe(200);
  }
});

test('a refund has failed when the refund by hand that counted as it has failed, or was cancelled', async () => {
  for (const [status, reason] of [
    ['failed', 'expired_or_canceled_card'],
    ['canceled', 'refund_canceled'],
  ] as const) {
    const key = await shop.captured();
    const byHand = shop.fake.refundByHand(intentId(key), 150);
    const refund = refundOf(key);
    await shop.payments.refund(refund);
    expect(await shop.payments.findRefund(refund)).toEqual({ is: 'given' });
    shop.fake.failRefund((await refundsOf(key)).find(({ id }) => id !== byHand.id)!.id, status);
    expect(await shop.payments.findRefund(refund)).toEqual({ is: 'failed', reason });
    expect(await shop.payments.refund(refund)).toBe('refunded');
    shop.fake.failRefund(byHand.id, status);
    // Its own part stands.
    expect(await shop.payments.findRefund(refund)).toEqual({ is: 'given' });
    const other = { key, refundKey: randomUUID(), amount: 100, earlier: [refund] };
    shop.fake.refundByHand(intentId(key), 250);
    expect(await shop.payments.refund(other)).toBe('refunded');
    expect(await shop.payments.findRefund(other)).toEqual({ is: 'given' });
    shop.fake.failRefund((await refundsOf(key))[0]!.id, status);
    expect(await shop.payments.findRefund(other)).toEqual({ is: 'failed', reason });
  }
});

test('a refund that fails at once is reported as refused', async () => {
  const key = await shop.captured();
  const { refunds } = shop.stripe;
  const stripe = withCalls(shop.stripe, 'refunds', {
    create: async (...args: Parameters<typeof refunds.create>) => {
      const { id } = await refunds.create(...args);
      shop.fake.failRefund(id);
      return refunds.retrieve(id);
    },
  } as Partial<typeof refunds>);
  await expect(shop.otherwise({ stripe }).refund(refundOf(key))).rejects.toMatchObject({
    name: 'PaymentRefused',
    reason: 'expired_or_canceled_card',
  });
});

test('a request whose key was used for another amount is replaced by one with a new key', async () => {
  const key = await shop.captured();
  const refund = refundOf(key);
  // The refused process died before it counted that.
  const intents = {
    ...shop.intents,
    noteFailedRefund: async () => {
      throw new Error('died');
    },
  };
  shop.fake.faults.push({ on: 'refund', how: 'refused', code: 'balance_insufficient' });
  await expect(shop.otherwise({ intents }).refund(refund)).rejects.toThrow('died');
  shop.fake.refundByHand(intentId(key), 50);
  await expect(shop.payments.refund(refund)).rejects.toThrow(PaymentUnanswered);
  expect(await shop.payments.refund(refund)).toBe('refunded');
  expect(shop.refunded(key)).toBe(200);
});

test('a ticket’s price may have a decimal that Stripe does not take: the sum of the refunds is right', async () => {
  const key = await shop.captured('pm_card_visa', { amount: 2470, currency: 'KWD' });
  const first = refundOf(key, 1235);
  expect(await shop.payments.refund(first)).toBe('refunded');
  expect(shop.refunded(key)).toBe(1240);
  expect(await shop.payments.refund({ ...refundOf(key, 1235), earlier: [first] })).toBe('refunded');
  expect(shop.refunded(key)).toBe(2470);
});

describe('disputes', () => {
  const disputed = async () => {
    const keys = [];
    for await (const charge of shop.payments.charges()) if (charge.isDisputed) keys.push(charge.key);
    return keys;
  };

  test('an inquiry withdraws no money: the payment can still be refunded', async () => {
    const key = await shop.captured();
    shop.fake.openDispute(intentId(key), 'warning_needs_response');
    expect(await disputed()).not.toContain(key);
    expect(await shop.payments.refund(refundOf(key))).toBe('refunded');
    shop.fake.closeDispute(intentId(key), 'won');
    expect(await disputed()).not.toContain(key);
  });

  test('a lost dispute stays one; the kept money stays the captured less the refunded', async () => {
    const key = await shop.captured();
    shop.fake.openDispute(intentId(key));
    shop.fake.closeDispute(intentId(key), 'lost');
    expect(await shop.payments.refund(refundOf(key))).toBe('disputed');
    const charges = [];
    for await (const charge of shop.payments.charges()) if (charge.key === key) charges.push(charge);
    expect(charges).toEqual([{ key, kept: 500, held: 0, isDisputed: true }]);
  });

  test('a payment that was refunded by hand before the dispute counts as refunded', async () => {
    const key = await shop.captured();
    shop.fake.refundByHand(intentId(key));
    shop.fake.openDispute(intentId(key));
    expect(await shop.payments.refund(refundOf(key))).toBe('refunded');
  });

  test('a second dispute after one that was won counts', async () => {
    const key = await shop.captured();
    shop.fake.openDispute(intentId(key));
    shop.fake.closeDispute(intentId(key), 'won');
    shop.fake.openDispute(intentId(key));
    expect(await shop.payments.refund(refundOf(key))).toBe('disputed');
  });

  test('Stripe is asked for no refund of a disputed payment, and for no dispute of an undisputed one', async () => {
    const asked = () => {
      throw new Error('asked');
    };
    const [key, other] = [await shop.captured(), await shop.captured()];
    shop.fake.openDispute(intentId(key));
    const refundless = shop.otherwise({ stripe: withCalls(shop.stripe, 'refunds', { create: asked }) });
    expect(await refundless.refund(refundOf(key))).toBe('disputed');
    const disputeless = shop.otherwise({ stripe: withCalls(shop.stripe, 'disputes', { list: asked }) });
    expect(await disputeless.refund(refundOf(other))).toBe('refunded');
    for await (const charge of disputeless.charges()) if (charge.key === other) break;
  });
});

describe('a payment that is not the order’s own', () => {
  test('is never the order’s own: Stripe is not even asked', async () => {
    const key = await shop.captured();
    const reference = intentId(key);
    shop.fake.faults.push({ on: 'get', how: 'refused' });
    expect(await shop.payments.giveBackStray({ key, reference })).toBe(false);
    expect(shop.fake.faults.splice(0)).toHaveLength(1);
  });

  async function stray(more: object = {}) {
    const { id } = await shop.stripe.paymentIntents.create({
      ...{ amount: 500, currency: 'usd', confirm: true, payment_method: 'pm_card_visa', capture_method: 'automatic' },
      ...{ allowed_payment_method_types: ['card'], metadata: { onsale_order: 'another order' }, ...more },
    });
    return { key: 'another order', reference: id };
  }
  const intent = (id: string) => shop.fake.intents().find((one) => one.id === id)!;

  test('is refunded once, less the refunds by hand', async () => {
    const strays = [await stray(), await stray()];
    shop.fake.refundByHand(strays[0]!.reference, 100);
    for (const one of [...strays, ...strays]) {
      expect(await shop.payments.giveBackStray(one)).toBe(true);
      expect(intent(one.reference).latest_charge!.amount_refunded).toBe(500);
    }
  });

  test('is left alone when it is disputed, unpaid, about another order, or not there', async () => {
    const one = await stray();
    shop.fake.openDispute(one.reference);
    expect(await shop.payments.giveBackStray(one)).toBe(false);
    const unpaid = await stray({ confirm: false });
    expect(await shop.payments.giveBackStray(unpaid)).toBe(false);
    expect(intent(unpaid.reference).status).toBe('requires_confirmation');
    const other = await stray();
    expect(await shop.payments.giveBackStray({ ...other, key: 'yet another' })).toBe(false);
    expect(intent(other.reference).latest_charge!.amount_refunded).toBe(0);
    expect(await shop.payments.giveBackStray({ ...other, reference: 'pi_none' })).toBe(false);
  });
});

test('each failure of a refund is counted once, even if several callers report it', async () => {
  const refundKey = randomUUID();
  await shop.intents.noteFailedRefund(refundKey, 0);
  await shop.intents.noteFailedRefund(refundKey, 0);
  expect(await shop.intents.failedRefunds(refundKey)).toBe(1);
  await shop.intents.noteFailedRefund(refundKey, 1);
  await shop.intents.noteFailedRefund(refundKey, 0);
  expect(await shop.intents.failedRefunds(refundKey)).toBe(2);
});

test('the first reason of a decline stays', async () => {
  const { key } = await shop.request('pm_card_visa');
  await shop.intents.remember(key, `pi_${key}`);
  await shop.intents.noteDecline(key, 'expired_card');
  await shop.intents.noteDecline(key, 'incorrect_cvc');
  expect((await shop.intents.find(key))!.declined).toBe('expired_card');
});
