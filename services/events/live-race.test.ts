import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Hono } from 'hono';
import { systemClock } from '../../shared/async/clock.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { postgresSeatFeed } from '../../shared/feed/postgres.ts';
import type { SeatFeed } from '../../shared/feed/seat-feed.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { silentLog } from '../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type MadeEvent, makeEvent } from '../../shared/testing/factories.ts';
import { postgresEventStore } from './adapters/postgres/event-store.ts';
import { eventViews, type ViewEvent } from './domain/event/event-views.ts';
import type { SeatStatuses } from './domain/event/seat-statuses.ts';
import { liveSeats } from './domain/live/live-seats.ts';
import { eventRoutes } from './http/events.ts';
import { liveRoutes } from './http/live.ts';
import { seatRoutes } from './http/seats.ts';
import { type LivePicture, livePicture } from './live.harness.ts';

// Clients load the seats and open their streams while many are sold, as docs/api.md tells them to.

const [seats, sales, clients] = [60, 500, 40];
const hour = 3_600_000;

let database: TestDatabase;
let feed: SeatFeed;
beforeAll(async () => {
  database = await testDatabase();
  feed = postgresSeatFeed(database.db, silentLog);
});
afterAll(async () => {
  await feed.close();
  await database.drop();
});

type Since = SeatStatuses['since'];

/** A process with the routes of seats; `broken` may resume wrongly. */
async function newProcess(broken: (since: Since) => Since = (since) => since) {
  const store = postgresEventStore(database.db);
  const right = eventViews({
    store,
    locks: postgresTicketLocks(database.db),
    cache: memoryCache({ maxBytes: 1e7, clock: systemClock }),
    clock: systemClock,
  });
  const view: ViewEvent = async (uuid) => {
    const seen = await right(uuid);
    return seen && { ...seen, seats: { ...seen.seats, since: broken(seen.seats.since) } };
  };
  const live = liveSeats({
    view,
    feed,
    clock: systemClock,
    onError: (error) => expect(error).toBeUndefined(),
    stalledMs: hour,
    pace: { betweenMs: 1, calmMs: hour },
  });
  const unfollow = await live.follow();
  const app = new Hono()
    .route('/', eventRoutes({ view, store, clock: systemClock }))
    .route('/', seatRoutes({ view }))
    .route('/', liveRoutes({ live, pingMs: hour, patienceMs: hour }));
  return { app, live, unfollow };
}

type Process = Awaited<ReturnType<typeof newProcess>>;
const random = (below: number) => Math.floor(Math.random() * below);

/** Sells and refunds seats at random while clients come and come again, each to any process; returns what is wrong. */
async function race(processes: Process[]) {
  const event = await makeEvent(database.sql, { seats });
  const pictures = Array.from({ length: clients }, () =>
    livePicture((path) => processes[random(processes.length)]!.app.request(path), pathOf(event), event.tickets),
  );
  const deadline = { isOver: false };
  const visits = pictures.map(async (picture, nth) => {
    await Bun.sleep(random(100));
    while (!deadline.isOver) {
      await picture.open(nth % 2 === 0 ? 'index' : 'uuid');
      await Bun.sleep(random(40));
      picture.drop();
      await Bun.sleep(random(20));
    }
    // The last message may be one that nobody had before.
    await picture.open(nth % 2 === 0 ? 'index' : 'uuid');
  });
  for (let sale = 0; sale < sales; sale++) {
    await database.sql`
      update tickets set status = case status when 'booked' then 'available' else 'booked' end
      where uuid = ${event.tickets[random(seats)]!}`;
    feed.publish(event.uuid);
  }
  deadline.isOver = true;
  await Promise.all(visits);
  const wrong = await differing(event, pictures);
  for (const picture of pictures) picture.drop();
  for (const { live, unfollow } of processes) {
    live.close();
    await unfollow();
  }
  return { wrong, began: pictures.flatMap(({ began }) => began) };
}

const pathOf = ({ uuid }: MadeEvent) => `/api/v1/management/events/${uuid}`;

/** Waits until every picture is as the database has it, and returns how many are not in the end. */
async function differing(event: MadeEvent, pictures: LivePicture[]): Promise<number> {
  const rows = await database.sql<{ status: string }[]>`
    select status from tickets where event_id = ${event.id} order by id`;
  const truth = rows.map(({ status }) => (status === 'booked' ? 2 : 0)).join('');
  const wrong = () => pictures.filter((picture) => picture.shown() !== truth).length;
  await eventually(() => wrong() === 0, 2000).catch(() => {});
  return wrong();
}

describe('clients that load and connect while seats are sold', () => {
  test('to one process end with the seats of the database, and most of them resume', async () => {
    const { wrong, began } = await race([await newProcess()]);
    expect(wrong).toBe(0);
    expect(began.filter((event) => event === 'seats').length).toBeGreaterThan(began.length / 2);
  });

  test('to any of three processes end with the seats of the database', async () => {
    const { wrong, began } = await race([await newProcess(), await newProcess(), await newProcess()]);
    expect(wrong).toBe(0);
    expect(new Set(began)).toEqual(new Set(['seats', 'taken']));
  });

  test.each<[string, (since: Since) => Since]>([
    ['tells a client that it has everything', (since) => (version) => since(version) && []],
    ['forgets the last change', (since) => (version) => since(version)?.slice(0, -1)],
    ['takes an unknown version for its own', (since) => (version) => since(version) ?? []],
  ])('are found wrong where a process %s', async (_, broken) => {
    const processes = [await newProcess(broken), await newProcess(broken), await newProcess(broken)];
    expect((await race(processes)).wrong).toBeGreaterThan(0);
  });
});
