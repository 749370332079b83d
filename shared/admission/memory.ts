import { RateLimiterMemory } from 'rate-limiter-flexible';
import { outcomeOf } from './outcome.ts';
import type { Policy, RateLimit } from './rate-limit.ts';

/** A limit of this process alone: several processes together let several times as much pass. */
export function memoryRateLimit({ name, quota, windowS }: Policy): RateLimit {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points: quota, duration: windowS });
  return { take: (key) => outcomeOf(limiter.consume(key)) };
}
