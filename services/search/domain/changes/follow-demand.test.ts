import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { openDb } from '../../../../shared/db/client.ts';
import { silentLog } from '../../../../shared/process/log.ts';
import { testClock } from '../../../../shared/testing/clock.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { memoryIndex } from '../../adapters/memory/memory-index.ts';
import { postgresCatalogue } from '../../adapters/postgres/catalogue.ts';
import { postgresDeadLetters } from '../../adapters/postgres/dead-letters.ts';
import { postgresDemand } from '../../adapters/postgres/demand.ts';
import { walChangeSource } from '../../adapters/wal/wal-change-source.ts';
import { makeEvent, makeVenue } from '../../testing.ts';
import type { EventDocument } from '../index/event-document.ts';
import { followChanges } from './follow-changes.ts';
import { followDemand } from './follow-demand.ts';

setDefaultTimeout(60_000);

let database: TestDatabase;
let venueId: number;
beforeAll(async () => {
  database = await testDatabase();
  venueId = await makeVenue(database.sql);
});
afterAll(() => database.drop());

async function eventWith(seats: number, price = 5000): Promise<number> {
  const id = await makeEvent(database.sql, { venueId });
  await database.sql`
    insert into tickets (event_id, seat, price) select ${id}, 'S' || n, ${price}::int + n from generate_series(1, ${seats}::int) n`;
  return id;
}

/** Sells the first free seats of an event, each by an order of its own, some days ago. */
const sell = (eventId: number, seats: number, daysAgo = 0) => database.sql`
  with seat as (
    select id, row_number() over (order by id) as n from tickets
    where event_id = ${eventId} and status = 'available' order by id limit ${seats}
  ), made as (
    insert into orders (user_uuid, status, total, currency, event_id, created_at)
    select ${randomUUID()}, 'paid', 1, 'USD', ${eventId}, now() - ${daysAgo} * interval '1 day' from seat returning id
  ), numbered as (select id, row_number() over (order by id) as n from made)
  update tickets t set status = 'booked', order_id = m.id from seat s join numbered m using (n) where t.id = s.id`;

const catalogue = () => postgresCatalogue(database.db);
const documentOf = async (id: number) =>
  (await catalogue().findDirty({ eventIds: [id], venueIds: [], performerIds: [] })).upserts[0]!;

test('an event’s document has its seats left, its lowest free price, and what it has sold lately', async () => {
  const id = await eventWith(10);
  expect(await documentOf(id)).toMatchObject({ price_from: 5001, seats_left: 10, popularity: 0 });
  await sell(id, 3);
  expect(await documentOf(id)).toMatchObject({ price_from: 5004, seats_left: 7, popularity: 3 });
  await sell(id, 2, 3.5);
  expect(await documentOf(id)).toMatchObject({ price_from: 5006, seats_left: 5, popularity: 4 });
  await sell(id, 5, 8);
  expect(await documentOf(id)).toMatchObject({ price_from: null, seats_left: 0, popularity: 4 });
  const [held] = await database.sql`
    update tickets set status = 'available', order_id = null where event_id = ${id} and seat in ('S9', 'S10') returning id`;
  expect(held).toBeDefined();
  expect(await documentOf(id)).toMatchObject({ price_from: 5009, seats_left: 2 });
  const bare = await makeEvent(database.sql, { venueId });
  expect(await documentOf(bare)).toMatchObject({ price_from: null, seats_left: null, popularity: 0 });
});

test('a look tells the events whose tickets were written since, however, once', async () => {
  const [first, second, third] = [await eventWith(5), await eventWith(5), await eventWith(5)];
  const demand = postgresDemand(database.db, 'look');
  const look = async (isDone = true) => {
    const found = await demand.look(60_000);
    if (isDone) await found?.done();
    return found?.eventIds.filter((id) => [first, second, third].includes(id));
  };
  expect(await look()).toEqual([first, second, third]);
  await sell(first, 3);
  expect(await look(false)).toEqual([first]);
  // What was not done is told again.
  await database.sql`update tickets set price = price + 1 where event_id = ${third}`;
  expect(await look()).toEqual([first, third]);
  expect(await look()).toEqual([]);
  await database.sql`insert into tickets (event_id, seat, price) values (${second}, 'new', 1)`;
  expect(await look()).toEqual([second]);
});

test('a sale whose transaction was under way at a look is told by a later one', async () => {
  const id = await eventWith(5);
  const demand = postgresDemand(database.db, 'under-way');
  await (await demand.look(60_000))!.done();
  const writer = await database.sql.reserve();
  await writer`begin`;
  await writer`update tickets set price = 1 where event_id = ${id}`;
  const early = (await demand.look(60_000))!;
  expect(early.eventIds).not.toContain(id);
  await early.done();
  await writer`commit`;
  writer.release();
  expect((await demand.look(60_000))!.eventIds).toContain(id);
});

test('one process looks at a time, and another goes on where it ended once its lease is over', async () => {
  const id = await eventWith(5);
  const [first, second] = [postgresDemand(database.db, 'lease'), postgresDemand(database.db, 'lease')];
  const looks = await Promise.all([first.look(60_000), second.look(60_000)]);
  expect(looks.filter((look) => look === undefined)).toHaveLength(1);
  const [winner, other] = looks[0] ? [first, second] : [second, first];
  await (await winner.look(0))!.done();
  await sell(id, 1);
  const found = await other.look(60_000);
  expect(found!.eventIds).toEqual([id]);
  expect(await winner.look(60_000)).toBeUndefined();
});

test('a rush of sales is a handful of writes of the event’s document, and the sale of others is none', async () => {
  const [hot, calm] = [await eventWith(2000), await eventWith(10)];
  const index = memoryIndex();
  const writes: number[] = [];
  const queries: string[] = [];
  const { config } = database;
  const seen = openDb(config, { onQuery: (text) => queries.push(text) });
  const follower = followChanges({
    source: walChangeSource({ db: database.db, config, slot: `demand_${config.database}`, log: silentLog }),
    catalogue: postgresCatalogue(seen),
    index: {
      ...index,
      apply: (changes) => {
        writes.push(...changes.upserts.map(({ id }) => id));
        return index.apply(changes);
      },
    },
    deadLetters: postgresDeadLetters(database.db),
  });
  const ending = new AbortController();
  const ended = follower.run(ending.signal);
  await follower.ready;
  const clock = testClock();
  let looks = 0;
  const followed = followDemand(
    {
      demand: postgresDemand(seen, 'rush'),
      indexAnew: follower.indexAnew,
      intervalMs: 10_000,
      onError: (error) => {
        throw error;
      },
      clock,
      // Each interval sees a part of the rush; after it an hour goes by.
      async sleep() {
        looks++;
        if (looks === 1) writes.length = 0;
        if (looks <= 4) for (let n = 0; n < 25; n++) await sell(hot, 10);
        if (looks === 6) clock.advance(60 * 60_000);
        if (looks === 8) ending.abort();
      },
    },
    ending.signal,
  );
  await followed;
  await ended;
  await seen.close();
  // One a look that has seen sales, and one after the hour, for it fades.
  expect(writes.filter((id) => id === hot)).toHaveLength(5);
  expect(writes).not.toContain(calm);
  const documents: EventDocument[] = [];
  for await (const batch of index.scan(1000)) documents.push(...batch);
  expect(documents.find(({ id }) => id === hot)).toMatchObject({
    seats_left: 1000,
    popularity: 1000,
    price_from: 6001,
  });
});

test('a popularity that a former process wrote fades, too, and the next one’s after it', async () => {
  const [quiet, never] = [await eventWith(5), await eventWith(5)];
  await sell(quiet, 2);
  const clock = testClock();
  const read: number[][] = [];
  /** Follows for so many looks, an hour each, with one event that is popular. */
  async function follow(looks: number): Promise<number[][]> {
    const ending = new AbortController();
    read.length = 0;
    let left = looks;
    await followDemand(
      {
        demand: postgresDemand(database.db, 'fading', 'holder'),
        async indexAnew(ids) {
          read.push(ids.filter((id) => id === quiet || id === never));
          return Promise.all(ids.map((id) => documentOf(id)));
        },
        intervalMs: 10_000,
        onError: (error) => {
          throw error;
        },
        clock,
        async sleep() {
          clock.advance(60 * 60_000);
          left--;
          if (left === 0) ending.abort();
        },
      },
      ending.signal,
    );
    return read.filter((ids) => ids.length > 0);
  }
  expect(await follow(1)).toEqual([[quiet, never]]);
  expect(await follow(3)).toEqual([[quiet], [quiet], [quiet]]);
  // Once it has faded away, it is left alone.
  await database.sql`update orders set created_at = now() - interval '8 days' where event_id = ${quiet}`;
  expect(await follow(3)).toEqual([[quiet]]);
  await database.sql`update orders set created_at = now() - interval '2 months' where event_id = ${quiet}`;
  expect(await follow(3)).toEqual([]);
});
