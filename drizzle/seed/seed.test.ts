import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type postgres from 'postgres';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { venues } from './catalogue.ts';
import { arenaEventUuid, demoEventUuid, demoTicketUuid, seedDemo, stadiumEventUuid } from './demo.ts';
import type { SeedSummary } from './load.ts';

// Tens of thousands of rows a test: a second on an idle machine, more beside other tests.
setDefaultTimeout(120_000);

const today = new Date('2026-11-23T22:45:00Z');

const originals = [
  'd0e1f2a3-b4c5-4d5e-8f9a-0b1c2d3e4f5a',
  'e1f2a3b4-c5d6-4e5f-8a9b-0c1d2e3f4a5b',
  'f2a3b4c5-d6e7-4f5a-8b9c-0d1e2f3a4b5c',
  'a3b4c5d6-e7f8-4a5b-8c9d-0e1f2a3b4c5d',
  'b4c5d6e7-f8a9-4b5c-8d9e-0f1a2b3c4d5e',
];

describe('the demo seed', () => {
  let database: TestDatabase;
  let summaries: SeedSummary[];
  const steps: number[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    // Three starters at once, as when three binaries start together.
    const options = { today, onProgress: (done: number) => steps.push(done) };
    summaries = await Promise.all([1, 2, 3].map(() => seedDemo(database.sql, options)));
  });
  afterAll(() => database.drop());

  test('is loaded by one of several starters, and by no later one', async () => {
    const loaded = summaries.filter((summary) => !summary.skipped);
    expect(loaded).toEqual([
      {
        skipped: false,
        venues: venues.length,
        performers: await count(database.sql, 'performers'),
        events: 407,
        tickets: await count(database.sql, 'tickets'),
        elapsedMs: expect.any(Number),
      },
    ]);
    expect(await seedDemo(database.sql, { today: new Date('2027-01-01') })).toEqual({ skipped: true });
    expect(await count(database.sql, 'events')).toBe(407);
    const [state] = await database.sql`select value from app_state where key = 'demo_seed'`;
    expect(state?.value).toBe('2026-11-23T00:00:00.000Z');
  });

  test('tells its progress to the end', () => {
    expect(steps.at(-1)).toBe(407);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  test("begins with the original's five events", async () => {
    const first = await database.sql`select uuid from events order by id limit 5`;
    expect(first.map((row) => row.uuid)).toEqual(originals);
  });

  test('has the seat of the examples at Madison Square Garden', async () => {
    const [ticket] = await database.sql`
      select e.uuid as event, v.location, t.seat, t.price::int, t.currency, t.status
      from tickets t join events e on e.id = t.event_id join venues v on v.id = e.venue_id
      where t.uuid = ${demoTicketUuid}`;
    expect({ ...ticket }).toEqual({
      event: demoEventUuid,
      location: 'Madison Square Garden, New York',
      seat: 'A1',
      price: 35_000,
      currency: 'USD',
      status: 'available',
    });
    const seats = await database.sql`
      select seat from tickets where event_id = (select id from events where uuid = ${demoEventUuid}) order by id`;
    expect(seats.map((row) => row.seat)).toEqual(['A', 'B'].flatMap((row) => numbered(row, 10)));
  });

  test('has an arena of 2,000 seats and a stadium of 20,000, the floor dearer than the tiers', async () => {
    for (const [uuid, size, seat] of [
      [arenaEventUuid, 2000, '101-C10'],
      [stadiumEventUuid, 20_000, '101-C12'],
    ] as const) {
      const seats = await database.sql<{ seat: string; price: number }[]>`
        select seat, price::int from tickets where event_id = (select id from events where uuid = ${uuid})`;
      expect(seats).toHaveLength(size);
      expect(seats.map((row) => row.seat)).toContain(seat);
      const [floor, tiers] = [true, false].map((onFloor) =>
        seats.filter((row) => row.seat.startsWith('F') === onFloor).map((row) => row.price),
      ) as [number[], number[]];
      expect(Math.min(...floor)).toBeGreaterThan(Math.max(...tiers));
    }
  });

  test('has only future events, within a year, on local evenings', async () => {
    const dates = await eventDates(database.sql);
    expect(Math.min(...dates.map((row) => row.at))).toBeGreaterThan(today.getTime());
    expect(Math.max(...dates.map((row) => row.at))).toBeLessThan(today.getTime() + 367 * 86_400_000);
    const months = new Set(dates.map((row) => new Date(row.at).toISOString().slice(0, 7)));
    expect(months.size).toBeGreaterThanOrEqual(12);
    const hours = dates.map(({ at, location }) => localHour(at, location));
    expect(hours.filter((hour) => hour < 17 || hour > 21)).toEqual([]);
  });

  test('has only available tickets, at whole prices above zero, in the currency of the city', async () => {
    const kinds = await database.sql`
      select distinct v.location, t.currency, t.status, t.order_id is null as free, min(t.price) over () > 0 as priced
      from tickets t join events e on e.id = t.event_id join venues v on v.id = e.venue_id`;
    for (const kind of kinds) {
      expect(kind).toMatchObject({ status: 'available', free: true, priced: true });
      expect(kind.currency).toBe(cityOf(kind.location).currency);
    }
    expect(new Set(kinds.map((kind) => kind.currency)).size).toBeGreaterThan(15);
  });

  test('has 10 to 60 seats at every ordinary event, and a line-up of 1 to 4', async () => {
    const [ranges] = await database.sql`
      select min(seats)::int as least, max(seats) filter (where seats < 2000)::int as most, min(acts)::int, max(acts)::int
      from (select (select count(*) from tickets t where t.event_id = e.id) as seats,
                   (select count(*) from event_performers p where p.event_id = e.id) as acts from events e) as event`;
    expect({ ...ranges }).toEqual({ least: 10, most: 60, min: 1, max: 4 });
  });

  test('gives every event a name and every performer a description of its own language', async () => {
    const rows = await database.sql<{ name: string; description: string }[]>`select name, description from events`;
    expect(new Set(rows.map((row) => row.name)).size).toBe(407);
    const texts = [...rows, ...(await database.sql<typeof rows>`select name, description from performers`)];
    expect(texts.filter((row) => /[{}]|undefined|^$/.test(row.name + row.description) || !row.description)).toEqual([]);
    for (const letters of [/[ñáéí]/, /[äöüß]/, /[ãõç]/, /[æøå]/, /[łśż]/, /[řěů]/, /[ぁ-んァ-ヶ一-龠]/]) {
      expect(rows.filter((row) => letters.test(row.name)).length).toBeGreaterThan(3);
    }
  });

  test('is the same for the same day, uuids included, and keeps its uuids on another day', async () => {
    const [same, later] = await Promise.all([testDatabase(), testDatabase()]);
    try {
      await seedDemo(same.sql, { today: new Date('2026-11-23T01:00:00Z') });
      await seedDemo(later.sql, { today: new Date('2027-03-09') });
      expect(await contents(same.sql)).toEqual(await contents(database.sql));
      expect(await ticketUuids(later.sql)).toEqual(await ticketUuids(database.sql));
    } finally {
      await Promise.all([same.drop(), later.drop()]);
    }
  });

  test('is all or nothing', async () => {
    const empty = await testDatabase();
    try {
      const onProgress = () => {
        throw new Error('stopped');
      };
      await expect(seedDemo(empty.sql, { today, onProgress })).rejects.toThrow('stopped');
      expect(await count(empty.sql, 'events')).toBe(0);
      expect(await count(empty.sql, 'app_state')).toBe(0);
    } finally {
      await empty.drop();
    }
  });
});

const numbered = (prefix: string, to: number) => Array.from({ length: to }, (_, i) => `${prefix}${i + 1}`);

async function count(sql: postgres.Sql, table: string): Promise<number> {
  const [row] = await sql`select count(*)::int as n from ${sql(table)}`;
  return row?.n;
}

function cityOf(location: string) {
  const venue = venues.find((one) => one.location === location);
  if (!venue) throw new Error(`No venue is at ${location}`);
  return venue.city;
}

function eventDates(sql: postgres.Sql) {
  return sql<{ at: number; location: string }[]>`
    select (extract(epoch from date) * 1000)::float8 as at, location from events e join venues v on v.id = e.venue_id`;
}

function localHour(at: number, location: string): number {
  const timeZone = cityOf(location).zone;
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(at));
}

/** Every public row, without the ids and instants of the insert. */
async function contents(sql: postgres.Sql) {
  return {
    venues: [...(await sql`select uuid, location, seat_map from venues order by uuid`)],
    performers: [...(await sql`select uuid, name, age, description from performers order by uuid`)],
    events: [
      ...(await sql`
        select e.uuid, e.name, e.description, e.date::text, v.uuid as venue
        from events e join venues v on v.id = e.venue_id order by e.uuid`),
    ],
    lineUps: [
      ...(await sql`
        select e.uuid as event, p.uuid as performer from event_performers l
        join events e on e.id = l.event_id join performers p on p.id = l.performer_id order by e.uuid, p.uuid`),
    ],
    tickets: [
      ...(await sql`
        select md5(string_agg(concat_ws(' ', t.uuid, e.uuid, t.seat, t.price, t.currency, t.status), ',' order by t.uuid))
        from tickets t join events e on e.id = t.event_id`),
    ],
  };
}

async function ticketUuids(sql: postgres.Sql) {
  const [row] = await sql`select md5(string_agg(uuid, ',' order by uuid)) as all from tickets`;
  return row?.all;
}
