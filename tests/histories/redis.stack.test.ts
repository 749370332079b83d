import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Redis } from 'ioredis';
import { redisTicketLocks } from '../../shared/locks/redis.ts';
import type { TicketLocks } from '../../shared/locks/ticket-locks.ts';
import { openRedis, type RedisServer } from '../../shared/redis/client.ts';
import { stackRedis } from '../../shared/testing/stack.ts';
import { expireInRedis } from './expire.ts';
import { judge } from './judge.ts';
import { live } from './live.ts';
import { firstImpossible, type ShortSale, startShortSale } from './testing.ts';
import { weatherOf } from './weather.ts';

const short = { operations: 400, maxMs: 5000 };

let redis: RedisServer;
beforeAll(() => {
  redis = openRedis(stackRedis());
});
afterAll(() => redis.close());

describe('buyers get only responses that some history of the seats explains, with their locks in Redis', () => {
  let sale: ShortSale;
  beforeAll(async () => {
    sale = await startShortSale(() => ({ locks: redisTicketLocks(redis) }));
  });
  afterAll(() => sale.drop());

  test.each(['brisk', 'slow', 'short', 'storm'])('on a day that is %s', async (name) => {
    const { weather, expires } = weatherOf(0, name);
    const life = await live(sale, { ...short, seed: 11, weather, ...(expires && { expire: expireInRedis(redis) }) });
    const { findings, operations } = judge(life);
    expect(findings).toEqual([]);
    expect(operations).toBeGreaterThan(100);
    await sale.audit();
  });
});

test('a release of locks in Redis without their token is caught', async () => {
  const release: TicketLocks['release'] = async ({ eventUuid, locks }) => {
    const tickets = locks.map(({ ticketUuid }) => ticketUuid);
    return tickets.length === 0 ? 0 : (redis.client as Redis).hdel(`ticket_locks:{${eventUuid}}`, ...tickets);
  };
  const sale = await startShortSale(() => ({ locks: { ...redisTicketLocks(redis), release, giveBack: release } }));
  expect(await firstImpossible(sale, { ...short, weather: weatherOf(0, 'brisk').weather })).toBeDefined();
  await sale.drop();
});
