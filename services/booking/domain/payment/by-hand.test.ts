import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { type FakeStripe, startFakeStripe } from '../../../../tests/fake-stripe/start.ts';
import { clientOf } from '../../../../tests/fake-stripe/testing.ts';
import { postgresBooks } from '../../adapters/postgres/books.ts';
import { postgresPaymentMethods } from '../../adapters/postgres/payment-methods.ts';
import { stripeIntents } from '../../adapters/stripe/intents.ts';
import { stripePayments } from '../../adapters/stripe/stripe-payments.ts';
import { createOrder, findOrder, refundOrder, reserveTickets, type Sale, startSale, sweepAll } from '../../testing.ts';
import { audit } from '../audit/audit.ts';
import { handleWebhook } from './handle-webhook.ts';

// Changes by hand at the provider: the sale asks the provider, whose state counts.

let fake: FakeStripe;
let sale: Sale;
const counted: string[] = [];
beforeAll(async () => {
  fake = await startFakeStripe();
  sale = await startSale(
    ({ observer }) => ({ observer: { ...observer, paymentDisputed: () => counted.push('disputed') } }),
    (db) =>
      stripePayments({
        ...{ stripe: clientOf(fake.base), intents: stripeIntents(db), methods: postgresPaymentMethods(db) },
        name: 'stripe:test',
      }),
  );
});
afterAll(async () => {
  await sale.drop();
  await fake.close();
});

/** Three seats of 1000, bought and captured. */
async function bought() {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats: 3, price: 1000 });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const methodUuid = await postgresPaymentMethods(sale.db).add({ userUuid, reference: 'pm_card_visa' });
  const { uuid: orderUuid } = await createOrder(sale.deps, { reservationUuid, methodUuid });
  await sweepAll(sale.deps);
  const intent = fake.intents().find(({ metadata }) => metadata.onsale_order === orderUuid)!;
  const refund = (...ticketUuids: string[]) =>
    refundOrder(sale.deps, { orderUuid, userUuid, ...(ticketUuids.length > 0 && { ticketUuids }) });
  const returned = () => fake.intents().find(({ id }) => id === intent.id)!.latest_charge!.amount_refunded;
  return { event, orderUuid, intentId: intent.id, refund, returned };
}

const findings = async () =>
  (
    await audit(
      { books: postgresBooks(sale.db), payments: sale.deps.payments, locks: sale.deps.locks },
      { ageMs: 86_400_000, actionMs: 0 },
    )
  ).map(({ rule, uuid }) => [rule, uuid]);

test.each([
  ['all of it', undefined, 3000],
  ['a part', 1500, 3000],
])('an order of which %s was given back by hand is refunded once, and its seats are free', async (_, byHand, total) => {
  const { event, orderUuid, intentId, refund, returned } = await bought();
  fake.refundByHand(intentId, byHand);
  expect(await findings()).toEqual([['money does not match', orderUuid]]);
  expect(await refund()).toMatchObject({ status: 'succeeded', amount: 3000 });
  expect(returned()).toBe(total);
  expect(await findOrder(sale.deps, orderUuid)).toMatchObject({ status: 'refunded' });
  expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ok');
  await sale.audit();
});

test('tickets that are given back one by one, with a refund by hand in between, refund the rest, and no more', async () => {
  const { event, intentId, refund, returned } = await bought();
  const [a, b, c] = event.tickets as [string, string, string];
  await refund(a);
  fake.refundByHand(intentId, 700);
  await refund(b);
  expect(returned()).toBe(2000);
  await refund(c);
  expect(returned()).toBe(3000);
  await sale.audit();
});

test('an order whose payment is disputed is reported, and refunded without money', async () => {
  counted.splice(0);
  const { event, orderUuid, intentId, refund, returned } = await bought();
  fake.openDispute(intentId);
  const webhookEvent = { id: randomUUID(), type: 'charge.dispute.created', isRefundFailure: false };
  const dispute = { key: orderUuid, isOpen: true };
  for (let times = 0; times < 2; times++) await handleWebhook(sale.deps, { ...webhookEvent, dispute });
  expect(counted).toEqual(['disputed']);
  expect(await findings()).toEqual([['tickets of a disputed payment', orderUuid]]);
  expect(await refund()).toMatchObject({ status: 'disputed', amount: 3000 });
  expect(returned()).toBe(0);
  expect(await findOrder(sale.deps, orderUuid)).toMatchObject({ status: 'refunded' });
  expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ok');
  await sale.audit();
  // The seller has won: the money is owed again, and refunded.
  fake.closeDispute(intentId, 'won');
  const over = { ...webhookEvent, id: randomUUID(), dispute: { key: orderUuid, isOpen: false } };
  await handleWebhook(sale.deps, over);
  await sweepAll(sale.deps);
  expect(returned()).toBe(3000);
  await sale.audit();
});

test('a refund that met an unreported dispute is paid when the dispute’s end is reported, and retried until then', async () => {
  const { orderUuid, intentId, refund, returned } = await bought();
  fake.openDispute(intentId);
  expect(await refund()).toMatchObject({ status: 'disputed' });
  await sale.audit();
  fake.closeDispute(intentId, 'won');
  expect(await findings()).toEqual([['refund waits for a dispute that is over', orderUuid]]);
  const webhookEvent = { id: randomUUID(), type: 'charge.dispute.closed', isRefundFailure: false };
  await handleWebhook(sale.deps, { ...webhookEvent, dispute: { key: orderUuid, isOpen: false } });
  await sweepAll(sale.deps);
  expect(returned()).toBe(3000);
  await sale.audit();
});
