import { randomUUID } from 'node:crypto';
import { testDatabase } from '../../../shared/testing/database.ts';
import { startFakeStripe } from '../fake-stripe/start.ts';
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
