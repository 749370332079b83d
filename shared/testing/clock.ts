import type { Clock } from '../async/clock.ts';

/** A clock that stands still until it is moved. */
export function testClock(startMs = Date.UTC(2030, 0, 1)): Clock & { advance(ms: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
