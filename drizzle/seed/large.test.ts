import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type postgres from 'postgres';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { seedDemo } from './demo.ts';
import { seedLarge } from './large.ts';
import type { SeedSummary } from './load.ts';

// Tens of thousands of rows a test: a second on an idle machine, more beside other tests.
setDefaultTimeout(120_000);

const today = new Date('2026-11-23T22:45:00Z');

describe('the large seed', () => {
  let database: TestDatabase;
  let summary: SeedSummary;
  const options = { events: 5000, seatsPerEvent: 4, randomSeed: 7, today };

  beforeAll(async () => {
    database = await testDatabase();
    await seedDemo(database.sql, { today });
    summary = await seedLarge(database.sql, options);
  });
  afterAll(() => database.drop());

  test('adds to existing events', async () => {
    expect(summary).toMatchObject({ skipped: false, events: 5000, tickets: 20_000 });
    expect(await count(database.sql, 'events')).toBe(5407);
  });

  test('refuses a random seed that was loaded before, and adds nothing', async () => {
    await expect(seedLarge(database.sql, { ...options, events: 10 })).rejects.toThrow(
      'Random seed 7 was loaded into this database before (5000 events): use another one',
    );
    expect(await count(database.sql, 'events')).toBe(5407);
    expect(await seedLarge(database.sql, { ...options, events: 10, randomSeed: 8 })).toMatchObject({ tickets: 40 });
  });

  test('is reproduced by its random seed', async () => {
    const other = await testDatabase();
    try {
      const steps: number[] = [];
      await seedLarge(other.sql, { ...options, onProgress: (done) => steps.push(done) });
      expect(steps.at(-1)).toBe(5000);
      const [here, there] = await Promise.all([database.sql, other.sql].map(largeRows));
      expect(there).toHaveLength(5000);
      const inBoth = new Set(here?.map((row) => JSON.stringify(row)));
      expect(there?.filter((row) => !inBoth.has(JSON.stringify(row)))).toEqual([]);
    } finally {
      await other.drop();
    }
  });

  test('has texts that search can tell apart', async () => {
    const [names] = await database.sql`select count(distinct name)::int as names from events`;
    expect(names?.names).toBeGreaterThan(4000);
    const [words] = await database.sql`
      select count(distinct word)::int as words from events, regexp_split_to_table(lower(name), '[^[:alpha:]]+') as word`;
    expect(words?.words).toBeGreaterThan(1000);
  });

  test('refuses invalid counts', async () => {
    for (const wrong of [{ events: 0 }, { events: 1.5 }, { seatsPerEvent: 0 }, { randomSeed: -1 }]) {
      await expect(seedLarge(database.sql, { ...options, ...wrong })).rejects.toThrow('whole number');
    }
  });
});

async function count(sql: postgres.Sql, table: string): Promise<number> {
  const [row] = await sql`select count(*)::int as n from ${sql(table)}`;
  return row?.n;
}

/** The events of the large seed with their rows; none of the demo's have four seats. */
function largeRows(sql: postgres.Sql) {
  return sql`
    select e.uuid, e.name, e.description, e.date::text, v.uuid as venue,
      (select string_agg(concat_ws(' ', t.uuid, seat, price, currency), ',' order by seat) from tickets t
       where t.event_id = e.id) as tickets,
      (select string_agg(p.uuid || p.name, ',' order by p.uuid) from event_performers l
       join performers p on p.id = l.performer_id where l.event_id = e.id) as line_up
    from events e join venues v on v.id = e.venue_id
    where (select count(*) from tickets t where t.event_id = e.id) = 4 order by e.uuid`;
}
