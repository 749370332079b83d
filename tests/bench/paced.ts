import { sleep } from '../../shared/async/clock.ts';

/**
 * Repeats `work` at a steady rate, one at a time; it catches up after a delay. Ending it returns the reached rate, and
 * throws an error of `work`.
 */
export function paced(perSecond: number, work: () => Promise<unknown>): () => Promise<number> {
  const began = performance.now();
  let [done, stopped] = [0, false];
  const loop = (async () => {
    while (!stopped) {
      const early = began + (done * 1000) / perSecond - performance.now();
      if (early > 0) await sleep(early);
      await work();
      done++;
    }
  })();
  // An error is read at the end; until then there is no listener.
  loop.catch(() => {});
  return async () => {
    stopped = true;
    await loop;
    return (done * 1000) / (performance.now() - began);
  };
}
