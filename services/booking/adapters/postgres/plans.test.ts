import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { getTableName } from 'drizzle-orm';
import { type Db, openDb } from '../../../../shared/db/client.ts';
import { analyzeOutgrown } from '../../../../shared/db/statistics.ts';
import { postgresIdempotencyKeys } from '../../../../shared/idempotency/postgres.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { type MadeEvent, makeEvent } from '../../../../shared/testing/factories.ts';
import { organiserOf } from '../../domain/sale-rules/rules.harness.ts';
import { neededTables } from '../../needed-tables.ts';
import {
  confirmTicket,
  createOrder,
  refundOrder,
  releaseReservation,
  reserveTickets,
  saleOn,
  sweepAll,
} from '../../testing.ts';

/** The number of past orders. */
const orders = Number(process.env.PLANS_ORDERS ?? 20_000);
/** Writing a million of them takes minutes. */
const patienceMs = Math.max(60_000, orders / 2);
const tables = neededTables({ locks: true, sandbox: true }).map(([table]) => table);
const arenaSeats = 20_000;
/** Rows of one table that a step for one or two seats may read. */
const most = 50;

type Offered = { tickets: string[]; rateUuid: string };

/** Adds a presale with a code, and a rate, to an event. */
async function offer({ sql }: Db, event: MadeEvent): Promise<Offered> {
  const organiser = organiserOf({ sql });
  await organiser.presale(event.id, { code: 'PLANS', maxUses: 1000 });
  await organiser.categorise(event.id, 'Stalls');
  await organiser.change(event.uuid, 'on_sale_from = null');
  return { tickets: event.tickets, rateUuid: await organiser.rate(event.id, { Stalls: 900 }, { most: 1000 }) };
}

/** Every step of the sale in turn, for one or two seats; `told` is called after each. */
async function sell(db: Db, { tickets, rateUuid }: Offered, told: (step: string) => Promise<void>): Promise<void> {
  const { deps } = saleOn(db);
  const keys = postgresIdempotencyKeys(db);
  const [userUuid, methodUuid] = [randomUUID(), randomUUID()];
  const [a, b, c, d, e] = tickets as [string, string, string, string, string];
  const keyed = { scope: userUuid, key: randomUUID(), fingerprint: 'f' };
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const result = await work();
    await told(name);
    return result;
  };
  const pair = { userUuid, ticketUuids: [a, b] };
  await step('begin a key', () => keys.begin({ ...keyed, staleMs: 60_000, keptMs: 86_400_000 }));
  const held = await step('hold', () => reserveTickets(deps, pair));
  await step('hold again', () => reserveTickets(deps, pair));
  const request = { reservationUuid: held.uuid, methodUuid };
  const order = await step('order', () => createOrder(deps, request));
  await step('order again', () => createOrder(deps, request));
  await step('finish a key', () => keys.finish(keyed, { status: 201, body: '{}' }));
  await step('capture', () => sweepAll(deps));
  await step('refund', () => refundOrder(deps, { orderUuid: order.uuid, userUuid }));
  await step('pay back', () => sweepAll(deps));
  await step('reserve', () => saleOn(db).reserve(c, userUuid));
  await step('confirm', () => confirmTicket(deps, { ticketUuid: c, userUuid, methodUuid }));
  const other = await step('hold others', () => reserveTickets(deps, { userUuid, ticketUuids: [d, e] }));
  await step('release', () => releaseReservation(deps, other.uuid));
  const limited = { userUuid, ticketUuids: [d, e], accessCode: 'PLANS', rateUuids: [rateUuid, null] };
  const openFrom = (at: string | null) =>
    db.sql`update events set on_sale_from = now() + ${at}::interval where uuid = ${held.eventUuid}`;
  await step('close the general sale', () => openFrom('1 hour'));
  const byCode = await step('hold by a code at a rate', () => reserveTickets(deps, limited));
  await step('order them', () => createOrder(deps, { reservationUuid: byCode.uuid, methodUuid }));
  await step('open it', () => openFrom(null));
  await step('read the rules', () => deps.tickets.rulesOf(held.eventUuid));
  await step('find a seat', () => deps.tickets.ofSeat(held.eventUuid, byCode.tickets[0]!.seat));
  await step('list the orders', () => deps.orders.list({ userUuid, limit: 20 }));
  await step('count what a user has', () => deps.tickets.boughtBy(userUuid, held.eventUuid));
  await step('count what is unfinished', () => deps.unfinishedPayments.backlogs());
}

/** Orders that have ended, as a season leaves them, and small events beside the arena's. */
async function fill({ sql }: Db): Promise<void> {
  const past = await makeEvent(sql, { seats: 20 });
  await sql`
    with e as (
      insert into events (name, date, venue_id)
      select 'Past ' || n, now() + interval '9 days', ${past.venueId} from generate_series(1, 300) n returning id
    ) insert into tickets (event_id, seat, price) select id, 'B' || n, 1000 from e, generate_series(1, 20) n`;
  await sql`
    with r as (
      insert into reservations (user_uuid, event_id, total, currency)
      select gen_random_uuid(), ${past.id}, 1000, 'USD' from generate_series(1, ${orders}::int) returning id
    ), rt as (
      insert into reservation_tickets (reservation_id, ticket_id, price, token)
      select id, -id, 1000, gen_random_uuid() from r
    ), o as (
      insert into orders (user_uuid, status, total, currency, reservation_id)
      select gen_random_uuid(), 'failed', 1000, 'USD', id from r returning id, uuid
    ), p as (
      insert into payments (order_id, method_uuid, amount, currency, provider, status)
      select id, 'm', 1000, 'USD', 'sandbox', 'voided' from o
    ), ot as (
      insert into order_tickets (order_id, price, token, ticket_uuid) select id, 1000, 't', 'u' from o
    ), h as (
      insert into order_history (order_id, order_status, payment_status, amount, cause)
      select id, 'failed', 'voided', 1000, 'c' from o
    ), c as (
      insert into sandbox_charges (key, amount, currency, status) select uuid, 1000, 'USD', 'voided' from o
    )
    insert into idempotency_keys (scope, key, fingerprint, status, body) select uuid, uuid, 'f', 201, '{}' from o`;
}

/**
 * Prepares the rows, and their statistics, for the moment when the arena goes on sale; `plan` has the seller plan all
 * its statements. Call the returned function when the arena is there.
 */
type Ground = (
  admin: Db,
  plan: () => Promise<void>,
  config: TestDatabase['config'],
) => Promise<(() => Promise<unknown>) | undefined>;

const grounds: Record<string, Ground> = {
  'with statistics of all that is there': async (admin) => {
    await fill(admin);
    await admin.sql`analyze`;
    return undefined;
  },
  'without statistics': async (admin) => {
    await fill(admin);
    return undefined;
  },
  'with statistics of empty tables': async (admin) => {
    await admin.sql`analyze`;
    await fill(admin);
    return undefined;
  },
  'with statistics from the midst of an import': async (admin, plan, config) => {
    const importer = openDb(config, { max: 1, deadlineMs: 0 });
    await importer.sql
      .begin(async (transaction) => {
        const { venueId } = await makeEvent(admin.sql, { seats: 1 });
        const tx = transaction as unknown as Db['sql'];
        await tx`
          with e as (insert into events (name, date, venue_id) values ('E', now() + interval '9 days', ${venueId}) returning id)
          insert into tickets (event_id, seat, price) select id, 'C' || n, 1000 from e, generate_series(1, ${arenaSeats}::int) n`;
        await admin.sql`delete from tickets`;
        await admin.sql`analyze`;
        throw rollback;
      })
      .catch((error) => {
        if (error !== rollback) throw error;
      });
    await importer.close();
    await plan();
    return async () => {
      await admin.sql`select pg_stat_force_next_flush()`;
      expect(await analyzeOutgrown(admin, tables)).toContain('tickets');
    };
  },
  'planned while the tables were empty': async (admin, plan) => {
    await admin.sql`analyze`;
    await plan();
    await fill(admin);
    await analyzeOutgrown(admin, tables);
    return undefined;
  },
  'planned while the tables were small': async (admin, plan) => {
    await plan();
    await admin.sql`analyze`;
    await plan();
    await fill(admin);
    await analyzeOutgrown(admin, tables);
    return undefined;
  },
};

const rollback = new Error('rolled back');

/** Returns the rows read since the last call, by table: through an index or not. */
async function openReadings(admin: Db, seller: Db): Promise<() => Promise<[table: string, rows: number][]>> {
  const look = async () => {
    for (const { sql } of [admin, seller]) await sql`select pg_stat_force_next_flush()`;
    const rows = await admin.sql<{ name: string; read: number }[]>`
      select t.relname as name, (t.seq_tup_read + greatest(t.idx_tup_fetch, sum(i.idx_tup_read)))::float8 as read
      from pg_stat_user_tables t join pg_stat_user_indexes i using (relid)
      group by t.relname, t.seq_tup_read, t.idx_tup_fetch`;
    return new Map(rows.map(({ name, read }) => [name, read]));
  };
  let before = await look();
  return async () => {
    const now = await look();
    const read = [...now].map(([name, rows]): [string, number] => [name, rows - (before.get(name) ?? 0)]);
    before = now;
    return read;
  };
}

for (const [title, prepare] of Object.entries(grounds)) {
  describe(`plans of the sale, ${title}`, () => {
    let database: TestDatabase;
    let admin: Db;
    const sellers = new Map<string, Db>();
    let arena: Offered;

    beforeAll(async () => {
      database = await testDatabase();
      admin = openDb(database.config, { max: 1, deadlineMs: patienceMs });
      for (const table of tables)
        await admin.sql`alter table ${admin.sql(getTableName(table))} set (autovacuum_enabled = off)`;
      for (const kind of ['generic', 'custom']) {
        const seller = openDb(database.config, { max: 1, asWritten: true });
        await seller.sql.unsafe(`set plan_cache_mode = force_${kind}_plan`);
        sellers.set(kind, seller);
      }
      const planAll = async () => {
        for (const seller of sellers.values()) {
          await sell(seller, await offer(admin, await makeEvent(admin.sql, { seats: 5 })), async () => {});
        }
      };
      const after = await prepare(admin, planAll, database.config);
      arena = await offer(admin, await makeEvent(admin.sql, { seats: arenaSeats }));
      await after?.();
    }, patienceMs);
    afterAll(async () => {
      await Promise.all([admin.close(), ...[...sellers.values()].map((seller) => seller.close())]);
      await database.drop();
    });

    for (const kind of ['generic', 'custom']) {
      test(`${kind} ones read the rows that each step means`, async () => {
        const seller = sellers.get(kind)!;
        const readings = await openReadings(admin, seller);
        const tooMany: [step: string, table: string, rows: number][] = [];
        const tickets = arena.tickets.splice(7000, 5);
        await sell(seller, { ...arena, tickets }, async (step) => {
          for (const [table, rows] of await readings()) if (rows > most) tooMany.push([step, table, rows]);
        });
        expect(tooMany).toEqual([]);
      }, 60_000);
    }
  });
}
