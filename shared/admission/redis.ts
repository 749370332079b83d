import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisServer } from '../redis/client.ts';
import { outcomeOf } from './outcome.ts';
import type { Policy, RateLimit } from './rate-limit.ts';

/** Every write waits for it. */
const deadlineMs = 200;

/**
 * A limit that all processes share. Whoever has used up the quota is refused by the process itself until it is whole
 * again. Throws `unavailable` while Redis is away.
 */
export function redisRateLimit({ client, run }: RedisServer, { name, quota, windowS }: Policy): RateLimit {
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: name,
    points: quota,
    duration: windowS,
    inMemoryBlockOnConsumed: quota,
  });
  return { take: (key) => run(() => outcomeOf(limiter.consume(key)), deadlineMs) };
}
