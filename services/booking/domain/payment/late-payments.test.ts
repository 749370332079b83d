import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods, sandboxPayments } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  atOnce,
  createOrder,
  findOrder,
  refundOrder,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
  sweepAll,
} from '../../testing.ts';
import { PaymentUnanswered } from '../errors.ts';
import { advanceOrder } from '../order/advance-order.ts';
import { sweepOrders } from '../order/sweep-orders.ts';
import type { AuthoriseRequest } from './payment-provider.ts';
import { sweepCaptures } from './sweep-captures.ts';

let sale: Sale;
const counted: string[] = [];
beforeAll(async () => {
  sale = await startSale(({ observer }) => ({
    observer: {
      ...observer,
      orderSwept: (status) => counted.push(`swept: ${status}`),
      paymentGivenBack: (how) => counted.push(`given back: ${how}`),
      paymentCaptured: (how) => counted.push(`captured: ${how}`),
    },
  }));
});
afterAll(() => sale.drop());

async function reserved(price = 35_000) {
  // Clears the orders that earlier tests have left.
  await sale.sweep();
  counted.splice(0);
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats: 2, price });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const order = (methodUuid: string = randomUUID(), deps: SaleDeps = sale.deps) =>
    createOrder(deps, { reservationUuid, methodUuid });
  return { event, userUuid, order };
}

const statusOf = async (orderUuid: string) => {
  const [row] = await sale.sql`
    select o.status, p.status as payment from orders o join payments p on p.order_id = o.id where o.uuid = ${orderUuid}`;
  return [row!.status, row!.payment];
};

const historyOf = async (orderUuid: string) =>
  (
    await sale.sql`
      select h.order_status, h.payment_status, h.cause from order_history h join orders o on o.id = h.order_id
      where o.uuid = ${orderUuid} order by h.id`
  ).map((row) => [row.order_status, row.payment_status, row.cause]);

/** The sale with `meanwhile` done during a call of the provider. */
const meanwhile = (happens: (request: AuthoriseRequest) => Promise<unknown>): SaleDeps => ({
  ...sale.deps,
  payments: {
    ...sale.deps.payments,
    authorise: async (request) => {
      const standing = await sale.deps.payments.authorise(request);
      await happens(request);
      return standing;
    },
  },
});

test('a payment whose lock has gone meanwhile is honoured: the seats are the order’s', async () => {
  const { event, order } = await reserved();
  const losing = meanwhile(async () => {
    await sale.sql`truncate ticket_locks`;
    expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ticket_not_available');
  });
  const { uuid } = await order(undefined, losing);
  expect(await statusOf(uuid)).toEqual(['paid', 'authorised']);
  await sale.audit();
});

test('an order that a sweep gives up while its payment is unanswered is declined, and may be tried again', async () => {
  const { order } = await reserved();
  const slow: SaleDeps = {
    ...sale.deps,
    payments: {
      ...sale.deps.payments,
      authorise: async () => {
        await sale.sweep();
        throw new PaymentUnanswered();
      },
    },
  };
  await expect(order(undefined, slow)).rejects.toMatchObject({
    code: 'payment_declined',
    details: { reason: 'processing_error' },
  });
  expect((await order()).status).toBe('paid');
  await sale.audit();
});

test('a payment whose response was lost is pending, and honoured by the sweep', async () => {
  const { order } = await reserved();
  const { uuid, status } = await order(sandboxMethods.lostAnswer);
  expect(status).toBe('pending');
  await sale.sweep();
  expect(await statusOf(uuid)).toEqual(['paid', 'succeeded']);
  expect(counted).toEqual(['swept: paid', 'captured: captured']);
  expect(await historyOf(uuid)).toEqual([
    ['pending', 'pending', 'claimed'],
    ['paid', 'authorised', 'payment authorised'],
    ['paid', 'succeeded', 'payment captured'],
  ]);
});

test('a payment that comes after its order was given up, and the seats were sold to another, is voided', async () => {
  const { event, order } = await reserved();
  let uuid = '';
  const late = meanwhile(async ({ key }) => {
    uuid = key;
    await sale.deps.orders.fail(key, { is: 'voided' });
    await sale.sql`truncate ticket_locks`;
    const other = await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: event.tickets });
    await createOrder(sale.deps, { reservationUuid: other.uuid, methodUuid: randomUUID() });
  });
  await expect(order(undefined, late)).rejects.toMatchObject({ code: 'reservation_expired' });
  expect(await statusOf(uuid)).toEqual(['failed', 'voided']);
  expect(counted).toEqual(['given back: voided']);
  await sale.audit();
});

test('a late payment that was captured already is refunded', async () => {
  const { order } = await reserved();
  let uuid = '';
  const late = meanwhile(async ({ key }) => {
    uuid = key;
    await sale.deps.orders.fail(key, { is: 'voided' });
    await sale.deps.payments.capture(key);
  });
  await expect(order(undefined, late)).rejects.toMatchObject({ code: 'payment_declined' });
  expect(await statusOf(uuid)).toEqual(['failed', 'refunded']);
  expect(counted).toEqual(['given back: refunded']);
  await sale.audit();
});

test('a buyer who never approves has their seats freed when the time is over, and not before', async () => {
  const { order } = await reserved();
  const { uuid } = await order(sandboxMethods.requiresAction);
  expect(await sweepOrders(sale.deps, { ...atOnce, actionMs: 600_000 })).toBe(0);
  expect(await statusOf(uuid)).toEqual(['pending', 'requires_action']);
  expect(await sweepOrders(sale.deps, atOnce)).toBe(1);
  expect(await statusOf(uuid)).toEqual(['failed', 'voided']);
  expect(await sandboxPayments(sale.db).answer(uuid, true)).toBe(false);
  await sale.audit();
});

test('a buyer who approved and closed the page gets the order by the sweep', async () => {
  const { order } = await reserved();
  const { uuid } = await order(sandboxMethods.requiresAction);
  await sandboxPayments(sale.db).answer(uuid, true);
  expect(await sweepOrders(sale.deps, { ...atOnce, actionMs: 600_000 })).toBe(1);
  expect(await statusOf(uuid)).toEqual(['paid', 'authorised']);
});

test('an order that is given back before its money was captured costs nothing', async () => {
  const { order, userUuid } = await reserved();
  const { uuid } = await order();
  await refundOrder(sale.deps, { orderUuid: uuid, userUuid });
  counted.splice(0);
  await sweepCaptures(sale.deps, atOnce);
  expect(counted).toEqual(['captured: voided']);
  expect(await statusOf(uuid)).toEqual(['refunded', 'voided']);
  expect((await historyOf(uuid)).map(([, , cause]) => cause).slice(2)).toEqual([
    'tickets given back',
    'money given back',
    'what was authorised is gone',
  ]);
  await sale.audit();
});

test('one sweep after a rush captures all payments, batch by batch, unless the provider does not respond', async () => {
  const left = async (sizes: number[], capture: () => Promise<'captured'>) => {
    let asked = 0;
    const leaseUncaptured: SaleDeps['unfinishedPayments']['leaseUncaptured'] = async ({ limit }) => {
      const order = {
        userUuid: '',
        status: 'paid' as const,
        total: 500,
        currency: 'USD',
        methodUuid: '',
        provider: null,
      };
      const size = Math.min(sizes[asked++] ?? 0, limit);
      return Array.from({ length: size }, () => ({ order: { ...order, uuid: randomUUID() }, seats: [] }));
    };
    const unfinishedPayments = {
      ...sale.deps.unfinishedPayments,
      leaseUncaptured,
      recordCapture: async () => 'paid' as const,
    };
    const deps = { ...sale.deps, unfinishedPayments, payments: { ...sale.deps.payments, capture } };
    return [await sweepCaptures(deps, atOnce), asked];
  };
  expect(await left([100, 100, 50, 1], async () => 'captured')).toEqual([250, 3]);
  expect(await left([100, 100], () => Promise.reject(new PaymentUnanswered()))).toEqual([0, 1]);
});

test('money that can’t be captured any more is reported: the tickets are sold', async () => {
  const { order } = await reserved();
  const { uuid } = await order();
  await sale.sql`update sandbox_charges set status = 'voided' where key = ${uuid}`;
  await sweepCaptures(sale.deps, atOnce);
  expect(counted).toEqual(['captured: gone']);
  expect(await statusOf(uuid)).toEqual(['paid', 'voided']);
  await sale.sql`update sandbox_charges set status = 'succeeded' where key = ${uuid}`;
  await sale.sql`update payments set status = 'succeeded' where order_id = (select id from orders where uuid = ${uuid})`;
  await sale.sql`update order_history set payment_status = 'succeeded' where payment_status = 'voided'
    and order_id = (select id from orders where uuid = ${uuid})`;
});

test('the sweep releases the locks of a sale whose process died before it did', async () => {
  const { event, order } = await reserved();
  const locks = { ...sale.deps.locks, release: () => Promise.reject(new Error('the process is gone')) };
  await order(undefined, { ...sale.deps, locks });
  expect(await sale.deps.locks.list(event.uuid)).toHaveLength(2);
  await sweepAll(sale.deps);
  expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
});

test('free tickets are bought and given back without the provider', async () => {
  const { event, order, userUuid } = await reserved(0);
  const payments = new Proxy(sale.deps.payments, {
    get: (_, name) => () => Promise.reject(new PaymentUnanswered(new Error(`asked to ${String(name)}`))),
  });
  const deps = { ...sale.deps, payments };
  const { uuid, status } = await order(undefined, deps);
  expect(status).toBe('paid');
  await sweepAll(deps);
  expect(await statusOf(uuid)).toEqual(['paid', 'succeeded']);
  expect(await refundOrder(deps, { orderUuid: uuid, userUuid })).toMatchObject({ status: 'succeeded', amount: 0 });
  expect((await findOrder(deps, uuid)).status).toBe('refunded');
  expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ok');
  await sale.audit();
});

test('other processes leave a leased order alone, until the lease is over', async () => {
  const { order } = await reserved();
  const { uuid } = await order(sandboxMethods.lostAnswer);
  const { orders, unfinishedPayments } = sale.deps;
  const times = { ageMs: 0, actionMs: 0, leaseMs: 60_000, limit: 100, provider: 'sandbox' as const };
  const leases = await Promise.all(Array.from({ length: 5 }, () => unfinishedPayments.leasePending(times)));
  expect(leases.flat().map((one) => one.order.uuid)).toEqual([uuid]);
  expect(await unfinishedPayments.leasePending(times)).toEqual([]);
  await sale.sql`update payments set sweep_at = now() where status = 'pending'`;
  expect(await unfinishedPayments.leasePending(times)).toHaveLength(1);
  await advanceOrder(sale.deps, (await orders.get(uuid))!, sale.deps.payments.close);
  expect((await Promise.all([1, 2, 3].map(() => unfinishedPayments.leaseUncaptured(times)))).flat()).toHaveLength(1);
});
