import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { sleep } from '../../../../shared/async/clock.ts';
import { silentLog } from '../../../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { memoryIndex } from '../../adapters/memory/memory-index.ts';
import { postgresCatalogue } from '../../adapters/postgres/catalogue.ts';
import { postgresDeadLetters } from '../../adapters/postgres/dead-letters.ts';
import { walChangeSource } from '../../adapters/wal/wal-change-source.ts';
import { makeVenue } from '../../testing.ts';
import type { SearchIndex } from '../index/search-index.ts';
import { followChanges } from './follow-changes.ts';

setDefaultTimeout(60_000);

let database: TestDatabase;
const index = memoryIndex();
const ending = new AbortController();
let ended: Promise<void>;
let follower: ReturnType<typeof followChanges>;

function followTo(into: SearchIndex, slot: string, maxBatch?: number) {
  const { db, config } = database;
  return followChanges({
    source: walChangeSource({
      db,
      config,
      slot: `${slot}_${config.database}`,
      log: silentLog,
      ...(maxBatch && { maxBatch }),
    }),
    catalogue: postgresCatalogue(db),
    index: into,
    deadLetters: postgresDeadLetters(db),
  });
}

beforeAll(async () => {
  database = await testDatabase();
  follower = followTo(index, 'whole');
  ended = follower.run(ending.signal);
  await follower.ready;
});
afterAll(async () => {
  ending.abort();
  await ended;
  await database.drop();
});

/** Searches again and again until the work is done; returns each list of distinct names that was seen. */
async function seenDuring(work: Promise<unknown>): Promise<string[][]> {
  let isOver = false;
  const done = work.finally(() => {
    isOver = true;
  });
  const seen: string[][] = [];
  while (!isOver) {
    const { hits, total } = await index.search({ text: '', now: 0, size: 100 });
    seen.push([...new Set(hits.map(({ name }) => name)), String(total)]);
    await sleep(1);
  }
  await done;
  return seen;
}

const events = 300;
const replace = (venueId: number, name: string) =>
  database.sql.begin(async (tx) => {
    await tx`set local synchronous_commit = 'on'`;
    await tx`delete from events`;
    await tx`
      insert into events (name, date, venue_id)
      select ${name}, '2030-06-01T19:00:00Z', ${venueId} from generate_series(1, ${events})`;
  });
const isAt = (name: string) =>
  eventually(async () => (await index.search({ text: '', now: 0, size: 1 })).hits[0]?.name === name);

test('all events replaced in one commit, again and again: each search sees all of one, and never none', async () => {
  const venueId = await makeVenue(database.sql);
  await replace(venueId, 'state 0');
  await isAt('state 0');
  const seen = await seenDuring(
    (async () => {
      for (let n = 1; n <= 40; n++) {
        await replace(venueId, `state ${n}`);
        if (n % 4 === 0) await sleep(20);
      }
      await isAt('state 40');
    })(),
  );
  for (const one of seen) expect(one).toEqual([expect.stringMatching(/^state \d+$/), String(events)]);
  expect(new Set(seen.map(([name]) => name)).size).toBeGreaterThan(5);
});

test('events that are read for their demand as they are replaced: they are found until the others are', async () => {
  const { sql } = database;
  const venueId = await makeVenue(sql);
  await replace(venueId, 'state 0');
  await isAt('state 0');
  const ids = (await sql<{ id: string }[]>`select id from events`).map(({ id }) => Number(id));
  const seen = await seenDuring(
    (async () => {
      await replace(venueId, 'state 1');
      await follower.indexAnew(ids);
      await isAt('state 1');
    })(),
  );
  for (const one of seen) expect(one).toEqual([expect.stringMatching(/^state [01]$/), String(events)]);
});

test.each([events, events / 2, 40])(
  'all events replaced in a commit of batches of %i: none are gone before others are there',
  async (maxBatch) => {
    const venueId = await makeVenue(database.sql);
    await replace(venueId, 'state 0');
    const applied: { upserts: number; deletes: number }[] = [];
    const small = memoryIndex();
    const watched: SearchIndex = {
      ...small,
      apply: (changes) => {
        applied.push({ upserts: changes.upserts.length, deletes: changes.deletes.length });
        return small.apply(changes);
      },
    };
    const stop = new AbortController();
    const following = followTo(watched, `parts_${maxBatch}`, maxBatch);
    const stopped = following.run(stop.signal);
    await following.ready;
    await replace(venueId, 'state 1');
    await eventually(async () => (await small.search({ text: '0', now: 0, size: 1 })).total === 0);
    stop.abort();
    await stopped;
    const found = await small.search({ text: '', now: 0, size: 1 });
    expect([found.total, found.hits[0]?.name]).toEqual([events, 'state 1']);
    let there = events;
    for (const { upserts, deletes } of applied) {
      there += upserts - deletes;
      expect(there).toBeGreaterThanOrEqual(events);
    }
  },
);

test('a transaction that changes two events shows in both or in none, while others follow it closely', async () => {
  const { sql } = database;
  const rows = await sql<{ id: number }[]>`select id from events order by id`;
  const pairs = rows.slice(0, -1).map(({ id }, at) => [id, rows[at + 1]!.id] as const);
  let n = 0;
  const writing = (async () => {
    for (const [first, second] of pairs) {
      // Each transaction shares an event with the one before it.
      n++;
      await sql.begin(async (tx) => {
        await tx`set local synchronous_commit = 'on'`;
        await tx`update events set name = ${`pair ${n}`} where id in ${tx([first, second])}`;
      });
    }
  })();
  let isOver = false;
  const watching = (async () => {
    const halves: unknown[] = [];
    while (!isOver) {
      const found = new Map<string, number>();
      const { hits } = await index.search({ text: 'pair', now: 0, size: 1000 });
      for (const { name } of hits) found.set(name, (found.get(name) ?? 0) + 1);
      // The last is on two events; each before it has lost one to the next.
      const newest = Math.max(0, ...[...found.keys()].map((name) => Number(name.slice(5))));
      if (newest > 0 && found.get(`pair ${newest}`) !== 2) halves.push([newest, found.get(`pair ${newest}`)]);
      await sleep(0);
    }
    return halves;
  })();
  await writing;
  await eventually(async () => (await index.search({ text: `${n}`, now: 0, size: 10 })).total > 0);
  isOver = true;
  expect(await watching).toEqual([]);
});
