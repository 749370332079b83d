import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { testDatabase } from '../../../../shared/testing/database.ts';
import { startFakeStripe } from '../../../../tests/fake-stripe/start.ts';
import { withIntentCalls } from '../../../../tests/fake-stripe/testing.ts';
import { AmountNotChargeable, PaymentUnanswered } from '../../domain/errors.ts';
import { checkChargeable } from '../../domain/payment/payment-provider.ts';
import { paymentConformance } from '../payment-provider.conformance.ts';
import { postgresPaymentMethods } from '../postgres/payment-methods.ts';
import { openStripe, stripeName } from './client.ts';
import { stripeIntents } from './intents.ts';
import { stripePayments } from './stripe-payments.ts';
import { openShop, type Shop } from './testing.ts';

paymentConformance('Stripe', async () => {
  const { db, drop } = await testDatabase();
  const fake = await startFakeStripe();
  const methods = postgresPaymentMethods(db);
  const userUuid = randomUUID();
  const card = (reference: string) => methods.add({ userUuid, reference });
  const stripe = openStripe({ secretKey: 'sk_test_fake', apiBase: fake.base });
  const payments = stripePayments({ stripe, intents: stripeIntents(db), methods });
  const cards = {
    good: await card('pm_card_visa'),
    declined: await card('pm_card_chargeDeclined'),
    requiresAction: await card('pm_card_threeDSecure2Required'),
    lostAnswer: await card('pm_card_mastercard'),
    lostRequest: await card('pm_card_amex'),
  };
  const intentOf = (key: string) => fake.intents().find(({ metadata }) => metadata.onsale_order === key)!;
  return {
    payments: {
      ...payments,
      async authorise(request) {
        if (request.methodUuid === cards.lostAnswer) fake.faults.push({ on: 'confirm', how: 'lost-after', times: 9 });
        if (request.methodUuid === cards.lostRequest) fake.faults.push({ on: 'create', how: 'lost-before', times: 9 });
        return payments.authorise(request).finally(() => fake.faults.splice(0));
      },
    },
    methods: cards,
    userUuid,
    answer: async (key, approved) => (approved ? fake.approve : fake.reject)(intentOf(key).id),
    books: async (key) => {
      const intent = intentOf(key) as ReturnType<typeof intentOf> | undefined;
      const charge = intent?.latest_charge;
      return {
        held: intent?.amount_capturable ?? 0,
        kept: charge ? charge.amount_captured - charge.amount_refunded : 0,
      };
    },
    refundByHand: async (key, amount) => fake.refundByHand(intentOf(key).id, amount),
    failRefund: async (key, refundKey) => {
      const { data } = await stripe.refunds.list({ payment_intent: intentOf(key).id });
      fake.failRefund(data.find(({ metadata }) => metadata?.onsale_refund === refundKey)!.id);
    },
    dispute: async (key) => fake.openDispute(intentOf(key).id),
    winDispute: async (key) => fake.closeDispute(intentOf(key).id, 'won'),
    close: async () => {
      await fake.close();
      await drop();
    },
  };
});

test('a decline is returned with its reason, also when the first process to see it died on the way', async () => {
  const { stripe, intents, methods, request, close } = await openShop();
  const asked = await request('pm_card_chargeDeclinedInsufficientFunds');
  const { key } = asked;
  const { paymentIntents } = stripe;

  const dying = withIntentCalls(stripe, {
    cancel: async (id: string) => {
      await paymentIntents.cancel(id);
      throw new Error('died');
    },
  });
  const other = stripePayments({ stripe: dying, intents, methods });
  const slow = withIntentCalls(stripe, {
    confirm: (...args: Parameters<typeof paymentIntents.confirm>) =>
      paymentIntents.confirm(...args).catch(async (error: unknown) => {
        await expect(other.find(key)).rejects.toThrow('died');
        throw error;
      }),
  });
  const payments = stripePayments({ stripe: slow, intents, methods });

  const declined = { is: 'declined', reason: 'insufficient_funds' } as const;
  expect(await payments.authorise(asked)).toEqual(declined);
  expect(await payments.find(key)).toEqual(declined);
  expect(await payments.close(key)).toEqual(declined);
  await close();
});

test('an order’s own payment is not taken for a stray one by a webhook that came before its id was stored', async () => {
  const { stripe, intents, methods, request, fake, close } = await openShop();
  const asked = await request('pm_card_visa');
  const { key } = asked;
  const { paymentIntents } = stripe;
  const authorised = Promise.withResolvers<void>();
  const slow = withIntentCalls(stripe, {
    retrieve: async (id: string) => {
      await authorised.promise;
      return paymentIntents.retrieve(id);
    },
  } as Partial<typeof paymentIntents>);
  const other = stripePayments({ stripe: slow, intents, methods });
  let stray: Promise<boolean> | undefined;
  const payments = stripePayments({
    stripe,
    methods,
    intents: {
      ...intents,
      remember: async (of, reference) => {
        // Long enough for its first look.
        stray = other.giveBackStray({ key, reference });
        await intents.find(of);
        return intents.remember(of, reference);
      },
    },
  });
  expect(await payments.authorise(asked)).toEqual({ is: 'authorised' });
  authorised.resolve();
  expect(await stray).toBe(false);
  expect(fake.intents().map(({ status }) => status)).toEqual(['requires_capture']);
  await close();
});

test.each([
  ['500-before', 2],
  ['500-after', 1],
] as const)(
  'a refund comes about once though Stripe keeps a fault of its own as the answer: %s',
  async (how, unanswered) => {
    const { payments, captured, fake, close } = await openShop();
    const key = await captured();
    const refund = { key, refundKey: randomUUID(), amount: 200, earlier: [] };
    fake.faults.push({ on: 'refund', how });
    for (let i = 0; i < unanswered; i++) await expect(payments.refund(refund)).rejects.toThrow(PaymentUnanswered);
    expect(await payments.refund(refund)).toBe('refunded');
    expect(await payments.refund(refund)).toBe('refunded');
    expect(fake.intents()[0]!.latest_charge!.amount_refunded).toBe(200);
    await close();
  },
);

describe('with one shop', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ maxNetworkRetries: 0 });
  });
  afterEach(() => shop.fake.faults.splice(0));
  afterAll(() => shop.close());

  test('a replayed confirmation is outdated: the state of the payment is read anew', async () => {
    const { paymentIntents } = shop.stripe;
    const stripe = withIntentCalls(shop.stripe, {
      confirm: async (...args: Parameters<typeof paymentIntents.confirm>) => {
        expect((await paymentIntents.confirm(...args)).status).toBe('requires_action');
        shop.fake.approve(args[0]);
        return paymentIntents.confirm(...args);
      },
    });
    const request = await shop.request('pm_card_threeDSecure2Required');
    expect(await shop.otherwise({ stripe }).authorise(request)).toEqual({ is: 'authorised' });
  });

  test.each([
    ['under the same idempotency key', 'pm_card_mastercard', {}],
    ['under the same idempotency key, for an unknown card', undefined, {}],
    ['after Stripe has forgotten the idempotency key', 'pm_card_mastercard', { idempotencyKey: 'another' }],
  ])(
    'who creates an order’s intent after somebody else, %s, leaves that one’s payment as it is',
    async (_, card, options) => {
      const { paymentIntents } = shop.stripe;
      const request = await shop.request('pm_card_visa');
      const stripe = withIntentCalls(shop.stripe, {
        create: async (...[params, given]: Parameters<typeof paymentIntents.create>) => {
          expect(await shop.payments.authorise(request)).toEqual({ is: 'authorised' });
          return paymentIntents.create(params, { ...(given as object), ...options });
        },
      } as Partial<typeof paymentIntents>);
      const other = await shop.request(card, { key: request.key });
      expect(await shop.otherwise({ stripe }).authorise(other)).toEqual({ is: 'authorised' });
      expect(shop.intentsOf(request.key).filter(({ status }) => status === 'requires_capture')).toHaveLength(1);
      expect(await shop.payments.capture(request.key)).toBe('captured');
    },
  );

  test('a process that closes an order while it is confirmed decides how it ends', async () => {
    const { paymentIntents } = shop.stripe;
    const [request, cancelling, confirmed] = [
      await shop.request('pm_card_visa'),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    const closer = shop.otherwise({
      stripe: withIntentCalls(shop.stripe, {
        cancel: async (id: string) => {
          cancelling.resolve();
          await confirmed.promise;
          return paymentIntents.cancel(id);
        },
      } as Partial<typeof paymentIntents>),
    });
    let closed: Promise<unknown> | undefined;
    const stripe = withIntentCalls(shop.stripe, {
      confirm: async (...args: Parameters<typeof paymentIntents.confirm>) => {
        closed = closer.close(request.key);
        await cancelling.promise;
        return paymentIntents.confirm(...args);
      },
    });
    await expect(shop.otherwise({ stripe }).authorise(request)).rejects.toThrow(PaymentUnanswered);
    confirmed.resolve();
    expect(await closed).toEqual({ is: 'voided' });
    expect(await shop.payments.authorise(request)).toEqual({ is: 'voided' });
  });

  test('a payment that another process has made with a good card is not cancelled for an unknown one', async () => {
    const { key } = await shop.request('pm_card_visa');
    const [unknown, good] = [await shop.request(undefined, { key }), await shop.request('pm_card_visa', { key })];
    // Its intent is there, unconfirmed, when both look at it.
    shop.fake.faults.push({ on: 'confirm', how: 'lost-before', times: 9 });
    await expect(shop.payments.authorise(good)).rejects.toThrow(PaymentUnanswered);
    shop.fake.faults.splice(0);
    const intents: typeof shop.intents = {
      ...shop.intents,
      beginClosing: async (of) => {
        expect(await shop.payments.authorise(good)).toEqual({ is: 'authorised' });
        return shop.intents.beginClosing(of);
      },
    };
    expect(await shop.otherwise({ intents }).authorise(unknown)).toEqual({ is: 'authorised' });
    expect((await shop.intents.find(key))!.declined).toBeNull();
    expect(await shop.payments.capture(key)).toBe('captured');
  });

  test('a payment that is approved while it is being cancelled is nobody’s to sell', async () => {
    const { paymentIntents } = shop.stripe;
    const request = await shop.request('pm_card_threeDSecure2Required');
    const { key } = request;
    await shop.payments.authorise(request);
    const others = { find: shop.payments.find, authorise: () => shop.payments.authorise(request) };
    let closedByOther: Promise<unknown> | undefined;
    const stripe = withIntentCalls(shop.stripe, {
      cancel: async (...args: Parameters<typeof paymentIntents.cancel>) => {
        // It was still to be approved when it was looked at.
        shop.fake.approve(shop.intentOf(key).id);
        await Promise.all(Object.values(others).map((ask) => expect(ask(key)).rejects.toThrow(PaymentUnanswered)));
        closedByOther = shop.payments.close(key);
        return paymentIntents.cancel(...args);
      },
    } as Partial<typeof paymentIntents>);
    expect(await shop.otherwise({ stripe }).close(key)).toEqual({ is: 'voided' });
    expect(await closedByOther).toEqual({ is: 'voided' });
    expect(await shop.payments.find(key)).toEqual({ is: 'voided' });
  });

  test('a payment that is confirmed, and cancelled before its response is there, is not authorised', async () => {
    const { paymentIntents } = shop.stripe;
    const request = await shop.request('pm_card_visa');
    const [looked, confirmed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const closer = shop.otherwise({
      stripe: withIntentCalls(shop.stripe, {
        cancel: async (id: string) => {
          looked.resolve();
          await confirmed.promise;
          return paymentIntents.cancel(id);
        },
      } as Partial<typeof paymentIntents>),
    });
    const stripe = withIntentCalls(shop.stripe, {
      confirm: async (...args: Parameters<typeof paymentIntents.confirm>) => {
        const closed = closer.close(request.key);
        await looked.promise;
        const done = await paymentIntents.confirm(...args);
        confirmed.resolve();
        expect(await closed).toEqual({ is: 'voided' });
        return done;
      },
    } as Partial<typeof paymentIntents>);
    expect(await shop.otherwise({ stripe }).authorise(request)).toEqual({ is: 'voided' });
  });

  test('a cancellation whose response is lost may come late: until then nobody sells what is approved meanwhile', async () => {
    const request = await shop.request('pm_card_threeDSecure2Required');
    const { key } = request;
    await shop.payments.authorise(request);
    const { id } = shop.intentOf(key);
    shop.fake.faults.push({ on: 'cancel', how: 'lost-before', times: 2 });
    await expect(shop.payments.close(key)).rejects.toThrow(PaymentUnanswered);
    shop.fake.approve(id);
    await expect(shop.payments.find(key)).rejects.toThrow(PaymentUnanswered);
    await shop.stripe.paymentIntents.cancel(id);
    expect(await shop.payments.find(key)).toEqual({ is: 'voided' });
  });

  test('a payment that was approved before it was closed stays authorised, and can be found so afterwards', async () => {
    const request = await shop.request('pm_card_threeDSecure2Required');
    const { key } = request;
    await shop.payments.authorise(request);
    shop.fake.approve(shop.intentOf(key).id);
    const closed = await Promise.all([shop.payments.close(key), shop.payments.close(key)]);
    expect(closed).toEqual([{ is: 'authorised' }, { is: 'authorised' }]);
    expect(await shop.payments.find(key)).toEqual({ is: 'authorised' });
    expect(await shop.payments.capture(key)).toBe('captured');
  });

  test('an intent of an order that was closed meanwhile is not confirmed', async () => {
    const request = await shop.request('pm_card_visa');
    shop.fake.faults.push({ on: 'confirm', how: 'lost-before', times: 9 });
    await expect(shop.payments.authorise(request)).rejects.toThrow(PaymentUnanswered);
    shop.fake.faults.splice(0);
    // The process that closed it died before the intent was cancelled, and its turn is over.
    await shop.intents.endClosing(request.key, (await shop.intents.beginClosing(request.key))!);
    expect(await shop.payments.authorise(request)).toEqual({ is: 'voided' });
    expect(shop.intentOf(request.key).status).toBe('canceled');
  });

  test('a declined payment is not tried again, not even when its idempotency key is forgotten', async () => {
    const { paymentIntents } = shop.stripe;
    const request = await shop.request('pm_card_threeDSecure2Required');
    await shop.payments.authorise(request);
    shop.fake.reject(shop.intentOf(request.key).id);
    const stripe = withIntentCalls(shop.stripe, {
      confirm: (...[id, params]: Parameters<typeof paymentIntents.confirm>) => paymentIntents.confirm(id, params),
    } as Partial<typeof paymentIntents>);
    const again = await shop.request('pm_card_visa', { key: request.key });
    const declined = { is: 'declined', reason: 'authentication_failed' } as const;
    expect(await shop.otherwise({ stripe }).authorise(again)).toEqual(declined);
  });

  test('a confirmation that comes after another one returns the outcome of that one', async () => {
    const { paymentIntents } = shop.stripe;
    const request = await shop.request('pm_card_visa');
    const stripe = withIntentCalls(shop.stripe, {
      confirm: async (...[id, params]: Parameters<typeof paymentIntents.confirm>) => {
        expect(await shop.payments.authorise(request)).toEqual({ is: 'authorised' });
        return paymentIntents.confirm(id, params);
      },
    } as Partial<typeof paymentIntents>);
    expect(await shop.otherwise({ stripe }).authorise(request)).toEqual({ is: 'authorised' });
  });

  test('a payment that was captured all the same is not reported as refused for its amount', async () => {
    const { paymentIntents } = shop.stripe;
    const request = await shop.request('pm_card_visa');
    const stripe = withIntentCalls(shop.stripe, {
      cancel: async (id: string) => {
        await paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
        await paymentIntents.capture(id);
        return paymentIntents.cancel(id);
      },
    } as Partial<typeof paymentIntents>);
    shop.fake.faults.push({ on: 'confirm', how: 'refused', code: 'amount_too_small' });
    expect(await shop.otherwise({ stripe }).authorise(request)).toEqual({ is: 'authorised' });
  });

  test('a payment that Stripe has not decided on is not closed yet', async () => {
    const { paymentIntents } = shop.stripe;
    const request = await shop.request('pm_card_threeDSecure2Required');
    await shop.payments.authorise(request);
    const stripe = withIntentCalls(shop.stripe, {
      retrieve: async (...args: Parameters<typeof paymentIntents.retrieve>) => ({
        ...(await paymentIntents.retrieve(...args)),
        status: 'processing',
      }),
    } as Partial<typeof paymentIntents>);
    await expect(shop.otherwise({ stripe }).close(request.key)).rejects.toThrow(PaymentUnanswered);
    expect(shop.intentOf(request.key).status).toBe('requires_action');
  });

  test('an intent whose response was lost is found again, and not made twice', async () => {
    const request = await shop.request('pm_card_visa');
    shop.fake.faults.push({ on: 'create', how: 'lost-after', times: 2 });
    await expect(shop.payments.authorise(request)).rejects.toThrow(PaymentUnanswered);
    shop.fake.faults.splice(0);
    expect(await shop.payments.authorise(request)).toEqual({ is: 'authorised' });
    expect(shop.intentsOf(request.key)).toHaveLength(1);
  });

  test('another card that is under way when the first is declined pays nothing', async () => {
    const { paymentIntents } = shop.stripe;
    const good = await shop.request('pm_card_visa');
    const { key } = good;
    const declined = await shop.request('pm_card_chargeDeclined', { key });
    const dying = withIntentCalls(shop.stripe, {
      cancel: async () => {
        throw new Error('died');
      },
    } as Partial<typeof paymentIntents>);
    const stripe = withIntentCalls(shop.stripe, {
      confirm: async (...args: Parameters<typeof paymentIntents.confirm>) => {
        await expect(shop.otherwise({ stripe: dying }).authorise(declined)).rejects.toThrow('died');
        return paymentIntents.confirm(...args);
      },
    });
    await expect(shop.otherwise({ stripe }).authorise(good)).rejects.toThrow(PaymentUnanswered);
    expect(await shop.payments.close(key)).toEqual({ is: 'declined', reason: 'card_declined' });
  });

  test('an intent that is made while its order is closed is never confirmed', async () => {
    const { paymentIntents } = shop.stripe;
    const request = await shop.request('pm_card_visa');
    const stripe = withIntentCalls(shop.stripe, {
      create: async (...args: Parameters<typeof paymentIntents.create>) => {
        expect(await shop.payments.close(request.key)).toEqual({ is: 'voided' });
        return paymentIntents.create(...args);
      },
    } as Partial<typeof paymentIntents>);
    expect(await shop.otherwise({ stripe }).authorise(request)).toEqual({ is: 'voided' });
    expect(shop.intentOf(request.key).status).toBe('requires_payment_method');
  });

  test('two attempts with different cards end as one', async () => {
    const request = await shop.request('pm_card_visa');
    const other = await shop.request('pm_card_chargeDeclined', { key: request.key });
    const all = await Promise.allSettled([shop.payments.authorise(request), shop.payments.authorise(other)]);
    const settled = await shop.payments.close(request.key);
    for (const one of all) {
      if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(PaymentUnanswered);
      else expect(one.value).toEqual(settled);
    }
  });

  test.each([
    ['stripe:live', 'sk_live_1'],
    ['stripe:live', 'rk_live_1'],
    ['stripe:test', 'sk_test_1'],
    ['stripe:test', 'rk_test_1'],
  ] as const)('its name is %s with the key %s', (name, key) => {
    expect(stripeName(key)).toBe(name);
    expect(shop.otherwise({ name: stripeName(key) }).name).toBe(name);
  });

  test('a payment of the other mode is never ended, captured, refunded or taken for a stray one', async () => {
    const live = shop.otherwise({ name: 'stripe:live' });
    const [request, late] = [await shop.request('pm_card_visa'), await shop.request('pm_card_visa')];
    const { key } = request;
    await shop.payments.authorise(request);
    const before = shop.intentOf(key);
    const stray = { key: randomUUID(), reference: before.id };
    const work = [
      () => live.authorise(request),
      () => live.authorise(late),
      () => live.find(key),
      () => live.close(key),
      () => live.capture(key),
      () => live.refund({ key, refundKey: randomUUID(), amount: 500, earlier: [] }),
      () => live.giveBackStray(stray),
    ];
    for (const one of work) await expect(one()).rejects.toMatchObject({ name: 'PaymentRefused', reason: 'livemode' });
    expect(shop.intentOf(key)).toEqual(before);
    expect(shop.intentOf(late.key).status).toBe('requires_payment_method');
  });

  test.each([
    [30, 'USD'],
    [40, 'JPY'],
    [100, 'HUF'],
    [12_345, 'KWD'],
    [1_000_000_000_000, 'USD'],
    [500, 'XXX'],
  ])('%d minor units of %s are not chargeable, and nothing is left behind', async (amount, currency) => {
    const request = await shop.request('pm_card_visa', { amount, currency });
    for (let times = 0; times < 2; times++) {
      await expect(shop.payments.authorise(request)).rejects.toThrow(AmountNotChargeable);
    }
    expect(shop.intentsOf(request.key)).toEqual([]);
    expect(() => checkChargeable(shop.payments, { amount, currency })).toThrow(AmountNotChargeable);
    expect(await shop.payments.close(request.key)).toEqual({ is: 'voided' });
  });

  test('an amount that the card’s network does not take is refused when the card is known', async () => {
    const request = await shop.request('pm_card_amex', { amount: 1_000_000_000 });
    await expect(shop.payments.authorise(request)).rejects.toMatchObject({
      code: 'amount_not_chargeable',
      details: { bounds: { min: 50, max: 999_999_999, step: 1 } },
    });
    expect(shop.intentOf(request.key).status).toBe('canceled');
    expect(await shop.payments.authorise(request)).toEqual({ is: 'voided' });
  });

  test.each([
    ['amount_too_small', { min: 501, max: 999_999_999_999, step: 1 }],
    ['amount_too_large', { min: 50, max: 499, step: 1 }],
    ['charge_exceeds_transaction_limit', { min: 50, max: 499, step: 1 }],
    ['invalid_charge_amount', { min: 50, max: 999_999_999_999, step: 1 }],
  ])('where the bounds of an account are narrower, %s tells what of them is known', async (code, bounds) => {
    shop.fake.faults.push({ on: 'create', how: 'refused', code });
    await expect(shop.payments.authorise(await shop.request('pm_card_visa'))).rejects.toMatchObject({
      details: { amount: 500, currency: 'USD', bounds },
    });
  });
});
