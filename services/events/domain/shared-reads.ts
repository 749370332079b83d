import { type Clock, sleep } from '../../../shared/clock.ts';

/**
 * Shares fresh reads among callers. A caller that arrives while a read is under way waits for the next one, so that
 * every answer comes from a read that began after its request did; and a read begins at most every `paceMs`, so that a
 * rush costs the stores a bounded number of reads and not one each. The first read after a pause begins at once.
 */
export function sharedReads<T>(read: () => Promise<T>, { paceMs, clock }: { paceMs: number; clock: Clock }) {
  let waiting: Promise<T> | undefined;
  let current: Promise<unknown> = Promise.resolve();
  let beganAt = -Infinity;

  async function readInTurn(): Promise<T> {
    await current;
    const early = beganAt + paceMs - clock.now();
    if (early > 0) await sleep(early);
    waiting = undefined;
    beganAt = clock.now();
    const result = read();
    current = result.catch(() => {});
    return result;
  }

  return function fresh(): Promise<T> {
    waiting ??= readInTurn();
    return waiting;
  };
}
