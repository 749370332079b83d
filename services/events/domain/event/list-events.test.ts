import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { isAppError } from '../../../../shared/errors.ts';
import { testClock } from '../../../../shared/testing/clock.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { postgresEventStore } from '../../adapters/postgres/event-store.ts';
import { listEvents } from './list-events.ts';

let database: TestDatabase;
let sql: TestDatabase['sql'];
let venueId: number;
beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  const [venue] = await sql`insert into venues (location) values ('Hall') returning id`;
  venueId = venue!.id;
});
afterAll(() => database.drop());

const clock = testClock(Date.UTC(2030, 0, 1));
const list = (query: { cursor?: string; limit: number }) =>
  listEvents({ store: postgresEventStore(database.db), clock }, query);

async function namesByPage(limit: number): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await list({ limit, ...(cursor && { cursor }) });
    names.push(...page.events.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return names;
}

test('every event that can be listed comes once, whatever dates and uuids an older release has let in', async () => {
  // Dates that differ by a microsecond or not at all, and uuids of any text.
  const listed: [name: string, date: string, uuid?: string][] = [
    ['now', '2030-01-01 00:00:00+00'],
    ['later by a microsecond', '2030-01-01 00:00:00.000001+00'],
    ['same a', '2030-02-01 00:00:00.5+00', 'A B C'],
    ['same b', '2030-02-01 00:00:00.5+00', 'D0E1F2A3-B4C5-4D5E-8F9A-0B1C2D3E4F5A'],
    ['same c', '2030-02-01 00:00:00.5+00', 'd0e1f2a3-b4c5-4d5e-8f9a-0b1c2d3e4f5b'],
    ['same d', '2030-02-01 00:00:00.5+00', 'é\nx'],
    ['leap day', '2032-02-29 12:00:00+00'],
    ['last', '9999-12-31 23:59:59.999999+00'],
  ];
  const unlisted: [name: string, date: string][] = [
    ['begun', '2029-12-31 23:59:59.999999+00'],
    ['before Christ', '0044-03-15 12:00:00+00 BC'],
    ['year 10000', '10000-01-01 00:00:00+00'],
    ['far', '294276-12-31 23:59:59+00'],
    ['infinity', 'infinity'],
    ['-infinity', '-infinity'],
  ];
  await sql`alter table events disable trigger user`;
  for (const [name, date, uuid] of [...unlisted, ...listed]) {
    await sql`
      insert into events (name, date, venue_id, uuid)
      values (${name}, ${date}::text::timestamptz, ${venueId}, coalesce(${uuid ?? null}, gen_random_uuid()::text))`;
  }
  await sql`alter table events enable trigger user`;
  const names = listed.map(([name]) => name);
  for (const limit of [1, 2, 3, 100]) expect((await namesByPage(limit)).sort()).toEqual([...names].sort());
  const { events } = await list({ limit: 100 });
  expect(events.map(({ date }) => date)).toEqual([...events.map(({ date }) => date)].sort());
  await sql`delete from events`;
});

test('an event is listed with the currency of its tickets', async () => {
  const [event] = await sql`
    insert into events (name, date, venue_id) values ('Gala', '2030-05-01 19:00:00.7+02', ${venueId}) returning id, uuid`;
  const currencies = async () => (await list({ limit: 5 })).events.map(({ currency }) => currency);
  expect(await currencies()).toEqual([null]);
  await sql`insert into tickets (event_id, seat, price, currency) values (${event!.id}, 'A1', 1, 'EUR')`;
  expect(await list({ limit: 5 })).toEqual({
    events: [
      {
        uuid: event!.uuid,
        name: 'Gala',
        description: '',
        date: '2030-05-01T17:00:00Z',
        currency: 'EUR',
        venue: { uuid: expect.any(String), location: 'Hall', name: null, city: null, country: null },
        status: 'published',
        time_zone: null,
      },
    ],
    nextCursor: null,
  });
});

const forged = (text: string) => Buffer.from(text).toString('base64url');
const uuid = 'd0e1f2a3-b4c5-4d5e-8f9a-0b1c2d3e4f5a';

test.each([
  ['2030-02-30T00:00:00.000000Z'],
  ['2031-02-29T00:00:00.000000Z'],
  ['0000-01-01T00:00:00.000000Z'],
  ['2030-01-01T24:00:00.000000Z'],
  ['2030-01-01T23:59:60.000000Z'],
  ['2030-13-01T00:00:00.000000Z'],
  ['2030-01-01T00:00:00Z'],
  ['+010000-01-01T00:00:00.000000Z'],
  ['infinity'],
  ['now'],
  [''],
])('a cursor at %j is refused', async (date) => {
  const refused = await list({ limit: 1, cursor: forged(`${date} ${uuid}`) }).catch((error) => error);
  expect(isAppError(refused, 'invalid_request')).toBe(true);
});

test.each(['', '2030-01-01T00:00:00.000000Z', '2030-01-01T00:00:00.000000Z ', '2030-01-01T00:00:00.000000Z a\0b'])(
  'a cursor of %j is refused',
  async (text) => {
    const refused = await list({ limit: 1, cursor: forged(text) }).catch((error) => error);
    expect(isAppError(refused, 'invalid_request')).toBe(true);
  },
);

test('a forged cursor of any kind is refused or leads to a page, and never fails in the database', async () => {
  const number = (min: number, max: number, width: number) =>
    fc.integer({ min, max }).map((n) => String(n).padStart(width, '0'));
  // Half of these days are none, and some of the hours.
  const moment = fc
    .tuple(number(0, 9999, 4), number(1, 12, 2), number(29, 31, 2), number(20, 24, 2), number(0, 999_999, 6))
    .map(([year, month, day, hour, micro]) => `${year}-${month}-${day}T${hour}:59:59.${micro}Z`);
  const text = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(uuid, '\0', '\ud800', '\uffff', ' ', '\n', "'", '\\'),
  );
  const cursor = fc.oneof(
    fc.tuple(moment, text).map((parts) => forged(parts.join(' '))),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary' }).map(forged),
    fc.json().map(forged),
    fc.base64String(),
  );
  const outcomes = { page: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(cursor, async (given) => {
      try {
        await list({ limit: 1, cursor: given });
        outcomes.page++;
      } catch (error) {
        if (!isAppError(error, 'invalid_request')) throw error;
        outcomes.refused++;
      }
    }),
    { numRuns: 500 },
  );
  expect(outcomes.page).toBeGreaterThan(10);
  expect(outcomes.refused).toBeGreaterThan(100);
});
