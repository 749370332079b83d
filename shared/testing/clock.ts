import type { Clock } from '../async/clock.ts';

/** A clock that stands still until a test moves it. */
export function testClock(startMs = Date.UTC(2030, 0, 1)): Clock & { advance(ms: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
