import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { testDatabase } from '../../../shared/testing/database.ts';
import { PaymentUnanswered } from '../domain/payment-provider.ts';
import { startFakeStripe } from '../fake-stripe/start.ts';
import { withIntentCalls } from '../fake-stripe/testing.ts';
import { paymentConformance } from './payment-provider.conformance.ts';
import { postgresPaymentMethods } from './postgres-payment-methods.ts';
import { openStripe } from './stripe/client.ts';
import { stripeIntents } from './stripe/intents.ts';
import { stripePayments } from './stripe-payments.ts';

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
    dispute: async (key) => fake.openDispute(intentOf(key).id),
    winDispute: async (key) => fake.closeDispute(intentOf(key).id, 'won'),
    close: async () => {
      await fake.close();
      await drop();
    },
  };
});

async function openShop() {
  const { db, drop } = await testDatabase();
  const fake = await startFakeStripe();
  const [methods, intents, userUuid, key] = [postgresPaymentMethods(db), stripeIntents(db), randomUUID(), randomUUID()];
  const stripe = openStripe({ secretKey: 'sk_test_fake', apiBase: fake.base });
  return {
    fake,
    methods,
    intents,
    stripe,
    key,
    payments: stripePayments({ stripe, intents, methods }),
    request: async (reference: string) => {
      const methodUuid = await methods.add({ userUuid, reference });
      return { key, amount: 500, currency: 'USD', methodUuid, userUuid };
    },
    close: async () => {
      await fake.close();
      await drop();
    },
  };
}

test('a decline is told with its reason, also when a process that heard of it first died on the way', async () => {
  const { stripe, intents, methods, key, request, close } = await openShop();
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
  expect(await payments.authorise(await request('pm_card_chargeDeclinedInsufficientFunds'))).toEqual(declined);
  expect(await payments.find(key)).toEqual(declined);
  expect(await payments.close(key)).toEqual(declined);
  await close();
});

test('an order’s own payment is not taken for a stray one by who heard of it before its id was written down', async () => {
  const { stripe, intents, methods, key, request, fake, close } = await openShop();
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
  expect(await payments.authorise(await request('pm_card_visa'))).toEqual({ is: 'authorised' });
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
    const { payments, key, request, fake, close } = await openShop();
    await payments.authorise(await request('pm_card_visa'));
    await payments.capture(key);
    const refund = { key, refundKey: randomUUID(), amount: 200, earlier: [] };
    fake.faults.push({ on: 'refund', how });
    for (let i = 0; i < unanswered; i++) await expect(payments.refund(refund)).rejects.toThrow(PaymentUnanswered);
    expect(await payments.refund(refund)).toBe('refunded');
    expect(await payments.refund(refund)).toBe('refunded');
    expect(fake.intents()[0]!.latest_charge!.amount_refunded).toBe(200);
    await close();
  },
);
