import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { testDatabase } from '../../../shared/testing/database.ts';
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
    close: async () => {
      await fake.close();
      await drop();
    },
  };
});

test('a decline is told with its reason, also when a process that heard of it first died on the way', async () => {
  const { db, drop } = await testDatabase();
  const fake = await startFakeStripe();
  const [methods, intents, userUuid, key] = [postgresPaymentMethods(db), stripeIntents(db), randomUUID(), randomUUID()];
  const stripe = openStripe({ secretKey: 'sk_test_fake', apiBase: fake.base });
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

  const methodUuid = await methods.add({ userUuid, reference: 'pm_card_chargeDeclinedInsufficientFunds' });
  const declined = { is: 'declined', reason: 'insufficient_funds' } as const;
  expect(await payments.authorise({ key, amount: 500, currency: 'USD', methodUuid, userUuid })).toEqual(declined);
  expect(await payments.find(key)).toEqual(declined);
  expect(await payments.close(key)).toEqual(declined);
  await fake.close();
  await drop();
});
