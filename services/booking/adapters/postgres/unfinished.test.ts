import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { postgresIdempotencyKeys } from '../../../../shared/idempotency/postgres.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { PaymentUnanswered } from '../../domain/errors.ts';
import type { Lease } from '../../domain/payment/unfinished-payments.ts';
import { purgeRecords } from '../../domain/purge-records.ts';
import { createOrder, refundOrder, reserveTickets, type Sale, type SaleDeps, startSale } from '../../testing.ts';
import { sandboxMethods, sandboxPayments } from '../sandbox/sandbox-payments.ts';
import { postgresRefunds } from './refunds.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

async function ordered(methodUuid: string = randomUUID()) {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats: 2 });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const { uuid } = await createOrder(sale.deps, { reservationUuid, methodUuid });
  return { uuid, userUuid, event };
}

const withoutAnswer = (): SaleDeps => ({
  ...sale.deps,
  payments: { ...sale.deps.payments, refund: () => Promise.reject(new PaymentUnanswered()) },
});

const times: Lease & { ageMs: number; actionMs: number } = {
  ageMs: 60_000,
  actionMs: 600_000,
  leaseMs: 15_000,
  limit: 100,
  provider: 'sandbox',
};
const age = (table: 'orders' | 'refunds', uuid: string, by: string) =>
  sale.sql`update ${sale.sql(table)} set created_at = now() - ${by}::interval where uuid = ${uuid}`;
const historyOf = async (uuid: string) =>
  (
    await sale.sql`select order_status, payment_status from order_history
      where order_id = (select id from orders where uuid = ${uuid}) order by id`
  ).map((row) => `${row.order_status}, ${row.payment_status}`);

describe('a sweep is given', () => {
  test('an order once it is old, and not the payment of a moment ago', async () => {
    const { unfinishedPayments } = sale.deps;
    const { uuid } = await ordered(sandboxMethods.lostAnswer);
    expect(await unfinishedPayments.leasePending(times)).toEqual([]);
    await age('orders', uuid, '59 seconds');
    expect(await unfinishedPayments.leasePending(times)).toEqual([]);
    await age('orders', uuid, '61 seconds');
    expect((await unfinishedPayments.leasePending(times)).map(({ order, waits }) => [order.uuid, waits])).toEqual([
      [uuid, false],
    ]);
    expect(await unfinishedPayments.leasePending(times)).toEqual([]);
    await sale.sql`update payments set sweep_at = now()`;
    await sale.sweep();
  });

  test('an order that waits for its buyer, once the buyer’s time is over', async () => {
    const { unfinishedPayments } = sale.deps;
    const { uuid } = await ordered(sandboxMethods.requiresAction);
    for (const [by, waits] of [
      ['9 minutes', true],
      ['11 minutes', false],
    ] as const) {
      await age('orders', uuid, by);
      await sale.sql`update payments set sweep_at = now()`;
      expect((await unfinishedPayments.leasePending(times)).map((one) => one.waits)).toEqual([waits]);
    }
    await sale.sql`update payments set sweep_at = now()`;
    await sale.sweep();
  });

  test('a refund that is refused after a while, twice as long each time and up to an hour', async () => {
    const refunds = postgresRefunds(sale.db);
    const { uuid: orderUuid, userUuid } = await ordered();
    const { uuid } = await refundOrder(withoutAnswer(), { orderUuid, userUuid });
    const pauses: number[] = [];
    for (let refusals = 1; refusals <= 12; refusals++) {
      await refunds.noteRefusal(uuid, 'balance_insufficient');
      const [row] = await sale.sql<{ seconds: number; attempts: number }[]>`
        select extract(epoch from sweep_at - updated_at)::float8 as seconds, attempts from refunds where uuid = ${uuid}`;
      expect(row!.attempts).toBe(refusals);
      const most = Math.min(15 * 2 ** (refusals - 1), 3600);
      expect(row!.seconds).toBeLessThanOrEqual(most + 1);
      expect(row!.seconds).toBeGreaterThanOrEqual(most * 0.75 - 1);
      pauses.push(row!.seconds / most);
      expect(await refunds.leasePending({ ...times, ageMs: 0 })).toEqual([]);
    }
    // By chance, so that those that were refused together are not asked for together.
    expect(new Set(pauses.map((share) => share.toFixed(3))).size).toBeGreaterThan(3);
    await sale.sql`update refunds set sweep_at = now()`;
    await sale.sweep();
    await refunds.noteRefusal(uuid, 'too late');
    expect(await sale.sql`select status, failure from refunds where uuid = ${uuid}`).toMatchObject([
      { status: 'succeeded', failure: null },
    ]);
  });

  test('a refund once it is old, and no other process meanwhile', async () => {
    const { refunds } = sale.deps;
    const { uuid: orderUuid, userUuid } = await ordered();
    const { uuid } = await refundOrder(withoutAnswer(), { orderUuid, userUuid });
    expect(await refunds.leasePending(times)).toEqual([]);
    await age('refunds', uuid, '61 seconds');
    const leases = await Promise.all([1, 2, 3].map(() => refunds.leasePending(times)));
    expect(leases.flat().map((one) => one.uuid)).toEqual([uuid]);
    expect(await refunds.leasePending(times)).toEqual([]);
    await sale.sql`update refunds set sweep_at = now()`;
    expect(await refunds.leasePending(times)).toHaveLength(1);
    await sale.sql`update refunds set sweep_at = now()`;
    await sale.sweep();
  });
});

describe.each([
  [
    'orders without an answer',
    {
      table: 'payments',
      make: async () => (await ordered(sandboxMethods.lostAnswer)).uuid,
      lease: async (more: Partial<typeof times>) =>
        (await sale.deps.unfinishedPayments.leasePending({ ...times, ageMs: 0, ...more })).map(
          ({ order }) => order.uuid,
        ),
    },
  ],
  [
    'payments that are not captured',
    {
      table: 'payments',
      make: async () => (await ordered()).uuid,
      lease: async (more: Partial<typeof times>) =>
        (await sale.deps.unfinishedPayments.leaseUncaptured({ ...times, ...more })).map(({ order }) => order.uuid),
    },
  ],
  [
    'refunds',
    {
      table: 'refunds',
      make: async () => {
        const { uuid: orderUuid, userUuid } = await ordered();
        await refundOrder(withoutAnswer(), { orderUuid, userUuid });
        return orderUuid;
      },
      lease: async (more: Partial<typeof times>) =>
        (await sale.deps.refunds.leasePending({ ...times, ageMs: 0, ...more })).map(({ orderUuid }) => orderUuid),
    },
  ],
])('of %s a sweep is given', (_, { table, make, lease }) => {
  const ofOrder = (uuid: string) => sale.sql`order_id = (select id from orders where uuid = ${uuid})`;

  test('the rows that are due the longest, as many as it can take, and skips rows that another process has locked', async () => {
    await sale.sweep();
    const [young, old, between] = [await make(), await make(), await make()];
    for (const [uuid, by] of [
      [young, '1 minute'],
      [old, '3 minutes'],
      [between, '2 minutes'],
    ] as const) {
      await sale.sql`update ${sale.sql(table)} set sweep_at = now() - ${by}::interval where ${ofOrder(uuid)}`;
    }
    // So that the few rows are read as they are stored, in no order.
    await sale.sql`analyze payments, refunds, orders`;
    expect(await lease({ provider: 'stripe:live' })).toEqual([]);
    await sale.sql.begin(async (tx) => {
      await tx`select from ${tx(table)} where ${ofOrder(old)} for update`;
      expect(await lease({ limit: 1 })).toEqual([between]);
    });
    expect(await lease({ limit: 1 })).toEqual([old]);
    expect(await lease({})).toEqual([young]);
    expect(await lease({})).toEqual([]);
    await sale.sql`update ${sale.sql(table)} set sweep_at = now()`;
    await sale.sweep();
    expect(await lease({})).toEqual([]);
    await sale.audit();
  });
});

test('unfinished work is counted by kind, with the age of the oldest, and by the other providers that must end it', async () => {
  const { unfinishedPayments } = sale.deps;
  await sale.sweep();
  const none = { count: 0, oldestAgeSeconds: 0 };
  expect(await unfinishedPayments.backlogs()).toEqual({
    pending: none,
    actions: none,
    uncaptured: none,
    refunds: none,
    failedRefunds: none,
    refundAttempts: 0,
  });
  expect(await unfinishedPayments.elsewhere('stripe:live')).toEqual({});

  const bought = [await ordered(), await ordered()];
  await sale.sweep();
  for (const [i, { uuid: orderUuid, userUuid }] of bought.entries()) {
    const { uuid } = await refundOrder(withoutAnswer(), { orderUuid, userUuid });
    await age('refunds', uuid, `${4 + i} hours`);
  }
  for (const hours of [2, 1]) {
    await age('orders', (await ordered(sandboxMethods.lostAnswer)).uuid, `${hours} hours`);
    await age('orders', (await ordered(sandboxMethods.requiresAction)).uuid, `${hours + 1} hours`);
    const { uuid } = await ordered();
    await sale.sql.begin(async (tx) => {
      // Otherwise a trigger would set the time of the write to now.
      await tx`set local session_replication_role = replica`;
      await tx`update orders set created_at = now() - interval '9 hours',
        updated_at = now() - ${`${hours * 10} minutes`}::interval where uuid = ${uuid}`;
    });
  }
  const since = (seconds: number) => ({ count: 2, oldestAgeSeconds: expect.closeTo(seconds, -2) });
  expect(await unfinishedPayments.backlogs()).toEqual({
    pending: since(7200),
    actions: since(10_800),
    uncaptured: since(1200),
    refunds: since(18_000),
    failedRefunds: none,
    refundAttempts: 0,
  });
  expect(await unfinishedPayments.elsewhere('sandbox')).toEqual({});
  expect(await unfinishedPayments.elsewhere('stripe:live')).toEqual({ sandbox: 8 });
  // The first releases wrote no name down.
  await sale.sql`update payments set provider = null where status = 'authorised'`;
  expect(await unfinishedPayments.elsewhere('stripe:live')).toEqual({ sandbox: 6, 'another provider': 2 });
  await sale.sweep();
  expect(await unfinishedPayments.backlogs()).toEqual({
    pending: none,
    actions: none,
    uncaptured: none,
    refunds: none,
    failedRefunds: none,
    refundAttempts: 0,
  });
  expect(await unfinishedPayments.elsewhere('stripe:live')).toEqual({});
});

test('an order that has ended stays as it is, whatever comes late, and returns how it has ended', async () => {
  const { orders, unfinishedPayments } = sale.deps;
  await sale.sweep();
  const paid = await ordered();
  const failed = await ordered(sandboxMethods.lostRequest);
  await orders.fail(failed.uuid, { is: 'voided' });
  const refunded = await ordered();
  await refundOrder(sale.deps, { orderUuid: refunded.uuid, userUuid: refunded.userUuid });
  for (const [{ uuid, event }, status] of [
    [paid, 'paid'],
    [failed, 'failed'],
    [refunded, 'refunded'],
  ] as const) {
    const before = [await orders.view(uuid), await historyOf(uuid)];
    const seats = [{ eventUuid: event.uuid, locks: expect.any(Array) }];
    const ending = { status, changed: false, seats };
    expect(await orders.settle(uuid)).toEqual(ending);
    expect(await orders.fail(uuid, { is: 'voided' })).toEqual(ending);
    if (status !== 'failed') await unfinishedPayments.recordGivenBack(uuid, 'voided');
    if (status === 'failed') expect(await unfinishedPayments.recordCapture(uuid, 'captured')).toBe('failed');
    expect([await orders.view(uuid), await historyOf(uuid)]).toEqual(before);
  }
  for (const write of [orders.settle, (uuid: string) => unfinishedPayments.recordCapture(uuid, 'gone')]) {
    await expect(write(randomUUID())).rejects.toThrow('no order');
  }
  await sale.sweep();
  await sale.audit();
});

test('an order of the first releases, which wrote no locks down, has those of its reservation, or none', async () => {
  const { orders, reservations } = sale.deps;
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats: 2 });
  const reserve = () => reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const older = await reserve();
  await reservations.release(older.uuid);
  const { uuid: reservationUuid, tickets } = await reserve();
  const { uuid } = await createOrder(sale.deps, { reservationUuid, methodUuid: sandboxMethods.lostAnswer });
  const its = sale.sql`(select id from orders where uuid = ${uuid})`;
  const seats = async () => (await orders.get(uuid))!.seats;
  const locks = tickets.map(({ ticketUuid, token }) => ({ ticketUuid, token }));
  const known = [{ eventUuid: event.uuid, locks: expect.arrayContaining(locks) }];
  expect(await seats()).toEqual(known);
  await sale.sql`update order_tickets set token = null where order_id = ${its}`;
  expect(await seats()).toEqual(known);
  await sale.sql`update orders set reservation_id = null where id = ${its}`;
  expect(await seats()).toEqual([{ eventUuid: event.uuid, locks: [] }]);
  await sale.sweep();
});

test('a payment that was captured is not gone later, and is noted once', async () => {
  const { unfinishedPayments } = sale.deps;
  const { uuid } = await ordered();
  await sale.sweep();
  const before = await historyOf(uuid);
  expect(await unfinishedPayments.recordCapture(uuid, 'gone')).toBe('paid');
  expect(await historyOf(uuid)).toEqual(before);
  await sale.audit();
});

test('a buyer’s action is noted once, and not for an order that has ended', async () => {
  const { orders } = sale.deps;
  const { uuid } = await ordered(sandboxMethods.requiresAction);
  const action = { type: 'stripe', clientSecret: 'secret' } as const;
  await orders.awaitAction(uuid, action);
  expect((await sale.deps.orders.view(uuid))!.action).not.toEqual(action);
  expect(await historyOf(uuid)).toEqual(['pending, pending', 'pending, requires_action']);
  await sale.sweep();
  await orders.awaitAction(uuid, action);
  expect(await historyOf(uuid)).toEqual(['pending, pending', 'pending, requires_action', 'failed, voided']);
});

test('a buyer’s action is deleted when the order has ended, paid or failed', async () => {
  const { orders } = sale.deps;
  for (const [isApproved, end] of [
    [true, orders.settle],
    [false, (uuid: string) => orders.fail(uuid, { is: 'voided' })],
  ] as const) {
    const { uuid } = await ordered(sandboxMethods.requiresAction);
    expect((await orders.view(uuid))!.action).toMatchObject({ type: 'sandbox' });
    await sandboxPayments(sale.db).answer(uuid, isApproved);
    await end(uuid);
    expect((await orders.view(uuid))!.action).toBeNull();
  }
});

test('a capture that meets a refund is noted with the state after it', async () => {
  const { payments, unfinishedPayments } = sale.deps;
  const { uuid, userUuid } = await ordered();
  await payments.capture(uuid);
  const begun = Promise.withResolvers<Promise<string>>();
  const sessions = () => sale.sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await sale.sql.begin(async (tx) => {
    await tx`select from orders where uuid = ${uuid} for update`;
    await tx`update orders set status = 'refunded' where uuid = ${uuid}`;
    begun.resolve(unfinishedPayments.recordCapture(uuid, 'captured'));
    await eventually(async () => expect(await sessions()).toHaveLength(1));
  });
  expect(await await begun.promise).toBe('refunded');
  expect((await historyOf(uuid)).at(-1)).toBe('refunded, succeeded');
  await sale.sql`update orders set status = 'paid' where uuid = ${uuid}`;
  await refundOrder(sale.deps, { orderUuid: uuid, userUuid });
});

test('a dispute is noted while it is open, and lets a refund that met it be tried again when it has ended', async () => {
  const { refunds, unfinishedPayments } = sale.deps;
  const { uuid: orderUuid, userUuid } = await ordered();
  const disputed = { ...sale.deps.payments, refund: async () => 'disputed' as const };
  const refund = await refundOrder({ ...sale.deps, payments: disputed }, { orderUuid, userUuid });
  expect(refund.status).toBe('disputed');
  await unfinishedPayments.recordDispute(orderUuid, true);
  await unfinishedPayments.recordDispute(orderUuid, true);
  expect((await historyOf(orderUuid)).length).toBe(5);
  expect(await refunds.leasePending({ ...times, ageMs: 0 })).toEqual([]);
  await unfinishedPayments.recordDispute(orderUuid, false);
  await sale.sweep();
  expect(await sale.sql`select status from refunds where uuid = ${refund.uuid}`).toMatchObject([
    { status: 'succeeded' },
  ]);
  await sale.audit();
});

test('the end of a dispute lets the refunds of that order that met it be tried again at once, and no others', async () => {
  const { refunds, unfinishedPayments } = sale.deps;
  const disputed = { ...sale.deps, payments: { ...sale.deps.payments, refund: async () => 'disputed' as const } };
  const [one, other] = [await ordered(), await ordered()];
  const refund = (of: typeof one, ticketUuids: string[], deps = sale.deps) =>
    refundOrder(deps, { orderUuid: of.uuid, userUuid: of.userUuid, ticketUuids });
  const paid = await refund(one, one.event.tickets.slice(0, 1));
  const met = await refund(one, one.event.tickets.slice(1), disputed);
  const elsewhere = await refund(other, other.event.tickets, disputed);
  for (const { uuid } of [one, other]) await unfinishedPayments.recordDispute(uuid, true);
  await sale.sql`update refunds set sweep_at = now() + interval '1 hour'`;
  await unfinishedPayments.recordDispute(one.uuid, false);
  expect((await refunds.leasePending({ ...times, ageMs: 0 })).map(({ uuid }) => uuid)).toEqual([met.uuid]);
  const statusOf = async (uuid: string) => (await sale.sql`select status from refunds where uuid = ${uuid}`)[0]!.status;
  expect([await statusOf(paid.uuid), await statusOf(elsewhere.uuid)]).toEqual(['succeeded', 'disputed']);
  await unfinishedPayments.recordDispute(other.uuid, false);
  await sale.sql`update refunds set sweep_at = now()`;
  await sale.sweep();
  await sale.audit();
});

describe('outdated records are deleted', () => {
  test('some thousands at a time, skipping those that another process has locked', async () => {
    const { reservations, webhookEvents } = sale.deps;
    const { sql } = sale;
    const event = await makeEvent(sql, { seats: 0 });
    const kinds = [
      {
        ...{ purge: webhookEvents.purge, locked: sql`select from payment_notices where id = 'old 7'` },
        make: sql`insert into payment_notices (id, type, created_at)
          select 'old ' || n, 'test', '2020-01-01' from generate_series(1, 5002) n`,
      },
      {
        ...{ purge: postgresIdempotencyKeys(sale.db).purge },
        locked: sql`select from idempotency_keys where key = 'old 7'`,
        make: sql`insert into idempotency_keys (scope, key, fingerprint, created_at)
          select 'ann', 'old ' || n, '', '2020-01-01' from generate_series(1, 5002) n`,
      },
      {
        ...{ purge: reservations.purge, locked: sql`select from reservations where user_uuid = 'old 7'` },
        make: sql`insert into reservations (user_uuid, event_id, total, currency, created_at)
          select 'old ' || n, ${event.id}, 1, 'USD', '2020-01-01' from generate_series(1, 5002) n`,
      },
    ];
    for (const { purge, locked, make } of kinds) {
      await make;
      const [first, second] = await sql.begin(async (tx) => {
        await tx`${locked} for update`;
        return [await purge(1e9), await purge(1e9)];
      });
      expect([first, second, await purge(1e9), await purge(1e9)]).toEqual([5000, 1, 1, 0]);
    }
  });

  test('and a webhook event that two processes have received is noted once', async () => {
    const { webhookEvents } = sale.deps;
    const [id, other] = [randomUUID(), randomUUID()];
    await Promise.all([1, 2].map(() => webhookEvents.record({ id, type: 'test' })));
    expect([await webhookEvents.has(id), await webhookEvents.has(other)]).toEqual([true, false]);
  });

  test('of webhooks, of keys and of reservations, each when its own time is over', async () => {
    const { reservations, webhookEvents } = sale.deps;
    const idempotencyKeys = postgresIdempotencyKeys(sale.db);
    const { userUuid } = await ordered();
    const [old, young] = [randomUUID(), randomUUID()];
    for (const id of [old, young]) {
      await webhookEvents.record({ id, type: 'test' });
      await idempotencyKeys.begin({ scope: id, key: 'key', fingerprint: 'one', staleMs: 0, keptMs: 1e9 });
    }
    const count = async () =>
      (
        await sale.sql`select (select count(*) from payment_notices where id in (${old}, ${young}))::int as events,
          (select count(*) from idempotency_keys where scope in (${old}, ${young}))::int as keys,
          (select count(*) from reservations where user_uuid = ${userUuid})::int as reservations`
      )[0];
    await sale.sql`update payment_notices set created_at = now() - interval '29 days' where id = ${old}`;
    await sale.sql`update idempotency_keys set created_at = now() - interval '23 hours' where scope = ${old}`;
    await sale.sql`update reservations set created_at = now() - interval '29 days' where user_uuid = ${userUuid}`;
    await purgeRecords({ webhookEvents, reservations, idempotencyKeys });
    expect(await count()).toEqual({ events: 2, keys: 2, reservations: 1 });
    await sale.sql`update payment_notices set created_at = now() - interval '31 days' where id = ${old}`;
    await sale.sql`update idempotency_keys set created_at = now() - interval '25 hours' where scope = ${old}`;
    await sale.sql`update reservations set created_at = now() - interval '31 days' where user_uuid = ${userUuid}`;
    await purgeRecords({ webhookEvents, reservations, idempotencyKeys });
    expect(await count()).toEqual({ events: 1, keys: 1, reservations: 0 });
  });
});
