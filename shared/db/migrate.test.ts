import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { migrationJournal, migrationSql } from '../../drizzle/migrations.ts';
import { emptyDatabase, type TestDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { sqlState } from './client.ts';
import { migrate, migrationStates } from './migrate.ts';
import * as schema from './schema.ts';

setDefaultTimeout(60_000);

const folder = join(import.meta.dirname, '..', '..', 'drizzle');

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(() => database.drop());

  test('that are not applied are listed', async () => {
    expect(await migrationStates(database.config)).toEqual(
      migrationJournal.map(({ tag }) => ({ tag, isApplied: false })),
    );
  });

  test('several starters at once apply each once', async () => {
    const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(database.config)));
    expect(applied.sort()).toEqual([0, 0, 0, 0, 0, migrationJournal.length]);
    expect(await migrate(database.config)).toBe(0);
    expect(await migrationStates(database.config)).toEqual(
      migrationJournal.map(({ tag }) => ({ tag, isApplied: true })),
    );
  });

  test('make the tables, the unlogged locks and the publication', async () => {
    const [row] = await database.sql`
      select (select relpersistence from pg_class where relname = 'ticket_locks') as locks,
        (select count(*)::int from pg_publication_tables where pubname = 'onsale_search') as published`;
    expect(row).toEqual({ locks: 'u', published: 4 });
  });

  test('the rows of the original can be inserted as they are', async () => {
    const { sql } = database;
    await sql`insert into venues (id, uuid, created_at, updated_at, location, seat_map)
      values (1, '8a1b0000-0000-4000-8000-000000000001', now(), now(), 'Hall', '{"A1": true}'::json)`;
    await sql`insert into performers (id, uuid, created_at, updated_at, name, age, description)
      values (1, '8a1b0000-0000-4000-8000-000000000002', now(), now(), 'Name', 30, null)`;
    await sql`insert into events (id, uuid, created_at, updated_at, venue_id, date, name, description)
      values (1, '8a1b0000-0000-4000-8000-000000000003', now(), now(), 1, '2030-01-01', 'Event', null)`;
    await sql`insert into event_performers (event_id, performer_id) values (1, 1)`;
    await sql`insert into tickets (id, uuid, created_at, updated_at, event_id, price, seat, status)
      values (1, '8a1b0000-0000-4000-8000-000000000004', now(), now(), 1, 35000, 'A1', 'booked')`;
    await expect(
      sql`insert into tickets (id, event_id, price, seat) values (2, 1, 100, 'A1')`.then((rows) => rows),
    ).rejects.toThrow(/tickets_event_id_seat_key/);
    await expect(
      sql`insert into tickets (id, event_id, price, seat, status) values (2, 1, 1, 'A2', 'reserved')`.then(
        (rows) => rows,
      ),
    ).rejects.toThrow(/tickets_status_check/);
  });
});

describe('a migration while a sale goes on', () => {
  let database: TestDatabase;
  let sql: TestDatabase['sql'];
  beforeEach(async () => {
    database = await emptyDatabase();
    sql = database.sql;
    await migrate(database.config, { upTo: '0006_stripe_refunds' });
  });
  afterEach(() => database.drop());

  /** Events of a hundred seats; all that a release before 0007 knows of. */
  const fill = (events: number) =>
    sql.begin(async (tx) => {
      await tx`set local statement_timeout = 0`;
      await tx`insert into venues (location) values ('Hall')`;
      await tx`
      insert into events (name, date, venue_id)
      select 'Event ' || n, now() + interval '1 year', (select min(id) from venues) from generate_series(1, ${events}::int) n`;
      await tx`
      insert into tickets (event_id, seat, price, currency)
      select e.id, 'A' || n, 100, case when e.id % 3 = 0 then 'EUR' when e.id % 3 = 1 and n = 1 then 'CHF' else 'USD' end
      from events e, generate_series(1, 100) n`;
      await tx`
      with o as (insert into orders (user_uuid, status, total, currency) values ('u', 'paid', 100, 'USD') returning id)
      insert into refunds (order_id, amount, currency, status) select id, 100, 'USD', 'succeeded' from o`;
      await tx`update tickets set uuid = upper(uuid) where event_id = 1`;
      await tx`update events set uuid = upper(uuid) where id = 1`;
    });

  /** The writes of a release before 0007: a ticket is reserved, claimed, booked; others are added and deleted. */
  async function sell(ticketId: number): Promise<void> {
    const [held] = await sql`
      with t as (select id, event_id, price, currency from tickets where id = ${ticketId}), r as (
        insert into reservations (user_uuid, event_id, total, currency) select 'u', event_id, price, currency from t returning id
      )
      insert into reservation_tickets (reservation_id, ticket_id, price, token)
      select r.id, t.id, t.price, 'token' from r, t returning reservation_id`;
    const [order] = await sql`
      with wanted as (
        select id, price, currency from tickets where id = ${ticketId} and order_id is null order by id for update
      ), o as (
        insert into orders (user_uuid, total, currency, reservation_id)
        select 'u', price, currency, ${held!.reservation_id} from wanted returning id, total
      ), claimed as (
        update tickets t set order_id = o.id from o, wanted where t.id = wanted.id
      ), lines as (
        insert into order_tickets (order_id, ticket_id, price) select o.id, wanted.id, wanted.price from o, wanted
      ), p as (
        insert into payments (order_id, method_uuid, amount, currency) select o.id, 'm', o.total, 'USD' from o
      ), h as (
        insert into order_history (order_id, order_status, payment_status, amount, cause)
        select id, 'pending', 'pending', total, 'claimed' from o
      ) select id from o`;
    await sql`
      with o as (update orders set status = 'paid' where id = ${order!.id} returning id), b as (
        update tickets t set status = 'booked' from o where t.order_id = o.id
      ) update payments set status = 'authorised' from o where order_id = o.id`;
    const [added] = await sql`
      insert into tickets (event_id, seat, price, currency)
      select event_id, 'X' || id, 1, case when id % 2 = 0 then 'JPY' else currency end from tickets where id = ${ticketId}
      returning id`;
    if (ticketId % 3 === 0) await sql`delete from tickets where id = ${added!.id}`;
    await sql`update events set name = name || '.' where id = (select event_id from tickets where id = ${ticketId})`;
  }

  test('lets no writer fail, and keeps every write', async () => {
    await fill(1000);
    let isDone = false;
    let sold = 0;
    async function seller(first: number): Promise<void> {
      for (let at = 0; !isDone && at < 5000; at++, sold++) await sell(first + at * 20);
    }
    const sellers = Array.from({ length: 4 }, (_, i) => seller(i + 1));
    // The sale has begun before the migration does.
    await eventually(() => expect(sold).toBeGreaterThan(8));
    expect(await migrate(database.config)).toBeGreaterThan(1);
    const soldMeanwhile = sold;
    await eventually(() => expect(sold).toBeGreaterThan(soldMeanwhile + 8));
    isDone = true;
    await Promise.all(sellers);

    const [wrong] = await sql`
      select (select count(*)::int from events e where e.currency is distinct from (
          select case when min(currency) = max(currency) then min(currency) end from tickets where event_id = e.id)) as currencies,
        (select count(*)::int from tickets t join orders o on o.id = t.order_id
          where t.status <> 'booked' or o.status <> 'paid') as sales,
        (select count(*)::int from (select uuid from tickets union all select uuid from events) u where uuid <> lower(uuid)) as uuids,
        (select count(*)::int from tickets where status = 'booked')::int - ${sold} as sold,
        (select count(*)::int from pg_constraint where not convalidated) as unchecked`;
    expect(wrong).toEqual({ currencies: 0, sales: 0, uuids: 0, sold: 0, unchecked: 0 });
  });

  test('gives way to the sale while it waits for a table, and reports it', async () => {
    await fill(1);
    const said: string[] = [];
    const told = Promise.withResolvers<void>();
    let release = () => {};
    const reader = sql.begin(async (tx) => {
      await tx`select from tickets limit 1`;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    await eventually(async () =>
      expect(
        await sql`select from pg_stat_activity where state = 'idle in transaction' and datname = current_database()`,
      ).toHaveLength(1),
    );
    const migrated = migrate(database.config, {
      tell: (line) => {
        said.push(line);
        told.resolve();
      },
      sleep: async () => {},
    });
    await told.promise;
    // The long transaction is still there, and a sale goes on beside it.
    await sell(1);
    release();
    await reader;
    expect(await migrated).toBeGreaterThan(1);
    expect(said[0]).toMatch(/^0007_sale_rules made way for others .*; again in 0\.\d s \(try 1\)$/);
  });

  test('gives up without its tables, and leaves nothing half done', async () => {
    const said: string[] = [];
    await sql.begin(async (tx) => {
      await tx`select from tickets limit 1`;
      const options = { tries: 2, tell: (line: string) => void said.push(line), sleep: async () => {} };
      const failure = await migrate(database.config, options).catch((error) => error);
      expect(sqlState(failure)).toBe('55P03');
    });
    expect(said).toHaveLength(1);
    expect((await migrationStates(database.config)).filter(({ isApplied }) => isApplied).at(-1)?.tag).toBe(
      '0006_stripe_refunds',
    );
    expect(await sql`select from information_schema.columns where column_name = 'held_until'`).toEqual([] as never);
  });
});

test('every migration of the folder is in the binary, in order', async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  expect(migrationJournal.map((entry) => `${entry.tag}.sql`)).toEqual(files);
  for (const file of files) {
    expect(migrationSql[file.replace('.sql', '')]).toBe(await Bun.file(join(folder, file)).text());
  }
});

test('schema.ts and the migrations match', async () => {
  const snapshots = (await readdir(join(folder, 'meta'))).filter((name) => name.endsWith('_snapshot.json')).sort();
  const last = await Bun.file(join(folder, 'meta', snapshots.at(-1)!)).json();
  expect(await generateMigration(last, generateDrizzleJson(schema, last.id))).toEqual([]);
});
