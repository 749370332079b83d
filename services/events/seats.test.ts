import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { unavailable } from '../../shared/errors.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { type MadeEvent, makeEvent } from '../../shared/testing/factories.ts';
import { appOver } from './app.harness.ts';
import type { SeatStatus } from './domain/event/event.ts';

const statuses = ['available', 'reserved', 'booked'];

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** A process of its own, with nothing in its memory. */
function newApp(env: Record<string, string> = {}, locksAway = false) {
  const locks = postgresTicketLocks(database.db);
  const away = async () => {
    throw unavailable('Redis', new Error('away'));
  };
  return appOver(database.db, {
    server: serverConfig(readConfig(serverVariables, env)),
    locks: { ...locks, ...(locksAway && { list: away }) },
    locksApart: true,
  });
}

const pathOf = ({ uuid }: Pick<MadeEvent, 'uuid'>) => `/api/v1/management/events/${uuid}`;
const seatsPath = (event: MadeEvent) => `${pathOf(event)}/seats`;
const bytes = { Accept: 'application/octet-stream' };
const set = (uuid: string, status: SeatStatus) =>
  database.sql`update tickets set status = ${status} where uuid = ${uuid}`;
const hold = (event: MadeEvent, ticket: string) =>
  postgresTicketLocks(database.db).acquire({ eventUuid: event.uuid, ticketUuids: [ticket], owner: 'a', ttlMs: 60_000 });

type Seats = { version: string; seats_hash: string; seats: number; statuses: string };
const unpack = (packed: Uint8Array, seats: number) =>
  Array.from({ length: seats }, (_, i) => statuses[(packed[i >> 2]! >> ((i & 3) * 2)) & 3]!);

async function seatsOf(app: ReturnType<typeof newApp>, event: MadeEvent) {
  const seats = (await (await app.request(seatsPath(event))).json()) as Seats;
  return { ...seats, shown: unpack(Buffer.from(seats.statuses, 'base64'), seats.seats) };
}

async function pageOf(app: ReturnType<typeof newApp>, event: MadeEvent) {
  const response = await app.request(pathOf(event));
  const { tickets } = (await response.json()) as { tickets: { status: string }[] };
  return { version: response.headers.get('x-seats-version'), shown: tickets.map(({ status }) => status) };
}

describe('the seats of an event', () => {
  test('are the statuses of its page in the same order, two bits each, as JSON and as bytes', async () => {
    const event = await makeEvent(database.sql, { seats: 7 });
    const app = newApp();
    await set(event.tickets[6]!, 'booked');
    await hold(event, event.tickets[1]!);
    const { version, shown, seats_hash, seats } = await seatsOf(app, event);
    expect(shown.map((status) => status[0])).toEqual([...'araaaab']);
    expect({ version, shown }).toEqual((await pageOf(app, event)) as never);
    const raw = await app.request(seatsPath(event), { headers: bytes });
    expect(raw.headers.get('content-type')).toBe('application/octet-stream');
    expect([raw.headers.get('x-seats-version'), raw.headers.get('x-seats-hash')]).toEqual([version, seats_hash]);
    expect(unpack(await raw.bytes(), seats)).toEqual(shown);
  });

  test('of 20,000 are at most 7 kB, whatever their statuses', async () => {
    const event = await makeEvent(database.sql, { seats: 20_000 });
    await database.sql`update tickets set status = 'booked' where event_id = ${event.id} and random() < 0.5`;
    const app = newApp();
    const { byteLength } = await (await app.request(seatsPath(event))).arrayBuffer();
    expect(byteLength).toBeWithin(6000, 7000);
    expect((await (await app.request(seatsPath(event), { headers: bytes })).bytes()).length).toBe(5000);
  });

  test('have a version that every process gives to the same statuses, and to no other', async () => {
    const event = await makeEvent(database.sql, { seats: 5 });
    const [one, other] = [newApp(), newApp()];
    const versions: string[] = [];
    const both = async () => {
      const [a, b] = await Promise.all([seatsOf(one, event), seatsOf(other, event)]);
      expect(a).toEqual(b);
      versions.push(a.version);
    };
    await both();
    for (const status of ['booked', 'available'] as const) {
      await set(event.tickets[2]!, status);
      await both();
    }
    await hold(event, event.tickets[2]!);
    await both();
    expect(versions[2]).toBe(versions[0]!);
    expect(new Set(versions).size).toBe(3);
    // A process that begins now has seen none of the states before.
    expect((await seatsOf(newApp(), event)).version).toBe(versions[3]!);
  });

  test('have another hash when a seat is added, renamed or removed, and the same when the price or the name changes', async () => {
    const event = await makeEvent(database.sql, { seats: 3 });
    const app = newApp();
    const hash = async () => (await seatsOf(app, event)).seats_hash;
    const before = await hash();
    await database.sql`update tickets set price = 7 where event_id = ${event.id}`;
    await database.sql`update events set name = 'Renamed' where id = ${event.id}`;
    expect(await hash()).toBe(before);
    const hashes = [before];
    for (const change of [
      database.sql`insert into tickets (event_id, seat, price) values (${event.id}, 'Z1', 5)`,
      database.sql`update tickets set seat = 'Z2' where event_id = ${event.id} and seat = 'Z1'`,
      database.sql`delete from tickets where event_id = ${event.id} and seat = 'A1'`,
    ]) {
      await change;
      hashes.push(await hash());
    }
    expect(new Set(hashes).size).toBe(4);
  });

  test('of an unknown event, or of an id that is no uuid, are a 404', async () => {
    for (const uuid of [randomUUID(), 'x']) {
      const response = await newApp().request(`${pathOf({ uuid })}/seats`);
      expect([response.status, await response.json()]).toEqual([
        404,
        { error: 'event_not_found', message: 'Event not found' },
      ]);
    }
  });
});

describe('the ETag of a page, of seats and of the list', () => {
  const forms: [string, (event: MadeEvent) => string, object][] = [
    ['the page', pathOf, {}],
    ['the seats', seatsPath, {}],
    ['the seats’ bytes', seatsPath, bytes],
    ['the list', () => '/api/v1/management/events?limit=5', {}],
  ];

  test.each(forms)(
    'of %s is the same in every process, and brings a 304 while nothing changes',
    async (_, path, headers) => {
      const event = await makeEvent(database.sql, { seats: 100, date: new Date(Date.now() + 60_000) });
      const ask = (app: ReturnType<typeof newApp>, etag = '') =>
        app.request(path(event), { headers: { ...headers, 'If-None-Match': etag } });
      const [one, other] = [newApp(), newApp()];
      const full = await ask(one);
      const etag = full.headers.get('etag')!;
      expect([full.status, full.headers.get('cache-control')]).toEqual([200, 'no-cache']);
      for (const app of [one, other]) {
        const kept = await ask(app, etag);
        expect([kept.status, await kept.text(), kept.headers.get('etag')]).toEqual([304, '', etag]);
      }
      await set(event.tickets[50]!, 'booked');
      await database.sql`update events set description = 'Another' where id = ${event.id}`;
      for (const app of [one, other]) {
        const changed = await ask(app, etag);
        expect(changed.status).toBe(path === seatsPath || changed.headers.get('etag') !== etag ? 200 : 0);
      }
    },
  );

  test('names the bytes: of one event, or of one form, and those of no other', async () => {
    const [event, twin] = [await makeEvent(database.sql, { seats: 2 }), await makeEvent(database.sql, { seats: 2 })];
    const app = newApp({ SERVER_COMPRESS: 'true' });
    const tags: (string | null)[] = [];
    for (const [path, headers] of [
      [pathOf(event), {}],
      [pathOf(twin), {}],
      [seatsPath(event), {}],
      [seatsPath(event), bytes],
      [seatsPath(twin), {}],
      [seatsPath(event), { 'Accept-Encoding': 'br' }],
    ] as const) {
      tags.push((await app.request(path, { headers })).headers.get('etag'));
    }
    await database.sql`update tickets set price = price + 1 where event_id = ${event.id}`;
    tags.push((await app.request(pathOf(event))).headers.get('etag'));
    expect(new Set(tags).size).toBe(7);
    for (const tag of tags) expect(tag).toMatch(/^"[\w.-]+"$/);
  });

  test('is not given while nobody knows the locks', async () => {
    const event = await makeEvent(database.sql, { seats: 2 });
    for (const path of [pathOf(event), seatsPath(event)]) {
      const { headers, status } = await newApp({}, true).request(path, { headers: { 'If-None-Match': '*' } });
      expect([status, headers.get('etag'), headers.get('cache-control'), headers.get('x-lock-status')]).toEqual([
        200,
        null,
        'no-store',
        'unknown',
      ]);
    }
  });

  test('can be read by pages of other origins, and seats vary by Accept, too', async () => {
    const event = await makeEvent(database.sql, { seats: 2 });
    const app = newApp({ CORS_ORIGINS: 'https://shop.example', SERVER_COMPRESS: 'true' });
    const { headers } = await app.request(seatsPath(event), { headers: { Origin: 'https://shop.example' } });
    for (const name of ['ETag', 'X-Seats-Version', 'X-Seats-Hash']) {
      expect(headers.get('access-control-expose-headers')).toContain(name);
    }
    expect(headers.get('vary')).toBe('Origin, Accept-Encoding, Accept');
  });
});
