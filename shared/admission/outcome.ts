import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Taken } from './rate-limit.ts';

/** Returns the outcome of a limiter's `consume`, which throws it where it refuses. */
export const outcomeOf = (consumed: Promise<RateLimiterRes>): Promise<Taken> =>
  consumed.then(
    (result) => taken(result, false),
    (thrown) => {
      if (thrown instanceof RateLimiterRes) return taken(thrown, true);
      throw thrown;
    },
  );

const taken = ({ remainingPoints, msBeforeNext }: RateLimiterRes, isOver: boolean): Taken => ({
  isOver,
  remaining: remainingPoints,
  resetsInMs: msBeforeNext,
});
