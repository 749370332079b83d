import { sleep } from '../../shared/async/clock.ts';

/**
 * Repeats `work` at a steady rate, one at a time; what comes late is made up for. Ending it answers the rate that it
 * reached, and throws what `work` threw.
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
  // It is looked at when it is ended; until then nobody listens.
  loop.catch(() => {});
  return async () => {
    stopped = true;
    await loop;
    return (done * 1000) / (performance.now() - began);
  };
}
