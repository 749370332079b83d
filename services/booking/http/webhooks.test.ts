import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../shared/testing/factories.ts';
import { type FakeStripe, startFakeStripe } from '../../../tests/fake-stripe/start.ts';
import { clientOf, withIntentCalls } from '../../../tests/fake-stripe/testing.ts';
import { postgresPaymentMethods } from '../adapters/postgres/payment-methods.ts';
import { stripeIntents } from '../adapters/stripe/intents.ts';
import { stripePayments } from '../adapters/stripe/stripe-payments.ts';
import { stripeWebhooks } from '../adapters/stripe/webhooks.ts';
import { appOver } from '../app.harness.ts';
import { sweepCaptures } from '../domain/payment/sweep-captures.ts';
import { atOnce, createOrder, findOrder, refundOrder, reserveTickets, type Sale, startSale } from '../testing.ts';

const secret = 'whsec_of_the_test';
let sale: Sale;
let fake: FakeStripe;
let server: ReturnType<typeof Bun.serve>;
const counted: string[] = [];
const statuses: number[] = [];
/** True while all webhooks of a payment arrive before its response. */
let overtaken = false;

beforeAll(async () => {
  server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('not yet', { status: 503 }) });
  // Held back: each test decides which arrive, how often and in which order.
  fake = await startFakeStripe({ webhook: { url: `${server.url}webhooks/stripe`, secret, held: true, retryMs: 0 } });
  const { paymentIntents } = clientOf(fake.base);
  const stripe = withIntentCalls(clientOf(fake.base), {
    confirm: (...args: Parameters<typeof paymentIntents.confirm>) =>
      paymentIntents.confirm(...args).finally(async () => {
        if (!overtaken) return;
        const news = fake.events().filter(({ data }) => (data.object as { id: string }).id === args[0]);
        await fake.deliver(news.map(({ id }) => id));
      }),
  });
  sale = await startSale(
    ({ observer }) => ({
      observer: {
        ...observer,
        paymentGivenBack: (how) => counted.push(`given back: ${how}`),
        refundFailed: () => counted.push('refund failed'),
        orderSwept: (status) => counted.push(`ended: ${status}`),
      },
    }),
    (db) => stripePayments({ stripe, intents: stripeIntents(db), methods: postgresPaymentMethods(db) }),
  );
  const app = appOver(sale, { readWebhook: stripeWebhooks(stripe, secret, stripeIntents(sale.db)) });
  server.reload({
    fetch: async (request) => {
      const response = await app.fetch(request);
      statuses.push(response.status);
      return response;
    },
  });
});
afterAll(async () => {
  await fake.close();
  await server.stop(true);
  await sale.drop();
});
beforeEach(() => {
  counted.splice(0);
  statuses.splice(0);
  fake.faults.splice(0);
});

async function ordered(reference = 'pm_card_threeDSecure2Required', currency = 'USD') {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats: 2 });
  await sale.sql`update tickets set currency = ${currency} where event_id = ${event.id}`;
  const methodUuid = await postgresPaymentMethods(sale.db).add({ userUuid, reference });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const order = await createOrder(sale.deps, { reservationUuid, methodUuid });
  const intent = () => fake.intents().find(({ metadata }) => metadata.onsale_order === order.uuid)!;
  const heard = (...types: string[]) => {
    const { id } = intent();
    const about = (object: unknown) => [
      (object as { id: string }).id,
      (object as { payment_intent?: string }).payment_intent,
    ];
    const events = types.map(
      (type) => fake.events().find((one) => one.type === type && about(one.data.object).includes(id))!,
    );
    return fake.deliver(events.map((event) => event.id));
  };
  return { userUuid, order, intent, heard, event, status: async () => (await findOrder(sale.deps, order.uuid)).status };
}

test('a payment that the buyer approves is sold when Stripe’s webhook comes, however often', async () => {
  const { order, intent, heard, status } = await ordered();
  expect(order).toMatchObject({ status: 'pending', action: { type: 'stripe', clientSecret: intent().client_secret } });
  fake.approve(intent().id);
  await heard('payment_intent.amount_capturable_updated', 'payment_intent.amount_capturable_updated');
  expect(statuses).toEqual([200, 200]);
  expect(counted).toEqual(['ended: paid']);
  expect(await status()).toBe('paid');
  await sweepCaptures(sale.deps, atOnce);
  expect(intent()).toMatchObject({ status: 'succeeded', amount_received: 70_000 });
  await sale.audit();
});

test('webhooks may come in any order', async () => {
  const { intent, heard, status } = await ordered();
  fake.approve(intent().id);
  await heard('payment_intent.amount_capturable_updated', 'payment_intent.requires_action', 'payment_intent.created');
  expect(await status()).toBe('paid');
  await sale.audit();
});

test('a payment that the buyer refuses frees the seats, and no other card can pay it any more', async () => {
  const { intent, heard, status, event } = await ordered();
  fake.reject(intent().id);
  await heard('payment_intent.payment_failed');
  expect(await status()).toBe('failed');
  expect(intent().status).toBe('canceled');
  await sale.sql`truncate ticket_locks`;
  expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ok');
  await sale.audit();
});

test('webhooks that overtake the responses change none of them', async () => {
  const cards = ['pm_card_visa', 'pm_card_chargeDeclinedInsufficientFunds', 'pm_card_visa', 'pm_card_chargeDeclined'];
  overtaken = true;
  const orders = await Promise.allSettled([...cards, ...cards, ...cards].map((card) => ordered(card)));
  overtaken = false;
  const answers = orders.map((one) =>
    one.status === 'fulfilled' ? one.value.order.status : (one.reason.details?.reason ?? one.reason),
  );
  const expected = ['paid', 'insufficient_funds', 'paid', 'card_declined'];
  expect(answers).toEqual([...expected, ...expected, ...expected]);
  expect(counted.toSorted()).toEqual([...Array(6).fill('ended: failed'), ...Array(6).fill('ended: paid')]);
  expect(new Set(statuses)).toEqual(new Set([200]));
  await sale.audit();
});

test('Stripe repeats an event about which it could not be asked', async () => {
  const { intent, heard, status } = await ordered();
  fake.approve(intent().id);
  fake.faults.push({ on: 'get', how: 'lost-before' });
  await heard('payment_intent.amount_capturable_updated');
  expect(statuses).toEqual([503, 200]);
  expect(await status()).toBe('paid');
});

test('a second payment of an order is refunded, and its own stays', async () => {
  const { order, intent, heard, status } = await ordered('pm_card_visa');
  expect(order.status).toBe('paid');
  const stripe = clientOf(fake.base);
  const paying = { amount: 70_000, currency: 'usd', confirm: true, payment_method: 'pm_card_visa' };
  const settings = { allowed_payment_method_types: ['card'], metadata: { onsale_order: order.uuid } };
  const held = await stripe.paymentIntents.create({ ...paying, ...settings, capture_method: 'manual' });
  const taken = await stripe.paymentIntents.create({ ...paying, ...settings, capture_method: 'automatic' });
  const told = fake.events().filter((event) => [held.id, taken.id].includes((event.data.object as { id: string }).id));
  await fake.deliver(told.map(({ id }) => id));
  await heard('payment_intent.amount_capturable_updated');
  expect(counted).toContain('given back: stray');
  expect(intent()).toMatchObject({ status: 'requires_capture', amount_capturable: 70_000 });
  expect(await status()).toBe('paid');
  await sweepCaptures(sale.deps, atOnce);
  const left = fake.intents().filter(({ metadata }) => metadata.onsale_order === order.uuid);
  const kept = left.map(({ latest_charge: charge }) => charge!.amount_captured - charge!.amount_refunded);
  expect(kept.sort()).toEqual([0, 0, 70_000]);
  await sale.audit();
});

test('a webhook that is not signed, or about no order of ours, changes nothing', async () => {
  const post = (headers: Record<string, string>) =>
    fetch(`${server.url}webhooks/stripe`, { method: 'POST', body: '{"id":"evt_1","type":"x"}', headers });
  expect((await post({})).status).toBe(400);
  const refused = await post({ 'Stripe-Signature': 't=1,v1=00' });
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { error: 'invalid_request', message: 'The signature is not right, or too old' },
  ]);
  const other = await clientOf(fake.base).paymentIntents.create({
    ...{ amount: 500, currency: 'usd', confirm: true, payment_method: 'pm_card_visa' },
    allowed_payment_method_types: ['card'],
    metadata: { onsale_order: randomUUID() },
  });
  const told = fake.events().filter((event) => (event.data.object as { id: string }).id === other.id);
  await fake.deliver(told.map(({ id }) => id));
  expect(statuses.slice(2)).toEqual(told.map(() => 200));
  expect(fake.intents().at(-1)).toMatchObject({ status: 'succeeded', amount_received: 500 });
});

test.each([
  ['JPY', 70_000],
  ['KWD', 70_000],
  ['ISK', 7_000_000],
])('in %s two seats of 35000 minor units are %d of Stripe', async (currency, amount) => {
  const { order, intent, userUuid, event } = await ordered('pm_card_visa', currency);
  expect(order).toMatchObject({ status: 'paid', total: 70_000, currency });
  expect(intent()).toMatchObject({ amount, currency: currency.toLowerCase() });
  await sweepCaptures(sale.deps, atOnce);
  await refundOrder(sale.deps, { orderUuid: order.uuid, userUuid, ticketUuids: [event.tickets[0]!] });
  expect(intent().latest_charge).toMatchObject({ amount_captured: amount, amount_refunded: amount / 2 });
  const charges = [];
  for await (const charge of sale.deps.payments.charges()) if (charge.key === order.uuid) charges.push(charge);
  expect(charges).toEqual([{ key: order.uuid, kept: 35_000, held: 0, isDisputed: false }]);
});
