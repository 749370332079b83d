import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { openRedis } from '../redis/client.ts';
import { eventually } from '../testing/eventually.ts';
import { startRedis } from '../testing/redis-server.ts';
import { stackRedis } from '../testing/stack.ts';
import { cacheConformance } from './cache.conformance.ts';
import { cacheDeadlineMs, redisCache } from './redis.ts';

cacheConformance('Redis', async () => {
  const keyPrefix = `test-${randomUUID()}:`;
  const [redis, plain] = [openRedis(stackRedis(), { keyPrefix }), openRedis(stackRedis())];
  const keys = () => plain.run(() => (plain.client as Redis).keys(`${keyPrefix}*`));
  return {
    cache: redisCache(redis),
    advance: async (ms) => {
      for (const key of await keys()) await plain.client.pexpire(key, (await plain.client.pttl(key)) - ms);
    },
    close: async () => {
      for (const key of await keys()) await plain.client.del(key);
      await Promise.all([redis.close(), plain.close()]);
    },
  };
});

test('a cache without its server finds, keeps and throws nothing', async () => {
  const redis = openRedis({ nodes: ['127.0.0.1:1'], password: '', database: 0 }, { deadlineMs: cacheDeadlineMs });
  const cache = redisCache(redis);
  await cache.set('a', 'x', 1000);
  await cache.delete('a');
  expect(await cache.get('a')).toBeUndefined();
  await redis.close();
});

test('a value that is no text of ours counts as a miss', async () => {
  const redis = openRedis(stackRedis());
  const key = `test-${randomUUID()}`;
  await redis.run(() => redis.client.hset(key, 'not', 'a text'));
  expect(await redisCache(redis).get(key)).toBeUndefined();
  await redis.client.del(key);
  await redis.close();
});

test('a hung server delays only the first callers; when it is back it is a cache again', async () => {
  const server = await startRedis();
  const redis = openRedis({ nodes: [server.node], password: '', database: 0 }, { deadlineMs: cacheDeadlineMs });
  const cache = redisCache(redis);
  const arena = 'x'.repeat(2_000_000);
  await cache.set('arena', arena, 60_000);
  expect(await cache.get('arena')).toBe(arena);
  server.hang();
  // One after another, these would take longer than the test may if each waited for its deadline.
  for (let i = 0; i < 1000; i++) expect(await cache.get('arena')).toBeUndefined();
  server.wake();
  await eventually(async () => (await cache.get('arena')) === arena);
  await redis.close();
  await server.stop();
}, 30_000);
