import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { type FakeStripe, startFakeStripe } from '../../../../tests/fake-stripe/start.ts';
import { clientOf } from '../../../../tests/fake-stripe/testing.ts';
import { postgresBooks } from '../../adapters/postgres/books.ts';
import { postgresPaymentMethods } from '../../adapters/postgres/payment-methods.ts';
import { stripeIntents } from '../../adapters/stripe/intents.ts';
import { stripePayments } from '../../adapters/stripe/stripe-payments.ts';
import { createOrder, findOrder, outcomeOf, refundOrder, reserveTickets, type Sale, startSale } from '../../testing.ts';
import { audit } from '../audit/audit.ts';
import { PaymentUnanswered } from '../errors.ts';
import { cancelEvent } from '../event/cancel-event.ts';
import { refundCancelledEvents } from '../event/refund-event.ts';
import { findOrderHistory } from '../order/order-history.ts';
import { handleWebhook } from '../payment/handle-webhook.ts';
import { sweepCaptures } from '../payment/sweep-captures.ts';

let fake: FakeStripe;
let sale: Sale;
const counted: string[] = [];
beforeAll(async () => {
  fake = await startFakeStripe();
  sale = await startSale(
    ({ observer }) => ({ observer: { ...observer, refundFailed: () => counted.push('refund failed') } }),
    (db) =>
      stripePayments({
        stripe: clientOf(fake.base),
        intents: stripeIntents(db),
        methods: postgresPaymentMethods(db),
      }),
  );
});
afterAll(async () => {
  await sale.drop();
  await fake.close();
});
beforeEach(() => void counted.splice(0));

const price = 1000;
const reason = 'expired_or_canceled_card';
const organiser = { is: 'organiser' as const, userUuid: randomUUID(), organiserUuid: null };
/** A buyer, who organises nothing. */
const buyer = (userUuid: string) => ({ is: 'user' as const, userUuid });

async function bought(seats = 2) {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats, price });
  const methodUuid = await postgresPaymentMethods(sale.db).add({ userUuid, reference: 'pm_card_visa' });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const { uuid: orderUuid } = await createOrder(sale.deps, { reservationUuid, methodUuid });
  await sweepCaptures(sale.deps, { leaseMs: 0 });
  const intent = () => fake.intents().find(({ metadata }) => metadata.onsale_order === orderUuid)!;
  const atStripe = async () =>
    (await clientOf(fake.base).refunds.list({ payment_intent: intent().id })).data.map(({ status }) => status);
  return {
    ...{ event, orderUuid, userUuid, atStripe },
    refund: (ticketUuids?: string[], uuid: string = randomUUID()) =>
      refundOrder(sale.deps, { uuid, orderUuid, userUuid: organiser.userUuid, ticketUuids }, organiser),
    /** The bank sends the newest refund back. */
    async comesBack(status?: 'failed' | 'canceled') {
      const { data } = await clientOf(fake.base).refunds.list({ payment_intent: intent().id });
      fake.failRefund(data[0]!.id, status);
    },
    hear: (id: string = randomUUID()) =>
      handleWebhook(sale.deps, { id, type: 'refund.failed', isRefundFailure: true, failedRefundOf: orderUuid }),
    kept: () => {
      const { amount_captured, amount_refunded } = intent().latest_charge!;
      return amount_captured - amount_refunded;
    },
    statuses: async () => (await findOrder(sale.deps, orderUuid)).tickets.map(({ refundStatus }) => refundStatus),
    story: () => findOrderHistory(sale.deps, { actor: organiser, uuid: orderUuid }),
  };
}

const broken = async () => {
  const { payments, locks } = sale.deps;
  const times = { ageMs: 86_400_000, actionMs: 0 };
  const findings = await audit({ books: postgresBooks(sale.db), payments, locks }, times);
  return findings.map(({ rule, detail }) => `${rule}: ${detail}`);
};

test('a refund whose money came back has failed, with its reason, for its buyer, the organiser, the audit and the metrics', async () => {
  const { refund, comesBack, hear, statuses, story, kept } = await bought();
  const { uuid } = await refund();
  expect(await statuses()).toEqual(['succeeded', 'succeeded']);
  await comesBack();
  const event = randomUUID();
  for (let times = 0; times < 2; times++) await hear(event);
  await hear();
  expect(await statuses()).toEqual(['failed', 'failed']);
  expect(counted).toEqual(['refund failed']);
  const { refunds, steps } = await story();
  expect(refunds).toMatchObject([{ uuid, status: 'failed', failure: reason, attempts: 0, nextTryAt: null }]);
  expect(steps.at(-1)).toMatchObject({ refund: 'failed', refundUuid: uuid, cause: `the money came back: ${reason}` });
  expect(await broken()).toEqual([`refund failed: ${reason}: 2000 USD not given back`]);
  expect((await sale.deps.unfinishedPayments.backlogs()).failedRefunds.count).toBe(1);
  // Nothing is given on its own.
  await sale.sweep();
  expect(kept()).toBe(2 * price);
  await refund();
  await sale.audit();
});

test('an organiser has it made again, once, under every key, and it is noted who asked', async () => {
  const { orderUuid, refund, comesBack, hear, atStripe, statuses, kept, story } = await bought();
  const made = await refund();
  const key = randomUUID();
  for (const status of ['failed', 'canceled'] as const) {
    await comesBack(status);
    await hear();
    await Promise.all([refund(undefined, key + status), refund(undefined, key + status), hear()]);
    expect(await refund(undefined, key + status)).toEqual({ ...made, status: 'succeeded' });
    expect(kept()).toBe(0);
    expect(await statuses()).toEqual(['succeeded', 'succeeded']);
  }
  expect((await atStripe()).toSorted()).toEqual(['canceled', 'failed', 'succeeded']);
  expect(await outcomeOf(refund())).toMatchObject({ code: 'order_not_refundable' });
  expect((await story()).refunds).toMatchObject([{ status: 'succeeded', failure: null, attempts: 0 }]);
  const noted = await sale.sql`select action, after from audit_log where thing_uuid = ${orderUuid} order by id`;
  const after = expect.objectContaining({ refund_uuid: made.uuid, amount: 2 * price });
  expect(noted.map((one) => ({ ...one }))).toEqual(
    ['order.refunded', 'order.refund_retried', 'order.refund_retried'].map((action) => ({ action, after })),
  );
  await sale.audit();
});

test('what no webhook told is asked of Stripe when an organiser wants it given back again, and not for its buyer', async () => {
  const { orderUuid, userUuid, refund, comesBack, statuses, kept } = await bought();
  await refund();
  await comesBack();
  const byBuyer = () => outcomeOf(refundOrder(sale.deps, { orderUuid, userUuid }, buyer(userUuid)));
  expect(await byBuyer()).toMatchObject({ code: 'order_not_refundable' });
  expect(await statuses()).toEqual(['succeeded', 'succeeded']);
  fake.faults.push({ on: 'list', how: 'lost-before', times: 9 });
  await expect(refund()).rejects.toThrow(PaymentUnanswered);
  fake.faults.splice(0);
  expect(await refund()).toMatchObject({ status: 'succeeded', amount: 2 * price });
  expect(kept()).toBe(0);
  await comesBack();
  await sale.deps.webhookEvents.record({ id: 'evt_known', type: 'refund.failed' });
  expect(await byBuyer()).toMatchObject({ code: 'order_not_refundable' });
  await refund();
  expect(kept()).toBe(0);
  await sale.audit();
});

test('of several refunds of an order the one whose money came back is made again: by its tickets, or the oldest', async () => {
  const { event, refund, comesBack, hear, statuses, kept } = await bought(3);
  const [a, b, c] = event.tickets as [string, string, string];
  const first = await refund([a]);
  await comesBack();
  await hear();
  // The rest is still the buyer's: without names it is given back.
  expect(await refund([b])).toMatchObject({ amount: price });
  expect(await statuses()).toEqual(['failed', 'succeeded', null]);
  await comesBack();
  await hear();
  expect(await outcomeOf(refund([a, b]))).toMatchObject({ code: 'order_not_refundable' });
  expect(await outcomeOf(refund([b, c]))).toMatchObject({ code: 'order_not_refundable' });
  const third = await refund();
  expect(third.tickets.map(({ uuid }) => uuid)).toEqual([c]);
  expect(await statuses()).toEqual(['failed', 'failed', 'succeeded']);
  expect(await refund([b])).toMatchObject({ status: 'succeeded' });
  expect(await statuses()).toEqual(['failed', 'succeeded', 'succeeded']);
  expect(kept()).toBe(price);
  expect(await refund()).toEqual({ ...first, status: 'succeeded' });
  expect(kept()).toBe(0);
  await sale.audit();
});

test('a retry to which Stripe does not respond is pending, and paid by the sweep', async () => {
  const { refund, comesBack, hear, statuses, kept, story } = await bought();
  await refund();
  await comesBack();
  await hear();
  fake.faults.push({ on: 'refund', how: 'refused', code: 'balance_insufficient', times: 1 });
  expect(await refund()).toMatchObject({ status: 'pending' });
  expect((await story()).refunds).toMatchObject([{ status: 'pending', failure: 'balance_insufficient', attempts: 1 }]);
  expect((await sale.deps.unfinishedPayments.backlogs()).refundAttempts).toBe(1);
  await sale.sweep();
  expect(await statuses()).toEqual(['succeeded', 'succeeded']);
  expect(kept()).toBe(0);
  await sale.audit();
});

test('a failure that is heard late, when the money is given again, changes nothing', async () => {
  const { refund, comesBack, hear, statuses } = await bought();
  await refund();
  await comesBack();
  await refund();
  await hear();
  expect(await statuses()).toEqual(['succeeded', 'succeeded']);
  // It was asked before the retry, and noted after it.
  const findRefund = async () => {
    await sale.sql`update refunds set status = 'pending' where order_id = (select max(id) from orders)`;
    await sale.sql`update refunds set status = 'succeeded' where order_id = (select max(id) from orders)`;
    return { is: 'failed' as const, reason: 'old' };
  };
  const deps = { ...sale.deps, payments: { ...sale.deps.payments, findRefund } };
  const [order] = await sale.sql`select uuid from orders order by id desc limit 1`;
  const told = { id: randomUUID(), type: 'refund.failed', isRefundFailure: true, failedRefundOf: order!.uuid };
  await handleWebhook(deps, told);
  expect(await statuses()).toEqual(['succeeded', 'succeeded']);
  await sale.audit();
});

test('a failed refund of no order of ours, such as of a second payment, is counted', async () => {
  await handleWebhook(sale.deps, { id: randomUUID(), type: 'refund.failed', isRefundFailure: true });
  expect(counted).toEqual(['refund failed']);
});

test('the mass refund of a cancelled event counts it as not given back, until it is made again', async () => {
  const { event, refund, comesBack, hear, kept } = await bought();
  const operationUuid = randomUUID();
  await cancelEvent(sale.deps, { actor: organiser }, { eventUuid: event.uuid, operationUuid, reason: null });
  await refundCancelledEvents(sale.deps, { leaseMs: 60_000, againMs: 0, settleMs: 0 });
  const refunds = async () => (await sale.deps.operations.find(operationUuid))!.refunds;
  expect(await refunds()).toEqual({ pending: 0, succeeded: 1, disputed: 0, failed: 0 });
  await comesBack();
  await hear();
  expect(await refunds()).toEqual({ pending: 0, succeeded: 0, disputed: 0, failed: 1 });
  await refund();
  expect(await refunds()).toEqual({ pending: 0, succeeded: 1, disputed: 0, failed: 0 });
  expect(kept()).toBe(0);
  await sale.audit();
});
