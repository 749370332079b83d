import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { testDatabase } from '../../../../shared/testing/database.ts';
import { startFakeStripe } from '../../../../tests/fake-stripe/start.ts';
import { postgresPaymentMethods } from '../postgres/payment-methods.ts';
import { openStripe } from './client.ts';
import { stripeIntents } from './intents.ts';
import { type StripeDeps, stripePayments } from './stripe-payments.ts';

export type Shop = Awaited<ReturnType<typeof openShop>>;

/** Payments by a fake of Stripe, and one buyer. */
export async function openShop({ maxNetworkRetries = 1 } = {}) {
  const { db, drop } = await testDatabase();
  const fake = await startFakeStripe();
  const [methods, intents, userUuid] = [postgresPaymentMethods(db), stripeIntents(db), randomUUID()];
  const stripe = openStripe({ secretKey: 'sk_test_fake', apiBase: fake.base, maxNetworkRetries });
  const payments = stripePayments({ stripe, intents, methods });
  const references = new Map<string, string>();

  /** Returns the request for a payment by one of Stripe's test cards, or by an unknown one. */
  async function request(reference?: string, { amount = 500, currency = 'USD', key = randomUUID() as string } = {}) {
    let methodUuid = reference === undefined ? randomUUID() : references.get(reference);
    if (reference !== undefined && !methodUuid) {
      methodUuid = await methods.add({ userUuid, reference });
      references.set(reference, methodUuid);
    }
    return { key, amount, currency, methodUuid: methodUuid!, userUuid };
  }

  /** The key of a payment that was captured. */
  async function captured(reference = 'pm_card_visa', sum: { amount?: number; currency?: string } = {}) {
    const asked = await request(reference, sum);
    await payments.authorise(asked);
    await payments.capture(asked.key);
    return asked.key;
  }

  return {
    fake,
    methods,
    intents,
    stripe,
    payments,
    request,
    captured,
    /** The same adapter with some of its parts replaced. */
    otherwise: (deps: Partial<StripeDeps>) => stripePayments({ stripe, intents, methods, ...deps }),
    intentsOf: (key: string) => fake.intents().filter(({ metadata }) => metadata.onsale_order === key),
    intentOf: (key: string) => fake.intents().find(({ metadata }) => metadata.onsale_order === key)!,
    refunded: (key: string) =>
      fake.intents().find(({ metadata }) => metadata.onsale_order === key)!.latest_charge!.amount_refunded,
    close: async () => {
      await fake.close();
      await drop();
    },
  };
}

/** Stripe's client with some of its calls about refunds or disputes replaced. */
export function withCalls<N extends 'refunds' | 'disputes'>(
  stripe: Stripe,
  name: N,
  calls: Partial<Stripe[N]>,
): Stripe {
  const part = Object.assign(Object.create(stripe[name]), calls);
  return Object.assign(Object.create(stripe), { [name]: part });
}
