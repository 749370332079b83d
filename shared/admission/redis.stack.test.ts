import { expect, setSystemTime, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { createMetrics } from '../http/metrics.ts';
import { createLog } from '../process/log.ts';
import { openRedis } from '../redis/client.ts';
import { eventually } from '../testing/eventually.ts';
import { startRedis } from '../testing/redis-server.ts';
import { stackRedis } from '../testing/stack.ts';
import { rateLimitConformance } from './rate-limit.conformance.ts';
import { redisRateLimit } from './redis.ts';
import { opener } from './write-limits.ts';

rateLimitConformance('Redis', async () => {
  const keyPrefix = `test-${randomUUID()}:`;
  const [redis, plain] = [openRedis(stackRedis(), { keyPrefix }), openRedis(stackRedis())];
  const keys = () => plain.run(() => (plain.client as Redis).keys(`${keyPrefix}*`));
  return {
    make: (policy) => redisRateLimit(redis, policy),
    async advance(ms) {
      setSystemTime(Date.now() + ms);
      for (const key of await keys()) await plain.client.pexpire(key, (await plain.client.pttl(key)) - ms);
    },
    async close() {
      setSystemTime();
      for (const key of await keys()) await plain.client.del(key);
      await Promise.all([redis.close(), plain.close()]);
    },
  };
});

test('processes share a limit in Redis, and one of them forgets no count of another', async () => {
  const [one, other] = [openRedis(stackRedis()), openRedis(stackRedis())];
  const policy = { name: `test-${randomUUID()}`, quota: 4, windowS: 60 };
  const limits = [redisRateLimit(one, policy), redisRateLimit(other, policy)];
  const taken = await Promise.all(Array.from({ length: 20 }, (_, i) => limits[i % 2]!.take('a')));
  expect(taken.filter(({ isOver }) => !isOver)).toHaveLength(4);
  await one.client.del(`${policy.name}:a`);
  await Promise.all([one.close(), other.close()]);
});

test('a limit whose Redis hangs or is away stops nothing, says so once, and counts again when it is back', async () => {
  const server = await startRedis();
  const redis = openRedis({ nodes: [server.node], password: '', database: 0 });
  const lines: { msg: string }[] = [];
  const metrics = createMetrics('test');
  const log = createLog('test', 'info', { write: (line: string) => void lines.push(JSON.parse(line)) });
  const policy = { name: 'writes', quota: 2, windowS: 600 };
  const limit = opener({ log, metrics })(policy, redisRateLimit(redis, policy));
  const isCounted = async () => (await limit.take('a')) !== undefined;
  await eventually(isCounted);
  const before = lines.length;

  server.hang();
  // One after another, these would take longer than the test may if each waited for its deadline.
  for (let i = 0; i < 500; i++) expect(await limit.take(`b${i}`)).toBeUndefined();
  expect(lines.slice(before).map(({ msg }) => msg)).toEqual([
    'a rate limit can’t count: meanwhile every request passes it',
  ]);
  expect(await metrics.registry.metrics()).toMatch(
    /^rate_limit_failures_total\{limit="writes",service="test"\} 50\d$/m,
  );
  server.wake();
  await eventually(async () => (await limit.take('c')) !== undefined);
  await server.restartEmpty();
  await eventually(async () => (await limit.take('d')) !== undefined);
  await redis.close();
  await server.stop();
}, 30_000);
