import { type Clock, sleep as realSleep } from '../../../../shared/async/clock.ts';
import { AppError } from '../../../../shared/errors.ts';
import type { SearchIndex } from '../index/search-index.ts';

/** How long a search waits at most for a version. */
const patienceMs = 2000;
/** Between two looks, which all who wait share: at first short, for most versions come within milliseconds. */
const pausesMs = { first: 5, longest: 50 };

export type AwaitVersionDeps = {
  index: Pick<SearchIndex, 'lookFreshness' | 'freshness'>;
  clock: Clock;
  sleep?: (ms: number) => Promise<void>;
};

/**
 * Returns a function that resolves when the index has all that a version has, and throws `unavailable` when it does not
 * get there in two seconds. However many wait, the index is asked for one of them.
 */
export function awaitVersion({ index, clock, sleep = realSleep }: AwaitVersionDeps) {
  const waiting = new Set<{ version: bigint; until: number; settle: PromiseWithResolvers<void> }>();
  let looking = false;

  return function reached(version: bigint): Promise<void> {
    if (has(index.freshness()?.position, version)) return Promise.resolve();
    const settle = Promise.withResolvers<void>();
    waiting.add({ version, until: clock.now() + patienceMs, settle });
    if (!looking) void look();
    return settle.promise;
  };

  async function look(): Promise<void> {
    looking = true;
    let pauseMs = pausesMs.first;
    while (waiting.size > 0) {
      const asked = [...waiting];
      let trouble: unknown;
      try {
        const position = (await index.lookFreshness())?.position;
        for (const one of asked) if (has(position, one.version)) end(one, one.settle.resolve);
      } catch (error) {
        trouble = error;
      }
      for (const one of waiting) if (clock.now() >= one.until) end(one, () => one.settle.reject(trouble ?? late()));
      if (waiting.size > 0) await sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, pausesMs.longest);
    }
    looking = false;
  }

  function end(one: typeof waiting extends Set<infer W> ? W : never, settle: () => void): void {
    waiting.delete(one);
    settle();
  }
}

const has = (position: bigint | undefined, version: bigint) => position !== undefined && position >= version;

const late = () =>
  new AppError('unavailable', 'The index does not have this min_version yet; repeat the search in a moment', {
    cause: new Error('the index is behind the version that was asked for'),
  });
