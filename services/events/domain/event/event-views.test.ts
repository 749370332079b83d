import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../../shared/async/clock.ts';
import { memoryCache } from '../../../../shared/cache/memory.ts';
import { openDb } from '../../../../shared/db/client.ts';
import { unavailable } from '../../../../shared/errors.ts';
import { postgresTicketLocks } from '../../../../shared/locks/postgres.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { type MadeEvent, makeEvent } from '../../../../shared/testing/factories.ts';
import { postgresEventStore } from '../../adapters/postgres/event-store.ts';
import { pageOf } from '../../page/event-page.ts';
import { type EventView, eventViews, snapshotKey } from './event-views.ts';

describe('event views on PostgreSQL', () => {
  let database: TestDatabase;
  let sql: TestDatabase['sql'];
  let event: MadeEvent;
  const queries: string[] = [];
  let views: ReturnType<typeof eventViews>;
  let close: () => Promise<void>;

  beforeAll(async () => {
    database = await testDatabase();
    sql = database.sql;
    const db = openDb(database.config, { onQuery: (text) => queries.push(text) });
    views = eventViews({
      store: postgresEventStore(db),
      locks: postgresTicketLocks(db),
      cache: memoryCache({ maxBytes: 64 * 1024 * 1024, clock: systemClock }),
      clock: systemClock,
    });
    close = db.close;
    event = await makeEvent(sql, { seats: 4, performers: 2 });
  });
  afterAll(async () => {
    await close();
    await database.drop();
  });

  const parse = (view: EventView | undefined) =>
    view ? JSON.parse(new TextDecoder().decode(pageOf(view))) : undefined;
  const look = async (uuid = event.uuid) => parse(await views(uuid));
  const statuses = async () => (await look()).tickets.map((ticket: { status: string }) => ticket.status);
  const lock = (ticket: string) =>
    postgresTicketLocks(database.db).acquire({
      eventUuid: event.uuid,
      ticketUuids: [ticket],
      owner: 'ann',
      ttlMs: 60_000,
    });

  test('there is no view of an unknown event', async () => {
    expect(await look(randomUUID())).toBeUndefined();
  });

  test('a lock, its end, a claim and a booking show at the next look', async () => {
    expect(await statuses()).toEqual(['available', 'available', 'available', 'available']);
    await lock(event.tickets[1]!);
    expect(await statuses()).toEqual(['available', 'reserved', 'available', 'available']);
    await sql`update ticket_locks set expires_at = now() - interval '1 second'`;
    expect(await statuses()).toEqual(['available', 'available', 'available', 'available']);
    await sql`update tickets set status = 'booked' where uuid = ${event.tickets[2]!}`;
    expect(await statuses()).toEqual(['available', 'available', 'booked', 'available']);
    await sql`update tickets set status = 'available' where uuid = ${event.tickets[2]!}`;
    expect(await statuses()).toEqual(['available', 'available', 'available', 'available']);
  });

  test('a booking that commits after a longer transaction began is seen, whatever the order', async () => {
    const long = openDb(database.config, { max: 1 });
    let booked = false;
    await long.sql.begin(async (tx) => {
      await tx`update tickets set status = 'booked' where uuid = ${event.tickets[0]!}`;
      // Others commit, and views move on, while this transaction's id grows old.
      for (let i = 0; i < 3; i++) {
        await sql`update tickets set status = ${i % 2 ? 'available' : 'booked'} where uuid = ${event.tickets[3]!}`;
        expect((await statuses())[0]).toBe('available');
      }
      booked = true;
    });
    expect(booked).toBe(true);
    expect(await statuses()).toEqual(['booked', 'available', 'available', 'booked']);
    await sql`update tickets set status = 'available'`;
    await long.close();
  });

  test('a change of the slow part shows at once too, whoever made it', async () => {
    const newUuid = randomUUID();
    const changes: [statement: () => PromiseLike<unknown>, shows: (seen: Awaited<ReturnType<typeof look>>) => void][] =
      [
        [
          () => sql`update events set name = 'Renamed' where id = ${event.id}`,
          (seen) => expect(seen.name).toBe('Renamed'),
        ],
        [
          () => sql`update venues set location = 'Moved' where id = ${event.venueId}`,
          (seen) => expect(seen.venue.location).toBe('Moved'),
        ],
        [
          () => sql`update performers set name = 'Stage name' where id = ${event.performerIds[0]!}`,
          (seen) => expect(seen.performers[0].name).toBe('Stage name'),
        ],
        [
          () => sql`delete from event_performers where performer_id = ${event.performerIds[0]!}`,
          (seen) => expect(seen.performers).toHaveLength(1),
        ],
        [
          () => sql`update tickets set price = 1 where uuid = ${event.tickets[0]!}`,
          (seen) => expect(seen.tickets[0].price).toBe(1),
        ],
        [
          () => sql`insert into tickets (event_id, seat, price) values (${event.id}, 'Z1', 5)`,
          (seen) => expect(seen.tickets.map((ticket: { seat: string }) => ticket.seat)).toContain('Z1'),
        ],
        [
          () => sql`delete from tickets where event_id = ${event.id} and seat = 'Z1'`,
          (seen) => expect(seen.tickets).toHaveLength(4),
        ],
        [
          () => sql`update tickets set currency = 'EUR' where uuid = ${event.tickets[0]!}`,
          (seen) => expect(seen.currency).toBeNull(),
        ],
        [
          () => sql`update tickets set currency = 'EUR' where event_id = ${event.id}`,
          (seen) => expect(seen.currency).toBe('EUR'),
        ],
        [
          () => sql`update tickets set uuid = upper(${newUuid}) where uuid = ${event.tickets[3]!}`,
          (seen) => expect(seen.tickets[3].uuid).toBe(newUuid),
        ],
        [
          () => sql`update events set id = id + 1000000 where id = ${event.id}`,
          (seen) => expect(seen.tickets).toHaveLength(4),
        ],
      ];
    for (const [change, shows] of changes) {
      await look();
      await change();
      shows(await look());
    }
  });

  test('rows that are written without ordinary triggers show, too', async () => {
    const copy = await makeEvent(sql, { seats: 2 });
    const asReplica = (statement: string) =>
      sql.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx.unsafe(statement);
      });
    const seats = async () => {
      const { currency, tickets } = await look(copy.uuid);
      return [currency, ...tickets.map(({ seat, status }: { seat: string; status: string }) => `${seat} ${status}`)];
    };
    expect(await seats()).toEqual(['USD', 'A1 available', 'A2 available']);
    await asReplica(`update tickets set status = 'booked' where uuid = '${copy.tickets[0]}'`);
    expect(await seats()).toEqual(['USD', 'A1 booked', 'A2 available']);
    await asReplica(`insert into tickets (event_id, seat, price, currency) values (${copy.id}, 'A3', 1, 'EUR')`);
    expect(await seats()).toEqual([null, 'A1 booked', 'A2 available', 'A3 available']);
    await asReplica(`delete from tickets where event_id = ${copy.id} and seat in ('A1', 'A3')`);
    expect(await seats()).toEqual(['USD', 'A2 available']);
  });

  test('an event whose date cannot be written is none, and is one again with another date', async () => {
    const odd = await makeEvent(sql, { seats: 1 });
    for (const date of ['infinity', '-infinity', '0044-03-15 12:00:00+00 BC', '10000-01-01 00:00:00+00']) {
      await asOldRelease(() => sql`update events set date = ${date}::text::timestamptz where id = ${odd.id}`);
      expect(await look(odd.uuid)).toBeUndefined();
      await sql`update events set date = '9999-12-31 23:59:59+00' where id = ${odd.id}`;
      expect((await look(odd.uuid)).date).toBe('9999-12-31T23:59:59Z');
    }
  });

  async function asOldRelease(write: () => PromiseLike<unknown>) {
    await sql`alter table events disable trigger events_guard`;
    await write();
    await sql`alter table events enable always trigger events_guard`;
  }

  test('tickets and events that are truncated are gone at once', async () => {
    const own = await testDatabase();
    try {
      const cut = await makeEvent(own.sql, { seats: 2 });
      const view = eventViews({
        store: postgresEventStore(own.db),
        locks: postgresTicketLocks(own.db),
        cache: memoryCache({ maxBytes: 1e6, clock: systemClock }),
        clock: systemClock,
      });
      expect(parse(await view(cut.uuid)).tickets).toHaveLength(2);
      await own.sql`truncate tickets cascade`;
      expect(parse(await view(cut.uuid))).toMatchObject({ tickets: [], currency: null });
      await own.sql`truncate events cascade`;
      expect(await view(cut.uuid)).toBeUndefined();
    } finally {
      await own.drop();
    }
  });

  test('an event without tickets is an event; a deleted one is none', async () => {
    const bare = await makeEvent(sql, { seats: 0 });
    expect((await look(bare.uuid)).tickets).toEqual([]);
    await sql`delete from events where id = ${bare.id}`;
    expect(await look(bare.uuid)).toBeUndefined();
  });

  test('anything but an event in the cache counts as a miss', async () => {
    const cache = memoryCache({ maxBytes: 1_000_000, clock: systemClock });
    const damaged = await makeEvent(sql, { seats: 1 });
    const { on_sale: _, ...known } = (await postgresEventStore(database.db).load(damaged.uuid))!;
    const ofOldRelease = JSON.stringify(known);
    for (const text of ['', '{', 'null', '{"tickets":[]}', '[]', ofOldRelease]) {
      await cache.set(snapshotKey(damaged.uuid), text, 60_000);
      const view = eventViews({
        store: postgresEventStore(database.db),
        locks: postgresTicketLocks(database.db),
        cache,
        clock: systemClock,
      });
      expect(parse(await view(damaged.uuid))).toMatchObject({ tickets: [{ seat: 'A1' }], currency: 'USD' });
    }
  });

  test('an arena is read once: a booking costs the rows that changed, a rush a bounded number of reads', async () => {
    const arena = await makeEvent(sql, { seats: 5000 });
    await look(arena.uuid);
    await sql`update tickets set status = 'booked' where uuid = ${arena.tickets[4999]!}`;
    queries.length = 0;
    const rush = await Promise.all(Array.from({ length: 500 }, () => views(arena.uuid)));
    expect(parse(rush[499]).tickets[4999].status).toBe('booked');
    // Two reads of two queries: one that was under way when most came, and one for them. The one query that must be
    // there tells that the counter counts.
    expect(queries.filter((text) => text.includes('changed_in')).length).toBeWithin(1, 3);
    expect(queries.length).toBeLessThanOrEqual(4);
    expect(queries.filter((text) => text.includes("'seat_map'"))).toEqual([]);
  });

  test('a view never shows a seat as it was before the request', async () => {
    // Writers lock and book while readers look; each look must show at least what had been done before it began.
    const busy = await makeEvent(sql, { seats: 200 });
    const done = new Set<string>();
    let writing = true;
    const writer = (async () => {
      for (const ticket of busy.tickets) {
        await sql`update tickets set status = 'booked' where uuid = ${ticket}`;
        done.add(ticket);
      }
      writing = false;
    })();
    let looks = 0;
    while (writing) {
      const before = [...done];
      const seen = new Map<string, string>();
      for (const ticket of (await look(busy.uuid)).tickets) seen.set(ticket.uuid, ticket.status);
      for (const ticket of before) expect(seen.get(ticket)).toBe('booked');
      looks++;
    }
    await writer;
    expect(looks).toBeGreaterThan(3);
  });

  test('without its lock store a page shows what the database knows, and says so; with the database’s own it fails', async () => {
    const away = { list: () => Promise.reject(unavailable('the lock store', new Error('gone'))) };
    const withLocks = (locks: typeof away, locksApart: boolean) =>
      eventViews({
        store: postgresEventStore(database.db),
        locks,
        locksApart,
        cache: memoryCache({ maxBytes: 1e6, clock: systemClock }),
        clock: systemClock,
      })(held.uuid);
    const held = await makeEvent(sql, { seats: 2 });
    await sql`update tickets set status = 'booked' where uuid = ${held.tickets[0]!}`;
    const page = await withLocks(away, true);
    expect(page?.locksKnown).toBe(false);
    expect(parse(page).tickets.map(({ status }: { status: string }) => status)).toEqual(['booked', 'available']);
    await expect(withLocks(away, false)).rejects.toThrow('temporarily unavailable');
    expect((await views(held.uuid))?.locksKnown).toBe(true);
  });

  test('an event that is written faster than it is read is shown all the same', async () => {
    const busy = await makeEvent(sql, { seats: 1 });
    const store = postgresEventStore(database.db);
    let names = 0;
    const rename = () => sql`update events set name = ${`name ${++names}`} where id = ${busy.id}`;
    const view = eventViews({
      store: {
        ...store,
        load: async (uuid) => store.load(uuid).finally(rename),
        changesSince: async (uuid, since) => rename().then(() => store.changesSince(uuid, since)),
      },
      locks: postgresTicketLocks(database.db),
      cache: memoryCache({ maxBytes: 1e6, clock: systemClock }),
      clock: systemClock,
    });
    for (let i = 0; i < 5; i++) {
      const before = names;
      const { name } = parse(await view(busy.uuid));
      if (before > 0) expect(Number(name.split(' ')[1])).toBeGreaterThanOrEqual(before);
    }
  });
});
