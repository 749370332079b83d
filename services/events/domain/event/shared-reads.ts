import { type Clock, sleep } from '../../../../shared/async/clock.ts';

export type SharedReadsOptions = {
  /** Between the beginnings of two reads that many callers share. */
  paceMs: number;
  /**
   * So many callers of one read are a crowd: then it is better that they wait than that the stores are read more often.
   */
  crowd: number;
  clock: Clock;
};

/**
 * Shares fresh reads among callers. A caller that arrives while a read is under way waits for the next one, so that
 * every result comes from a read that began after its request did. Reads follow one another without a pause, until each
 * has a crowd of callers: then they begin at most every `paceMs`, so that a rush costs the stores a bounded number of
 * reads.
 */
export function sharedReads<T>(read: () => Promise<T>, { paceMs, crowd, clock }: SharedReadsOptions) {
  let waiting: Promise<T> | undefined;
  let callers = 0;
  let current: Promise<unknown> = Promise.resolve();
  let last = { beganAt: -Infinity, callers: 0 };

  async function readInTurn(): Promise<T> {
    await current;
    if (Math.max(callers, last.callers) >= crowd) {
      const early = last.beganAt + paceMs - clock.now();
      if (early > 0) await sleep(early);
    }
    last = { beganAt: clock.now(), callers };
    waiting = undefined;
    callers = 0;
    const result = read();
    // Its end alone: the result, such as the seats of an arena, must not live as long as these reads.
    current = result.then(ended, ended);
    return result;
  }

  return function fresh(): Promise<T> {
    callers++;
    waiting ??= readInTurn();
    return waiting;
  };
}

const ended = () => {};
