import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { openRedis } from '../redis/client.ts';
import { stackRedis } from '../testing/stack.ts';
import { cacheConformance } from './cache.conformance.ts';
import { redisCache } from './redis.ts';

cacheConformance('Redis', async () => {
  const keyPrefix = `test-${randomUUID()}:`;
  const [redis, plain] = [openRedis(stackRedis(), { keyPrefix }), openRedis(stackRedis())];
  const keys = () => plain.run(() => (plain.client as import('ioredis').Redis).keys(`${keyPrefix}*`));
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

test('without its server nothing is found, nothing is kept, and nothing is thrown', async () => {
  const redis = openRedis({ nodes: ['127.0.0.1:1'], password: '', database: 0 }, { deadlineMs: 50 });
  const cache = redisCache(redis);
  await cache.set('a', 'x', 1000);
  await cache.delete('a');
  expect(await cache.get('a')).toBeUndefined();
  await redis.close();
});

test('what is no text of ours counts as a miss', async () => {
  const redis = openRedis(stackRedis());
  const key = `test-${randomUUID()}`;
  await redis.run(() => redis.client.hset(key, 'not', 'a text'));
  expect(await redisCache(redis).get(key)).toBeUndefined();
  await redis.client.del(key);
  await redis.close();
});
