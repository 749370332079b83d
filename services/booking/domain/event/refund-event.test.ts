import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { sleep } from '../../../../shared/async/clock.ts';
import { anyone } from '../../../../shared/auth/actor.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { postgresBooks } from '../../adapters/postgres/books.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import { type Crash, Died, dying } from '../../dying.harness.ts';
import { operationsJob } from '../../jobs/operations.ts';
import {
  confirmTicket,
  createOrder,
  findReservation,
  outcomeOf,
  refundOrder,
  reserveTicket,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
} from '../../testing.ts';
import { PaymentUnanswered } from '../errors.ts';
import { cancelEvent } from './cancel-event.ts';
import { type OperationTimes, refundCancelledEvents } from './refund-event.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const atOnce = { leaseMs: 60_000, againMs: 0, settleMs: 0, tellMs: Number.POSITIVE_INFINITY };
const author = { actor: anyone };

const cancel = (eventUuid: string, operationUuid = randomUUID()) =>
  cancelEvent(sale.deps, author, { eventUuid, operationUuid, reason: 'The singer is ill' });

async function buy(ticketUuids: string[], methodUuid: string = randomUUID()) {
  const userUuid = randomUUID();
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids });
  return createOrder(sale.deps, { reservationUuid, methodUuid });
}

/** An event with an order of each kind, and a hold. */
async function rush() {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 9 });
  const [a, b, c, d, e, f, g, h, i] = tickets as [string, ...string[]];
  const paid = await buy([a, b!]);
  const inPart = await buy([c!, d!]);
  await refundOrder(sale.deps, { orderUuid: inPart.uuid, userUuid: inPart.userUuid, ticketUuids: [c!] });
  const lost = await buy([e!], sandboxMethods.lostAnswer);
  // Without a reservation.
  await sale.reserve(i!, inPart.userUuid);
  await sale.confirm(i!, inPart.userUuid, sandboxMethods.lostRequest);
  const waiting = await buy([f!], sandboxMethods.requiresAction);
  const { uuid: held } = await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: [g!] });
  const byOriginal = randomUUID();
  await reserveTicket(sale.deps, h!, byOriginal);
  await confirmTicket(sale.deps, { ticketUuid: h!, userUuid: byOriginal, methodUuid: randomUUID() });
  return { uuid, tickets, held, orders: [paid, inPart, lost, waiting].map((one) => one.uuid) };
}

/** The state of an event after its money is back: nothing sold, nothing owed, one refund an order at most. */
async function ended(eventUuid: string) {
  const [row] = await sale.sql`
    with its as (
      select o.id, o.uuid, o.status from orders o where o.id in (
        select ot.order_id from order_tickets ot join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id
        where e.uuid = ${eventUuid}))
    select (select count(*) from its where status in ('pending', 'paid'))::int as live,
      (select count(*) from refunds where order_id in (select id from its) and status = 'pending')::int as pending,
      (select coalesce(sum(case when c.status = 'succeeded' then c.amount else 0 end), 0) - coalesce(sum((
        select sum(amount) from sandbox_refunds where charge_key = c.key)), 0)
        from sandbox_charges c where key in (select uuid from its) and c.status <> 'voided')::int as kept,
      (select count(*) from tickets t join events e on e.id = t.event_id
        where e.uuid = ${eventUuid} and (t.status = 'booked' or t.order_id is not null))::int as taken`;
  return row;
}
const allBack = { live: 0, pending: 0, kept: 0, taken: 0 };

/** Works until nothing is left to do, or `leases` times at most. */
function work(
  deps: SaleDeps = sale.deps,
  times: OperationTimes = atOnce,
  leases = Number.POSITIVE_INFINITY,
): Promise<number> {
  let left = leases;
  const lease = async (ms: number) => (left-- > 0 ? deps.operations.lease(ms) : undefined);
  return refundCancelledEvents({ ...deps, operations: { ...deps.operations, lease } }, times);
}
const found = async (uuid: string) => (await sale.deps.operations.find(uuid))!;

test('a cancelled event gives each buyer the money back once, calls payments off, and ends holds', async () => {
  const event = await rush();
  const begun = await cancel(event.uuid);
  expect(begun).toMatchObject({ eventUuid: event.uuid, status: 'running', done: 0, total: 6, error: null });
  expect(await work()).toBe(1);
  expect(await found(begun.uuid)).toMatchObject({
    ...{ status: 'succeeded', done: 6, total: 6, error: null },
    refunds: { pending: 0, succeeded: 4, disputed: 0 },
  });
  expect(await ended(event.uuid)).toEqual(allBack);
  expect(await findReservation(sale.deps, event.held)).toMatchObject({ state: 'released' });
  expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
  expect(await work()).toBe(0);
  await sale.sweep();
  await sale.audit();
});

test('the same cancellation again returns its operation, another one is refused', async () => {
  const { uuid } = await makeEvent(sale.sql, { seats: 1 });
  const operationUuid = randomUUID();
  const first = await cancel(uuid, operationUuid);
  expect(await cancel(uuid, operationUuid)).toEqual(first);
  await expect(cancel(uuid)).rejects.toMatchObject({ code: 'event_cancelled', details: { event_status: 'cancelled' } });
  await work();
});

test('an operation tells how far it is while it goes through a page of orders', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 3 });
  for (const ticket of tickets) await buy([ticket]);
  const operation = await cancel(uuid);
  const { operations } = sale.deps;
  const told = new Set<number>();
  const note: typeof operations.note = async (...noted) => {
    await operations.note(...noted);
    told.add((await found(operation.uuid)).done);
  };
  expect(
    await refundCancelledEvents({ ...sale.deps, operations: { ...operations, note } }, { ...atOnce, tellMs: 0 }),
  ).toBe(1);
  expect(told.size).toBeGreaterThan(0);
  expect([...told].every((done) => done > 0)).toBe(true);
});

test('an event that was cancelled by SQL keeps its money until it is cancelled here', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 1 });
  await buy(tickets);
  await sale.sql`update events set status = 'cancelled' where uuid = ${uuid}`;
  await cancel(uuid);
  await expect(cancel(uuid)).rejects.toMatchObject({ code: 'event_cancelled' });
  expect(await work()).toBe(1);
  expect(await ended(uuid)).toEqual(allBack);
});

test('an operation does not end while an order is left, or a sale that was under way may come to light', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 1 });
  await buy(tickets);
  const operation = await cancel(uuid);
  expect(await sale.deps.operations.finish(operation.uuid, 0)).toBe(false);
  expect(await work(sale.deps, { ...atOnce, againMs: 60_000, settleMs: 60_000 })).toBe(0);
  expect(await found(operation.uuid)).toMatchObject({ status: 'running', done: 1, total: 1 });
  await sale.sql`update operations set leased_until = now() where uuid = ${operation.uuid}`;
  expect(await work()).toBe(1);
});

test('refunds that the provider has not confirmed are done, and shown', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 2 });
  for (const ticket of tickets) await buy([ticket]);
  const operation = await cancel(uuid);
  const refund = () => Promise.reject(new PaymentUnanswered());
  expect(await work({ ...sale.deps, payments: { ...sale.deps.payments, refund } })).toBe(1);
  expect(await found(operation.uuid)).toMatchObject({ status: 'succeeded', refunds: { pending: 2, succeeded: 0 } });
  expect(await ended(uuid)).toMatchObject({ live: 0, pending: 2, kept: 0 });
  await sale.sweep();
  expect(await found(operation.uuid)).toMatchObject({ refunds: { pending: 0, succeeded: 2 } });
  expect(await ended(uuid)).toEqual(allBack);
});

test('an order that can’t be given back keeps its operation running, is named, and does not hold up the others', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 3 });
  const elsewhere = await buy([tickets[0]!]);
  const lost = await buy([tickets[1]!], sandboxMethods.lostRequest);
  await buy([tickets[2]!]);
  await sale.sql`update payments set provider = 'stripe:live' where order_id = (
    select id from orders where uuid = ${elsewhere.uuid})`;
  const operation = await cancel(uuid);
  const close = () => Promise.reject(new PaymentUnanswered());
  const again = { ...atOnce, againMs: 60_000 };
  expect(await work({ ...sale.deps, payments: { ...sale.deps.payments, close } }, again)).toBe(0);
  const { error, ...rest } = await found(operation.uuid);
  expect(rest).toMatchObject({ status: 'running', done: 1, total: 3 });
  expect(new Map(error!.orders.map((one) => [one.uuid, one.reason]))).toEqual(
    new Map([
      [elsewhere.uuid, 'other_provider'],
      [lost.uuid, 'payment_pending'],
    ]),
  );
  await sale.sql`update payments set provider = 'sandbox' where provider = 'stripe:live'`;
  await sale.sql`update operations set leased_until = now() where uuid = ${operation.uuid}`;
  expect(await work()).toBe(1);
  expect(await found(operation.uuid)).toMatchObject({ status: 'succeeded', done: 3, error: null });
  await sale.sweep();
  await sale.audit();
});

test('the job ends no operation before each statement of the sale that began before it has ended', async () => {
  const { uuid } = await makeEvent(sale.sql, { seats: 1 });
  const operation = await cancel(uuid);
  const { run } = operationsJob(sale.deps, { deadlineMs: 60_000, closing: new AbortController().signal });
  for (const [age, ended] of [
    ['59 seconds', 0],
    ['62 seconds', 1],
  ] as const) {
    await sale.sql`
      update operations set leased_until = now(), created_at = now() - ${age}::interval where uuid = ${operation.uuid}`;
    expect(await run()).toBe(ended);
  }
});

test('several processes may give the money of one event back at once', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 24 });
  for (const ticket of tickets) await buy([ticket]);
  await cancel(uuid);
  // Without a lease, they all work on it.
  const unleased = { ...atOnce, leaseMs: 0 };
  const { operations } = sale.deps;
  const operation = await operations.lease(0);
  const shared = (): SaleDeps => {
    let left = 3;
    return { ...sale.deps, operations: { ...operations, lease: async () => (left-- > 0 ? operation : undefined) } };
  };
  await Promise.all([1, 2, 3].map(() => work(shared(), unleased)));
  expect(await ended(uuid)).toEqual(allBack);
  const [{ refunds }] = (await sale.sql`
    select count(*)::int as refunds from refunds where id in (
      select ot.refund_id from order_tickets ot join tickets t on t.id = ot.ticket_id where t.uuid = any(${tickets}))`) as [
    { refunds: number },
  ];
  expect(refunds).toBe(24);
  await sale.audit();
});

test('an event that is cancelled during a rush has nothing sold, and owes nothing', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 24 });
  const methods = [randomUUID(), ...Object.values(sandboxMethods)];
  let bought = 0;
  const buyers = tickets.map(async (ticket, i) => {
    await sleep(i * 4);
    await outcomeOf(buy([ticket], methods[i % methods.length]).then(() => bought++));
  });
  // It works beside the buyers, as other processes do.
  await eventually(() => expect(bought).toBeGreaterThan(0));
  const operation = await cancel(uuid);
  await work(sale.deps, { leaseMs: 60_000, againMs: 0, settleMs: 60_000 }, 3);
  await Promise.all(buyers);
  await sale.sql`update operations set leased_until = now() where uuid = ${operation.uuid}`;
  expect(await work()).toBe(1);
  await sale.sweep();
  expect(await ended(uuid)).toEqual(allBack);
  await sale.audit();
});

test('a process that is to end leaves its operation to the next', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 12 });
  for (const ticket of tickets) await buy([ticket]);
  const operation = await cancel(uuid);
  const closing = new AbortController();
  const open: SaleDeps['refunds']['open'] = (request) => {
    closing.abort();
    return sale.deps.refunds.open(request);
  };
  const deps = { ...sale.deps, refunds: { ...sale.deps.refunds, open } };
  expect(await refundCancelledEvents(deps, { ...atOnce, leaseMs: 60_000 }, closing.signal)).toBe(0);
  const { status, done } = await found(operation.uuid);
  expect([status, done > 0, done < 12]).toEqual(['running', true, true]);
  expect(await work()).toBe(1);
  expect(await ended(uuid)).toEqual(allBack);
});

describe('the process dies', () => {
  /** Cancels an event and works on it until the process dies; returns the calls of its ports. */
  async function live(crash?: Crash) {
    const event = await rush();
    const { deps, calls } = dying(sale.deps, crash);
    const operationUuid = randomUUID();
    await cancelEvent(deps, author, { eventUuid: event.uuid, operationUuid, reason: null })
      .then(() => work(deps))
      .catch((error) => {
        if (!(error instanceof Died)) throw error;
      });
    return { event, operationUuid, calls };
  }

  test('at any point, and another goes on', async () => {
    const { calls } = await live();
    expect(calls.length).toBeGreaterThan(30);
    for (const [call, point] of calls.entries()) {
      for (const when of ['before', 'after'] as const) {
        const { event, operationUuid } = await live({ call, when });
        // The organiser repeats the request, and another process has its lease.
        await cancel(event.uuid, operationUuid);
        await sale.sql`update operations set leased_until = now() where uuid = ${operationUuid}`;
        await work();
        await sale.sweep();
        const { status, done, total } = await found(operationUuid);
        expect([point, when, status, done === total, await ended(event.uuid)]).toEqual([
          ...[point, when, 'succeeded', true, allBack],
        ]);
      }
    }
    await sale.audit();
    console.log(`mass refund: ${calls.length} points, ${calls.length * 2} ends, the books right`);
  }, 120_000);
});

test('the audit finds an order of a cancelled event whose money is said to be back', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 1 });
  const order = await buy(tickets);
  const operation = await cancel(uuid);
  const broken = () => postgresBooks(sale.db).broken({ ageMs: 86_400_000, actionMs: 0 });
  expect(await broken()).toEqual([]);
  await sale.sql`update operations set status = 'succeeded' where uuid = ${operation.uuid}`;
  expect(await broken()).toEqual([
    { rule: 'kept for a cancelled event', uuid: order.uuid, detail: `order paid, event ${uuid}` },
  ]);
  await sale.sql`update operations set status = 'running' where uuid = ${operation.uuid}`;
  await work();
  expect(await broken()).toEqual([]);
});
