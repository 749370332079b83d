import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { createMetrics } from '../../shared/http/metrics.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { sandboxMethods } from './adapters/sandbox/sandbox-payments.ts';
import { PaymentRefused, PaymentUnanswered } from './domain/errors.ts';
import { handleWebhook } from './domain/payment/handle-webhook.ts';
import { saleMetrics } from './metrics.ts';
import { confirmTicket, refundOrder, type Sale, startSale } from './testing.ts';

const metrics = createMetrics('test');
const user = randomUUID();
const refusals: object[] = [];
let sale: Sale;
beforeAll(async () => {
  sale = await startSale(({ unfinishedPayments }) => ({
    observer: saleMetrics(
      metrics,
      unfinishedPayments,
      { name: 'sandbox' },
      { error: (told: object) => void refusals.push(told) },
    ),
  }));
});
afterAll(() => sale.drop());

/** Returns every sample of these metrics, as `/metrics` shows it. */
async function shown(...names: string[]): Promise<Record<string, number>> {
  const texts = await Promise.all(names.map((name) => metrics.registry.getSingleMetricAsString(name)));
  const lines = texts.join('\n').matchAll(/^(\w+(?:\{(?:status|how)="\w+")?).*\} (\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name!, Number(value)]));
}

test('orders whose payment has not ended, and how the sweep ended them', async () => {
  const { tickets } = await makeEvent(sale.sql, { seats: 3 });
  expect(await shown('pending_orders', 'pending_orders_oldest_age_seconds')).toEqual({
    pending_orders: 0,
    pending_orders_oldest_age_seconds: 0,
  });
  const methods = [sandboxMethods.lostAnswer, sandboxMethods.lostRequest, sandboxMethods.lostRequest];
  for (const [i, ticket] of tickets.entries()) {
    await sale.reserve(ticket, user);
    await sale.confirm(ticket, user, methods[i]!);
  }
  await sale.sql`
    update orders set created_at = now() - interval '1 hour' where id = (select min(id) from orders)`;
  const pending = await shown('pending_orders', 'pending_orders_oldest_age_seconds');
  expect(pending.pending_orders).toBe(3);
  expect(pending.pending_orders_oldest_age_seconds).toBeWithin(3600, 3700);

  expect(await sale.sweep()).toBe(3);
  expect(await shown('pending_orders', 'orders_swept_total', 'tickets_sold_total')).toEqual({
    pending_orders: 0,
    'orders_swept_total{status="paid"': 1,
    'orders_swept_total{status="failed"': 2,
    tickets_sold_total: 1,
  });
});

test('money that waits: for its buyer, for its capture, and for its refund', async () => {
  const backlogs = ['orders_waiting_for_buyer', 'uncaptured_payments', 'pending_refunds'];
  const { tickets } = await makeEvent(sale.sql, { seats: 2 });
  const [bought, waiting] = tickets as [string, string];
  for (const ticket of tickets) await sale.reserve(ticket, user);
  await sale.confirm(waiting, user, sandboxMethods.requiresAction);
  await sale.confirm(bought, user, randomUUID());
  const [row] =
    await sale.sql`select o.uuid from orders o join tickets t on t.order_id = o.id where t.uuid = ${bought}`;
  await sale.sql.begin(async (sql) => {
    // Otherwise a trigger would set the time of the write to now.
    await sql`set local session_replication_role = replica`;
    await sql`update orders set updated_at = now() - interval '1 hour' where uuid = ${row!.uuid}`;
  });
  expect(await shown(...backlogs)).toEqual({
    orders_waiting_for_buyer: 1,
    uncaptured_payments: 1,
    pending_refunds: 0,
  });
  expect((await shown('uncaptured_payments_oldest_age_seconds')).uncaptured_payments_oldest_age_seconds).toBeWithin(
    3600,
    3700,
  );

  const silent = {
    ...sale.deps,
    payments: { ...sale.deps.payments, refund: () => Promise.reject(new PaymentUnanswered()) },
  };
  await refundOrder(silent, { uuid: randomUUID(), orderUuid: row!.uuid, userUuid: user });
  expect(await shown('pending_refunds', 'refunds_paid_total')).toEqual({ pending_refunds: 1, refunds_paid_total: 0 });
  await sale.sweep();
  expect(await shown(...backlogs, 'refunds_paid_total')).toEqual({
    orders_waiting_for_buyer: 0,
    uncaptured_payments: 0,
    pending_refunds: 0,
    refunds_paid_total: 1,
  });
  // One of the first test, and this one's, whose capture came before its refund.
  expect(await shown('payments_captured_total')).toEqual({
    'payments_captured_total{how="captured"': 2,
    'payments_captured_total{how="voided"': 0,
    'payments_captured_total{how="gone"': 0,
  });
});

test('payments and refunds that only another provider can end', async () => {
  const { tickets } = await makeEvent(sale.sql, { seats: 1 });
  await sale.reserve(tickets[0]!, user);
  await sale.confirm(tickets[0]!, user, sandboxMethods.lostAnswer);
  expect(await shown('payments_elsewhere')).toEqual({ payments_elsewhere: 0 });
  await sale.sql`update payments set provider = 'stripe:live' where status = 'pending'`;
  expect(await shown('payments_elsewhere')).toEqual({ payments_elsewhere: 1 });
  await sale.sql`update payments set provider = 'sandbox' where status = 'pending'`;
  await sale.sweep();
});

test('steps that the provider refuses are counted, and logged with their reason', async () => {
  const { tickets } = await makeEvent(sale.sql, { seats: 1 });
  await sale.reserve(tickets[0]!, user);
  const refusing = { ...sale.deps.payments, authorise: () => Promise.reject(new PaymentRefused('api_key_expired')) };
  const request = { ticketUuid: tickets[0]!, userUuid: user, methodUuid: randomUUID() };
  await confirmTicket({ ...sale.deps, payments: refusing }, request).catch(() => {});
  expect(await shown('payment_steps_refused_total')).toEqual({ payment_steps_refused_total: 1 });
  expect(refusals).toEqual([expect.objectContaining({ reason: 'api_key_expired' })]);
  await sale.sweep();
});

test('a dispute is counted once, however often it is reported, and a refund that meets it apart', async () => {
  const userUuid = randomUUID();
  const { tickets } = await makeEvent(sale.sql, { seats: 1 });
  await sale.reserve(tickets[0]!, userUuid);
  await sale.confirm(tickets[0]!, userUuid, randomUUID());
  const [order] = await sale.deps.orders.list({ userUuid, limit: 1 });
  const dispute = { key: order!.uuid, isOpen: true };
  for (const type of ['charge.dispute.created', 'charge.dispute.funds_withdrawn']) {
    await handleWebhook(sale.deps, { id: randomUUID(), type, isRefundFailure: false, dispute });
  }
  const disputed = { ...sale.deps.payments, refund: async () => 'disputed' as const };
  await refundOrder({ ...sale.deps, payments: disputed }, { orderUuid: order!.uuid, userUuid });
  expect(await shown('payments_disputed_total', 'refunds_disputed_total')).toEqual({
    payments_disputed_total: 1,
    refunds_disputed_total: 1,
  });
});
