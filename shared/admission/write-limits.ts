import type { Metrics } from '../http/metrics.ts';
import type { Logger } from '../process/log.ts';
import type { RedisServer } from '../redis/client.ts';
import type { RateLimitConfig } from './config.ts';
import { memoryRateLimit } from './memory.ts';
import type { OpenLimit, Policy, RateLimit, WriteLimits } from './rate-limit.ts';
import { redisRateLimit } from './redis.ts';

/**
 * Returns the limits on writes, counted in Redis where there is one; undefined where none is set. While Redis is away
 * they let everything pass, for they must not stop a sale.
 */
export function writeLimits(
  { perUser, perAddress, windowS }: RateLimitConfig,
  redis: RedisServer | undefined,
  deps: { log: Logger; metrics: Metrics },
): WriteLimits | undefined {
  if (!perUser && !perAddress) return undefined;
  const opened = opener(deps);
  const limitOf = (name: string, quota: number) => {
    const policy = { name, quota, windowS };
    return opened(policy, redis ? redisRateLimit(redis, policy) : memoryRateLimit(policy));
  };
  return {
    ...(perUser && { perUser: limitOf('writes-user', perUser) }),
    ...(perAddress && { perAddress: limitOf('writes-address', perAddress) }),
  };
}

/** Returns a function that opens a limit: what it can't count passes, and the metrics and the log tell. */
export function opener({ log, metrics }: { log: Logger; metrics: Metrics }) {
  const refused = metrics.labelled('rate_limit_refusals_total', 'Writes that a rate limit refused, by limit', 'limit');
  const passed = metrics.labelled('rate_limit_failures_total', 'Writes that a limit could not count', 'limit');

  return (policy: Policy, limit: RateLimit): OpenLimit => {
    const { name } = policy;
    let isAway = false;
    refused(name, 0);
    passed(name, 0);
    return {
      ...policy,
      async take(key) {
        try {
          const taken = await limit.take(key);
          isAway = false;
          if (taken.isOver) refused(name);
          return taken;
        } catch (err) {
          passed(name);
          if (!isAway) log.warn({ err, limit: name }, 'a rate limit can’t count: meanwhile every request passes it');
          isAway = true;
          return undefined;
        }
      },
    };
  };
}
