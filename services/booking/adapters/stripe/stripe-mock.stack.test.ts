import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { testDatabase } from '../../../../shared/testing/database.ts';
import { startFakeStripe } from '../../../../tests/fake-stripe/start.ts';
import { clientOf } from '../../../../tests/fake-stripe/testing.ts';
import { postgresPaymentMethods } from '../postgres/payment-methods.ts';
import { stripeIntents } from './intents.ts';
import { stripePayments } from './stripe-payments.ts';

// stripe-mock is Stripe's own: it checks each request against the API's specification, and keeps no state. So the
// adapter works with the fake, and each of its requests is replayed to stripe-mock.

const mock = process.env.STRIPE_API_BASE;
if (!mock) throw new Error('STRIPE_API_BASE names no stripe-mock: `npm run test:stack` needs one');

test('every request of the adapter is one that Stripe’s specification allows', async () => {
  const { db, drop } = await testDatabase();
  const fake = await startFakeStripe();
  const requests: Request[] = [];
  const recorded = Object.assign(
    async (...[url, init]: Parameters<typeof fetch>) => {
      requests.push(new Request(url as string, init as RequestInit));
      return fetch(url, init);
    },
    { preconnect: fetch.preconnect },
  );
  const stripe = clientOf(fake.base, { httpClient: Stripe.createFetchHttpClient(recorded) });
  const methods = postgresPaymentMethods(db);
  const payments = stripePayments({ stripe, intents: stripeIntents(db), methods });
  const userUuid = randomUUID();
  const authorise = async (reference: string, key: string = randomUUID()) => {
    const methodUuid = await methods.add({ userUuid, reference });
    await payments.authorise({ key, amount: 35_000, currency: 'USD', methodUuid, userUuid });
    return key;
  };

  const sold = await authorise('pm_card_visa');
  await payments.find(sold);
  await payments.capture(sold);
  await payments.refund({ key: sold, refundKey: randomUUID(), amount: 10_000, earlier: [] });
  await authorise('pm_card_chargeDeclined');
  await payments.close(await authorise('pm_card_threeDSecure2Required'));
  await payments.refund({ key: await authorise('pm_card_visa'), refundKey: randomUUID(), amount: 35_000, earlier: [] });
  fake.openDispute(fake.intents()[0]!.id);
  for await (const _ of payments.charges());

  const asked = new Set<string>();
  for (const request of requests) {
    const { pathname, search } = new URL(request.url);
    const name = `${request.method} ${pathname.replace(/pi_\w+/, '{id}')}`;
    const body = await request.text();
    const answer = await fetch(`${mock}${pathname}${search}`, {
      method: request.method,
      headers: { Authorization: 'Bearer sk_test_123', 'Content-Type': 'application/x-www-form-urlencoded' },
      ...(body && { body }),
    });
    expect([name, body, answer.status, answer.ok ? '' : await answer.text()]).toEqual([name, body, 200, '']);
    asked.add(name);
  }
  expect([...asked].sort()).toEqual([
    'GET /v1/disputes',
    'GET /v1/payment_intents',
    'GET /v1/payment_intents/{id}',
    'GET /v1/refunds',
    'POST /v1/payment_intents',
    'POST /v1/payment_intents/{id}/cancel',
    'POST /v1/payment_intents/{id}/capture',
    'POST /v1/payment_intents/{id}/confirm',
    'POST /v1/refunds',
  ]);
  await fake.close();
  await drop();
});
