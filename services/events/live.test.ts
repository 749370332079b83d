import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { systemClock } from '../../shared/async/clock.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { postgresSeatFeed } from '../../shared/feed/postgres.ts';
import type { SeatFeed } from '../../shared/feed/seat-feed.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import type { LockKey, TicketLocks } from '../../shared/locks/ticket-locks.ts';
import { silentLog } from '../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type MadeEvent, makeEvent } from '../../shared/testing/factories.ts';
import { postgresPorts } from './adapters/postgres/ports.ts';
import { createEventsApp } from './app.ts';
import { type LiveReader, readLive, takenOf } from './live.harness.ts';
import { planWorkHere } from './plan-work.ts';

const hour = 3_600_000;
const closing = new AbortController();
let database: TestDatabase;
let locks: TicketLocks;
let feed: SeatFeed;
let app: ReturnType<typeof createEventsApp>['app'];

beforeAll(async () => {
  database = await testDatabase();
  locks = postgresTicketLocks(database.db);
  feed = postgresSeatFeed(database.db, silentLog);
  const created = createEventsApp({
    log: silentLog,
    metrics: createMetrics('events'),
    server: serverConfig(readConfig(serverVariables, {})),
    dependencies: {},
    closing: closing.signal,
    ...postgresPorts(database.db),
    planWork: planWorkHere,
    locks,
    cache: memoryCache({ maxBytes: 64 * 1024 * 1024, clock: systemClock }),
    feed,
    clock: systemClock,
    // Nobody is helped by a look that no change has asked for.
    livePace: { calmMs: hour },
    random: () => 0.5,
  });
  app = created.app;
  await created.follow();
});
afterAll(async () => {
  await feed.close();
  await database.drop();
});

const pathOf = ({ uuid }: Pick<MadeEvent, 'uuid'>) => `/api/v1/management/events/${uuid}`;
const watch = async (event: MadeEvent, headers = {}) =>
  readLive(await app.request(`${pathOf(event)}/live`, { headers }));
const page = async (event: MadeEvent) => takenOf((await (await app.request(pathOf(event))).json()) as never);
const begun = (viewer: LiveReader) => eventually(() => viewer.taken() !== undefined);
const seenBy = (viewers: LiveReader[], truth: object) =>
  eventually(() => expect(viewers.map((viewer) => viewer.taken()) as object[]).toEqual(viewers.map(() => truth)), 3000);
const watching = async () =>
  Number(/^live_viewers\{.*\} (\d+)$/m.exec(await (await app.request('/metrics')).text())?.[1]);

type OpenApi = {
  paths: Record<string, { get: Operation }>;
  components: { schemas: Record<string, { example: object; required: string[]; properties: object }> };
};
type Operation = {
  operationId: string;
  tags: string[];
  responses: Record<number, { content: Record<string, { schema: { anyOf: { $ref: string }[] } }> }>;
};

/** Changes to the seats of an event, each told to the live views as the booking service tells it. */
function seatsOf(event: MadeEvent) {
  const held = new Map<string, LockKey>();
  const change = async (work: PromiseLike<unknown>) => {
    await work;
    feed.publish(event.uuid);
  };
  const set = (seat: number, status: string) =>
    change(database.sql`update tickets set status = ${status} where uuid = ${event.tickets[seat]!}`);
  return {
    hold: (seat: number) =>
      change(
        locks
          .acquire({ eventUuid: event.uuid, ticketUuids: [event.tickets[seat]!], owner: 'ann', ttlMs: hour })
          .then((answer) => {
            for (const hold of answer.ok ? answer.holds : []) held.set(hold.ticketUuid, hold);
          }),
      ),
    release: (seat: number) => {
      const key = held.get(event.tickets[seat]!);
      return change(locks.release({ eventUuid: event.uuid, locks: key ? [key] : [] }));
    },
    sell: (seat: number) => set(seat, 'booked'),
    refund: (seat: number) => set(seat, 'available'),
  };
}

describe('viewers of live seats', () => {
  test('all get a seat that is freed, where they join at one moment, the first of their event', async () => {
    for (let i = 0; i < 20; i++) {
      const event = await makeEvent(database.sql, { seats: 1 });
      const seats = seatsOf(event);
      await seats.hold(0);
      const viewers = await Promise.all([watch(event), watch(event), watch(event)]);
      await Promise.all(viewers.map(begun));
      await seats.release(0);
      await seenBy(viewers, {});
      for (const viewer of viewers) await viewer.close();
    }
  });

  test('end with the statuses of the page, where they join and leave at random while seats are held, given back, sold and refunded', async () => {
    const seat = fc.nat({ max: 3 });
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('come' as const), n: fc.integer({ min: 1, max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('go' as const), n: fc.nat({ max: 20 }) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), n: fc.nat({ max: 20 }) }) },
      ...(['hold', 'release', 'sell', 'refund'] as const).map((verb) => ({
        weight: 2,
        arbitrary: fc.record({ do: fc.constant(verb), n: seat }),
      })),
    );
    const told: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const event = await makeEvent(database.sql, { seats: 4 });
        const seats = seatsOf(event);
        let viewers: LiveReader[] = [];
        const coming: Promise<unknown>[] = [];
        const come = async () => viewers.push(await watch(event));
        for (const { do: verb, n } of steps) {
          if (verb === 'come') for (let i = 0; i < n; i++) coming.push(come());
          else if (verb === 'go') await viewers.splice(n % Math.max(viewers.length, 1), 1)[0]?.close();
          else if (verb === 'wait') await Bun.sleep(n);
          else await seats[verb](n);
        }
        coming.push(come());
        await Promise.all(coming);
        const truth = await page(event);
        await seenBy(viewers, truth);
        for (const viewer of viewers) for (const { event } of viewer.events) told[event] = (told[event] ?? 0) + 1;
        await Promise.all(viewers.map((viewer) => viewer.close()));
        viewers = [];
      }),
      { numRuns: Number(process.env.MODEL_RUNS ?? 60), endOnFailure: true },
    );
    // The runs were worth something: viewers were told of changes, and never that there is nothing to tell.
    expect(told.taken).toBeGreaterThan(50);
    expect(told.seats).toBeGreaterThan(50);
    expect(told.unavailable).toBeUndefined();
    await eventually(async () => (await watching()) === 0);
  });
});

describe('a stream of live seats', () => {
  test('has ids, and a retry with its first event, spread over seconds', async () => {
    const event = await makeEvent(database.sql, { seats: 2 });
    const [viewer, other] = [await watch(event), await watch(event)];
    await eventually(() => viewer.events.length + other.events.length === 2);
    await seatsOf(event).sell(1);
    await eventually(() => viewer.events.length === 2);
    expect(viewer.events).toEqual([
      { event: 'taken', data: [], id: expect.any(String), retry: '5500' },
      { event: 'seats', data: [{ uuid: event.tickets[1]!, status: 'booked' }], id: expect.any(String) },
    ]);
    expect(other.events[0]!.id).toBe(viewer.events[0]!.id);
    expect(viewer.events[1]!.id).not.toBe(viewer.events[0]!.id);
    await Promise.all([viewer.close(), other.close()]);
  });

  test('begins with what has changed since its Last-Event-ID, or since=, and with what is taken if that is unknown', async () => {
    const event = await makeEvent(database.sql, { seats: 3 });
    const seats = seatsOf(event);
    const version = async () => (await app.request(`${pathOf(event)}/seats`)).headers.get('x-seats-version')!;
    const first = await version();
    await seats.sell(0);
    const second = (await app.request(pathOf(event))).headers.get('x-seats-version')!;
    await seats.sell(1);
    const [a, b] = event.tickets.map((uuid) => ({ uuid, status: 'booked' }));
    const began = async (query: string, headers = {}) => {
      const viewer = readLive(await app.request(`${pathOf(event)}/live${query}`, { headers }));
      await eventually(() => viewer.events.length > 0);
      await viewer.close();
      return viewer.events[0]!;
    };
    const told = { id: await version(), retry: '5500' };
    for (const [known, data] of [
      [first, [b, a]],
      [second, [b]],
      [told.id, []],
    ] as const) {
      const expected = { event: 'seats', data, ...told };
      expect(await began('', { 'Last-Event-ID': known })).toEqual(expected);
      expect(await began(`?since=${known}`)).toEqual(expected);
      expect(await began('?since=old', { 'Last-Event-ID': known })).toEqual(expected);
    }
    for (const unknown of [`${first}0`, '0', 'unavailable', 'x'.repeat(4000), '%00', '']) {
      expect(await began('', { 'Last-Event-ID': unknown })).toEqual({ event: 'taken', data: [a, b], ...told });
      expect(await began(`?since=${encodeURIComponent(unknown)}&by=nothing`)).toMatchObject({ event: 'taken' });
    }
  });

  test('by index begins with all seats as /seats has them, or with the places that have changed', async () => {
    const event = await makeEvent(database.sql, { seats: 9 });
    const seats = seatsOf(event);
    await seats.sell(8);
    const all = (await (await app.request(`${pathOf(event)}/seats`)).json()) as { version: string };
    const watchByIndex = async (query = '') => readLive(await app.request(`${pathOf(event)}/live?by=index${query}`));
    const viewer = await watchByIndex();
    await eventually(() => viewer.events.length === 1);
    await seats.hold(1);
    await eventually(() => viewer.events.length === 2);
    expect(viewer.events).toEqual([
      { event: 'taken', data: all, id: all.version, retry: '5500' },
      { event: 'seats', data: { i: [1], s: [1] }, id: expect.any(String) },
    ]);
    const resumed = await watchByIndex(`&since=${all.version}`);
    await eventually(() => resumed.events.length === 1);
    expect(resumed.events).toEqual([{ ...viewer.events[1]!, retry: '5500' }]);
    await Promise.all([viewer.close(), resumed.close()]);
  });

  test('of an unknown event, or of an id that is no uuid, is a 404', async () => {
    for (const uuid of [randomUUID(), 'x', '%00']) {
      const response = await app.request(`${pathOf({ uuid })}/live`);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: 'event_not_found', message: 'Event not found' });
    }
    expect((await app.request(`${pathOf({ uuid: randomUUID() })}/live`, { method: 'HEAD' })).status).toBe(404);
  });

  test('ends when its event is deleted', async () => {
    const event = await makeEvent(database.sql, { seats: 1 });
    const viewer = await watch(event);
    await begun(viewer);
    await database.sql`delete from events where id = ${event.id}`;
    feed.publish(event.uuid);
    await eventually(() => viewer.hasEnded());
    expect((await app.request(`${pathOf(event)}/live`)).status).toBe(404);
  });

  test('responds to HEAD with GET’s headers, and watches nothing for it', async () => {
    const event = await makeEvent(database.sql, { seats: 1 });
    await eventually(async () => (await watching()) === 0);
    const head = await app.request(`${pathOf(event)}/live`, { method: 'HEAD' });
    const unread = await app.request(`${pathOf(event)}/live`);
    const names = (response: Response) => [response.status, ...response.headers.keys()];
    expect(names(head)).toEqual(names(unread));
    expect(head.headers.get('content-type')).toBe('text/event-stream');
    expect(await head.text()).toBe('');
    await unread.body!.cancel();
    expect(await watching()).toBe(0);
  });

  test('is documented with the data of each of its events', async () => {
    const document = (await (await app.request('/openapi.json')).json()) as OpenApi;
    const get = document.paths['/api/v1/management/events/{uuid}/live']!.get;
    expect([get.operationId, get.tags]).toEqual(['watchEvent', ['Events']]);
    const { schema } = get.responses[200]!.content['text/event-stream']!;
    const names = ['LiveTaken', 'LiveSeats', 'LiveUnavailable', 'LiveTakenByIndex', 'LiveSeatsByIndex'];
    expect(schema.anyOf.map(({ $ref }) => $ref)).toEqual(names.map((name) => `#/components/schemas/${name}`));
    for (const name of names) {
      const { example, required, properties } = document.components.schemas[name]!;
      expect(Object.keys(example)).toEqual(expect.arrayContaining(required));
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(example)));
    }
  });

  test('ends with the process, and so do those that are opened then', async () => {
    const event = await makeEvent(database.sql, { seats: 1 });
    const viewer = await watch(event);
    await begun(viewer);
    closing.abort();
    await eventually(() => viewer.hasEnded());
    const late = await app.request(`${pathOf(event)}/live`);
    expect([late.status, await late.text()]).toEqual([200, 'retry: 5500\n\n']);
  });
});
