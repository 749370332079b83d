import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../shared/async/clock.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { redisSeatFeed } from '../../shared/feed/redis.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { redisTicketLocks } from '../../shared/locks/redis.ts';
import { silentLog } from '../../shared/process/log.ts';
import { openRedis, type RedisServer } from '../../shared/redis/client.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { type OwnRedis, startRedis } from '../../shared/testing/redis-server.ts';
import { postgresPorts } from './adapters/postgres/ports.ts';
import { createEventsApp } from './app.ts';
import { type LiveReader, readLive } from './live.harness.ts';
import { planWorkHere } from './plan-work.ts';

setDefaultTimeout(60_000);

let database: TestDatabase;
let server: OwnRedis;
let redis: RedisServer;
let feed: ReturnType<typeof redisSeatFeed>;
let app: ReturnType<typeof createEventsApp>['app'];

beforeAll(async () => {
  database = await testDatabase();
  server = await startRedis();
  redis = openRedis({ nodes: [server.node], password: '', database: 0 });
  feed = redisSeatFeed(redis, silentLog, { checkMs: 100 });
  const created = createEventsApp({
    log: silentLog,
    metrics: createMetrics('events'),
    server: serverConfig(readConfig(serverVariables, {})),
    dependencies: {},
    closing: new AbortController().signal,
    ...postgresPorts(database.db),
    planWork: planWorkHere,
    locks: redisTicketLocks(redis),
    locksApart: true,
    cache: memoryCache({ maxBytes: 64 * 1024 * 1024, clock: systemClock }),
    feed,
    clock: systemClock,
    livePace: { calmMs: 50, againMs: 50 },
  });
  app = created.app;
  await created.follow();
});
afterAll(async () => {
  await feed.close();
  await redis.close();
  await server.stop();
  await database.drop();
});

const names = ({ events }: LiveReader) => events.map(({ event }) => event);

for (const [what, takeAway, giveBack, isKept] of [
  ['hangs', () => server.hang(), () => server.wake(), true],
  ['is restarted empty', () => server.hang(), () => server.restartEmpty(), false],
] as const) {
  test(`while the Redis of the locks is away (it ${what}) viewers get unavailable, and then what is taken`, async () => {
    const event = await makeEvent(database.sql, { seats: 2 });
    const [held, booked] = event.tickets as [string, string];
    const watch = async () => readLive(await app.request(`/api/v1/management/events/${event.uuid}/live`));
    const locks = redisTicketLocks(redis);
    const owner = randomUUID();
    await eventually(() =>
      locks
        .acquire({ eventUuid: event.uuid, ticketUuids: [held], owner, ttlMs: 600_000 })
        .then((answer) => expect(answer.ok).toBe(true)),
    );
    const before = await watch();
    await eventually(() => expect(before.taken()).toEqual({ [held]: 'reserved' }));

    // No change is told: the feed is away with the locks.
    takeAway();
    await eventually(() => expect(names(before).at(-1)).toBe('unavailable'));
    const meanwhile = await watch();
    await eventually(() => expect(names(meanwhile)).toEqual(['unavailable']));
    await database.sql`update tickets set status = 'booked' where uuid = ${booked}`;

    await giveBack();
    const truth = isKept ? { [held]: 'reserved', [booked]: 'booked' } : { [booked]: 'booked' };
    for (const viewer of [before, meanwhile]) {
      await eventually(() => expect(viewer.taken() as object).toEqual(truth));
      await viewer.close();
    }
  });
}
