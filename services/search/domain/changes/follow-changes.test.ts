import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { sleep } from '../../../../shared/async/clock.ts';
import { walPosition } from '../../../../shared/db/wal-position.ts';
import { AppError } from '../../../../shared/errors.ts';
import { silentLog } from '../../../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { memoryIndex } from '../../adapters/memory/memory-index.ts';
import { postgresCatalogue } from '../../adapters/postgres/catalogue.ts';
import { postgresDeadLetters } from '../../adapters/postgres/dead-letters.ts';
import { walChangeSource } from '../../adapters/wal/wal-change-source.ts';
import { makeEvent, makePerformer, makeVenue } from '../../testing.ts';
import type { SearchIndex } from '../index/search-index.ts';
import { followChanges } from './follow-changes.ts';

let database: TestDatabase;
let sql: TestDatabase['sql'];
let stops: (() => Promise<void>)[] = [];
setDefaultTimeout(30_000);
beforeEach(async () => {
  database = await testDatabase();
  sql = database.sql;
});
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
  await database.drop();
});

async function start(index: SearchIndex = memoryIndex()) {
  const { db, config } = database;
  const applied: { changes: number; upserts: number; deletes: number }[] = [];
  const rebuilt: number[] = [];
  const source = walChangeSource({
    db,
    config,
    slot: `follow_${config.database}`,
    log: silentLog,
    sleep: (ms, signal) => sleep(Math.min(ms, 5), signal),
  });
  const follower = followChanges({
    source,
    catalogue: postgresCatalogue(db),
    index,
    deadLetters: postgresDeadLetters(db),
    observe: { applied: (counts) => applied.push(counts), rebuilt: ({ documents }) => rebuilt.push(documents) },
    rebuildBatch: 3,
    lookMs: 5,
  });
  const ending = new AbortController();
  const ended = follower.run(ending.signal);
  const stop = async () => {
    ending.abort();
    await ended;
  };
  stops.push(stop);
  await follower.ready;
  const find = async (text: string) => (await index.search({ text, now: 0, size: 100 })).hits;
  const names = async (text: string) => (await find(text)).map((hit) => hit.name).sort();
  return { index, source, applied, rebuilt, stop, find, names };
}

test('rows that are there at the start are found, with all that belongs to them', async () => {
  const venueId = await makeVenue(sql, 'Opera House, Sydney');
  const performerIds = [await makePerformer(sql, 'Anna Lark'), await makePerformer(sql, 'Tom Weir')];
  for (let i = 0; i < 7; i++) await makeEvent(sql, { venueId, name: `Gala ${i}`, performerIds });
  const search = await start();
  expect(search.rebuilt).toEqual([7]);
  expect(await search.names('lark')).toHaveLength(7);
  const [row] = await sql`select uuid from events where name = 'Gala 3'`;
  expect((await search.find('gala')).find((hit) => hit.name === 'Gala 3')).toMatchObject({
    uuid: row?.uuid,
    name: 'Gala 3',
    description: '',
    date: '2030-06-01T19:00:00Z',
    location: 'Opera House, Sydney',
    currency: null,
    performers: ['Anna Lark', 'Tom Weir'],
    city: 'Sydney',
    status: 'published',
  });
});

test('rows that plain SQL inserts, changes and deletes are followed', async () => {
  const search = await start();
  const venueId = await makeVenue(sql, 'Hall');
  const eventId = await makeEvent(sql, { venueId, name: 'Premiere' });
  await eventually(async () => expect(await search.names('premiere')).toEqual(['Premiere']));
  await sql`update events set name = 'Finale', date = '2031-02-03 10:00:00+02' where id = ${eventId}`;
  await eventually(async () => expect((await search.find('finale'))[0]?.date).toBe('2031-02-03T08:00:00Z'));
  expect(await search.names('premiere')).toEqual([]);
  await sql`delete from events where id = ${eventId}`;
  await eventually(async () => expect(await search.index.count()).toBe(0));
});

test('a draft is never found, whatever changes around it, and is found once it is published', async () => {
  const venueId = await makeVenue(sql, 'Hall');
  const [draft] = await sql`
    insert into events (name, date, venue_id, status) values ('Secret gala', '2030-06-01T19:00:00Z', ${venueId}, 'draft')
    returning id`;
  const search = await start();
  expect(search.rebuilt).toEqual([0]);
  await sql`update events set name = 'Very secret gala' where id = ${draft!.id}`;
  await sql`update venues set location = 'Riverside' where id = ${venueId}`;
  const performerId = await makePerformer(sql, 'Zoltan');
  await sql`insert into event_performers (event_id, performer_id) values (${draft!.id}, ${performerId})`;
  await makeEvent(sql, { venueId, name: 'Public gala' });
  await eventually(async () => expect(await search.names('')).toEqual(['Public gala']));
  // The public one alone, in one batch or in several.
  expect(Math.max(...search.applied.map(({ upserts }) => upserts))).toBe(1);
  await sql`update events set status = 'published' where id = ${draft!.id}`;
  await eventually(async () => expect(await search.names('')).toEqual(['Public gala', 'Very secret gala']));
  await sql`update events set status = 'cancelled' where id = ${draft!.id}`;
  await eventually(async () => expect((await search.find('secret'))[0]).toMatchObject({ status: 'cancelled' }));
});

test('a venue is renamed on all its events, and deleted with them', async () => {
  const [venueId, other] = [await makeVenue(sql, 'Old Hall'), await makeVenue(sql, 'Old Barn')];
  for (let i = 0; i < 30; i++) await makeEvent(sql, { venueId, name: `Gala ${i}` });
  await makeEvent(sql, { venueId: other, name: 'Elsewhere' });
  const search = await start();
  await sql`update venues set location = 'Riverside' where id = ${venueId}`;
  await eventually(async () => expect(await search.names('riverside')).toHaveLength(30));
  expect(await search.names('old')).toEqual(['Elsewhere']);
  await sql`delete from venues where id = ${venueId}`;
  await eventually(async () => expect(await search.names('')).toEqual(['Elsewhere']));
});

test('a performer that is renamed or deleted changes its events, and so does a line-up', async () => {
  const venueId = await makeVenue(sql);
  const performerId = await makePerformer(sql, 'Zoltan');
  const [a] = [await makeEvent(sql, { venueId, name: 'a', performerIds: [performerId] })];
  await makeEvent(sql, { venueId, name: 'b', performerIds: [performerId] });
  const c = await makeEvent(sql, { venueId, name: 'c' });
  const search = await start();
  await sql`update performers set name = 'Quentin' where id = ${performerId}`;
  await eventually(async () => expect(await search.names('quentin')).toEqual(['a', 'b']));
  expect(await search.names('zoltan')).toEqual([]);
  await sql`update event_performers set event_id = ${c} where event_id = ${a}`;
  await eventually(async () => expect(await search.names('quentin')).toEqual(['b', 'c']));
  await sql`delete from event_performers where event_id = ${c}`;
  await eventually(async () => expect(await search.names('quentin')).toEqual(['b']));
  await sql`delete from performers where id = ${performerId}`;
  await eventually(async () => expect(await search.names('quentin')).toEqual([]));
  expect(await search.names('')).toEqual(['a', 'b', 'c']);
});

test('the currency of an event follows its tickets', async () => {
  const venueId = await makeVenue(sql);
  const eventId = await makeEvent(sql, { venueId, name: 'Gala' });
  const search = await start();
  const shows = (currency: string | null) =>
    eventually(async () => expect((await search.find('gala'))[0]?.currency).toBe(currency));
  await shows(null);
  await sql`insert into tickets (event_id, seat, price, currency) values (${eventId}, 'A1', 1, 'EUR')`;
  await shows('EUR');
  await sql`insert into tickets (event_id, seat, price, currency) values (${eventId}, 'A2', 1, 'CHF')`;
  await shows(null);
  await sql`delete from tickets where event_id = ${eventId} and seat = 'A1'`;
  await shows('CHF');
  await sql`truncate tickets cascade`;
  await shows(null);
});

test('an event whose date cannot be written is not found, and is again with another date', async () => {
  const venueId = await makeVenue(sql);
  const dates = ['infinity', '-infinity', '0044-03-15 12:00:00+00 BC', '10000-01-01 00:00:00+00'];
  await sql`alter table events disable trigger events_guard_new`;
  const ids: number[] = [];
  for (const date of dates) {
    const [row] = await sql`
      insert into events (name, date, venue_id) values (${date}, ${date}::text::timestamptz, ${venueId}) returning id`;
    ids.push(row!.id);
  }
  await makeEvent(sql, { venueId, name: 'dated' });
  const search = await start();
  expect(search.rebuilt).toEqual([1]);
  await sql`update venues set location = 'Everywhere' where id = ${venueId}`;
  await eventually(async () => expect(await search.names('everywhere')).toEqual(['dated']));
  await sql`update events set date = '2030-01-01' where id = any(${ids})`;
  await eventually(async () => expect(await search.names('')).toEqual([...dates, 'dated'].sort()));
});

test('an index of an older release is built anew at the start, and searched meanwhile', async () => {
  const venueId = await makeVenue(sql);
  await makeEvent(sql, { venueId, name: 'Gala' });
  const index = memoryIndex();
  let isOutdated = true;
  const old: SearchIndex = {
    ...index,
    isOutdated: async () => isOutdated,
    replaceAll: async (...given) => {
      const rejected = await index.replaceAll(...given);
      isOutdated = false;
      return rejected;
    },
  };
  const first = await start(index);
  await first.stop();
  expect((await start(old)).rebuilt).toEqual([1]);
  expect(isOutdated).toBe(false);
});

test('rebuilds that were abandoned are looked for again and again, also after a look that failed', async () => {
  let looks = 0;
  await start({
    ...memoryIndex(),
    async removeAbandoned() {
      if (looks++ === 0) throw new AppError('unavailable', 'away');
    },
  });
  await eventually(() => expect(looks).toBeGreaterThan(2));
});

test('truncated tables are read anew', async () => {
  const venueId = await makeVenue(sql);
  for (let i = 0; i < 5; i++) await makeEvent(sql, { venueId });
  const search = await start();
  await sql.begin(async (tx) => {
    await tx`truncate events cascade`;
    await makeEvent(tx as unknown as typeof sql, { venueId, name: 'after' });
  });
  await eventually(async () => expect(await search.names('')).toEqual(['after']));
});

test('a change that cannot be read goes to the dead letters, and the ones around it are applied', async () => {
  const venueId = await makeVenue(sql);
  const search = await start();
  const tooLarge = '9223372036854775807';
  await sql.begin(async (tx) => {
    await makeEvent(tx as unknown as typeof sql, { venueId, name: 'before' });
    await tx`
      insert into events (id, name, date, venue_id) overriding system value
      values (${tooLarge}, 'poison', '2030-06-01', ${venueId})`;
    await makeEvent(tx as unknown as typeof sql, { venueId, name: 'behind' });
  });
  await eventually(async () => expect(await search.names('')).toEqual(['before', 'behind']));
  const letters = await eventually(async () => {
    const rows =
      await sql`select cause, payload->>'table' as "table", payload->'row'->>'id' as id from cdc_dead_letters`;
    expect(rows).toHaveLength(1);
    return rows;
  });
  expect({ ...letters[0] }).toEqual({ cause: `id is no usable id: ${tooLarge}`, table: 'events', id: tooLarge });
  await sql`update venues set location = 'Still Followed' where id = ${venueId}`;
  await eventually(async () => expect(await search.names('followed')).toEqual(['before', 'behind']));
});

test('an event that the index can’t take goes to the dead letters, in a rebuild too, and the others are found', async () => {
  const venueId = await makeVenue(sql);
  const early = await makeEvent(sql, { venueId, name: 'early' });
  const index = memoryIndex();
  const refuse = (id: number) => ({ id, cause: 'too long' });
  const search = await start({
    ...index,
    replaceAll: async (...given) => [...(await index.replaceAll(...given)), refuse(early)],
    apply: async ({ upserts, ...more }) => {
      const good = upserts.filter(({ name }) => name !== 'late');
      await index.apply({ upserts: good, ...more });
      return upserts.filter((one) => !good.includes(one)).map(({ id }) => refuse(id));
    },
  });
  const late = await sql.begin(async (tx) => {
    await makeEvent(tx as unknown as typeof sql, { venueId, name: 'fine' });
    return makeEvent(tx as unknown as typeof sql, { venueId, name: 'late' });
  });
  await eventually(async () => expect(await search.names('fine')).toEqual(['fine']));
  await eventually(async () => {
    const letters = await sql`select position, cause, payload->>'table' as "table", payload->>'op' as op,
      (payload->'row'->>'id')::int as id from cdc_dead_letters order by id`;
    expect([...letters]).toEqual(
      [early, late].map((id) => ({ position: `event ${id}`, cause: 'too long', table: 'events', op: 'u', id })),
    );
  });
});

test('a batch is one read and one apply, each event once', async () => {
  const venueId = await makeVenue(sql);
  const eventId = await makeEvent(sql, { venueId });
  const search = await start();
  await sql.begin(async (tx) => {
    for (let i = 0; i < 10; i++) await tx`update events set name = ${`name ${i}`} where id = ${eventId}`;
    await tx`update venues set location = 'One Read' where id = ${venueId}`;
  });
  await eventually(async () => expect(await search.names('read')).toEqual(['name 9']));
  await eventually(() => expect(search.applied).toContainEqual({ changes: 11, upserts: 1, deletes: 0 }));
});

test('an index that was away for a while gets the changes that it missed', async () => {
  const venueId = await makeVenue(sql);
  const index = memoryIndex();
  let failures = 5;
  const search = await start({
    ...index,
    apply: async (changes) => {
      if (failures-- > 0) throw new AppError('unavailable', 'away');
      return index.apply(changes);
    },
  });
  await makeEvent(sql, { venueId, name: 'patient' });
  await eventually(async () => expect(await search.names('patient')).toEqual(['patient']));
  expect(failures).toBe(-1);
});

test('after a restart the changes made meanwhile are there, and none is applied again', async () => {
  const venueId = await makeVenue(sql);
  const index = memoryIndex();
  const first = await start(index);
  await makeEvent(sql, { venueId, name: 'one' });
  await eventually(async () => expect(await first.names('')).toEqual(['one']));
  await first.stop();
  await makeEvent(sql, { venueId, name: 'two' });
  const second = await start(index);
  await eventually(async () => expect(await second.names('')).toEqual(['one', 'two']));
  expect(second.rebuilt).toEqual([]);
  await eventually(() => expect(second.applied).toEqual([{ changes: 1, upserts: 1, deletes: 0 }]));
});

test('a volatile index is built again at each start, and misses no change that is made meanwhile', async () => {
  const venueId = await makeVenue(sql);
  await makeEvent(sql, { venueId, name: 'zero' });
  for (let round = 0; round < 3; round++) {
    const writing = (async () => {
      for (let i = 0; i < 40; i++) await makeEvent(sql, { venueId, name: `r${round} e${i}` });
    })();
    const search = await start();
    await writing;
    await eventually(async () => expect(await search.index.count()).toBe(1 + 40 * (round + 1)));
    await search.stop();
  }
});

test('an index that has lost everything is built again, though nothing changes', async () => {
  const venueId = await makeVenue(sql);
  await makeEvent(sql, { venueId, name: 'one' });
  let index = memoryIndex();
  const through = new Proxy(index, { get: (_, name) => Reflect.get(index, name) });
  const search = await start(through);
  expect(await search.names('')).toEqual(['one']);
  index = memoryIndex();
  await eventually(async () => expect(await search.names('')).toEqual(['one']));
  expect(search.rebuilt).toEqual([1, 1]);
});

test('a version is reached when its own write can be found, and also when nothing follows it', async () => {
  const search = await start();
  const venueId = await makeVenue(sql, 'Hall');
  for (let n = 0; n < 5; n++) {
    await makeEvent(sql, { venueId, name: `Number${n}` });
    const version = await walPosition(database.db);
    await eventually(() => expect(search.index.freshness()!.position).toBeGreaterThanOrEqual(version));
    expect(await search.names('')).toContain(`Number${n}`);
  }
  await sql`insert into app_state (key, value) values ('other', 'table')`;
  const version = await walPosition(database.db);
  await eventually(() => expect(search.index.freshness()!.position).toBeGreaterThanOrEqual(version));
  const { atMs } = search.index.freshness()!;
  await eventually(() => expect(search.index.freshness()!.atMs).toBeGreaterThan(atMs));
});
