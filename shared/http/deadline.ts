/** The timer runs at least this often, so work may be late by as much. */
const sweepEveryMs = 250;

type Waiting = { due: number; done: boolean; expire(): void };

const forgotten = () => {};

/**
 * Waits for work: resolves to true when it ended, to false when it took longer than `ms`. All work has the same
 * deadline, so one timer serves all of it: a timer and a race for each would be a tenth of a small request's cost.
 */
export function deadline(ms: number): (work: Promise<void>) => Promise<boolean> {
  let queue: Waiting[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;

  function sweep(): void {
    const now = performance.now();
    const first = queue.findIndex((one) => !one.done && one.due > now);
    const gone = first === -1 ? queue : queue.slice(0, first);
    for (const one of gone) if (!one.done) one.expire();
    queue = first === -1 ? [] : queue.slice(first);
    if (queue.length > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return (work) =>
    new Promise((resolve, reject) => {
      const one: Waiting = { due: performance.now() + ms, done: false, expire: () => resolve(false) };
      queue.push(one);
      timer ??= setInterval(sweep, Math.min(sweepEveryMs, ms));
      work.then(
        () => {
          one.done = true;
          one.expire = forgotten;
          resolve(true);
        },
        (error) => {
          one.done = true;
          one.expire = forgotten;
          reject(error);
        },
      );
    });
}
