import { sleep } from './clock.ts';

/** Of the time in which a process does nothing else; a rush has many such pieces of work. */
const sliceMs = 8;

/** Does work that yields now and then in slices, between which everything else has its turn. */
export async function inSlices<T>(work: Iterator<void, T, void>): Promise<T> {
  for (;;) {
    const end = performance.now() + sliceMs;
    do {
      const step = work.next();
      if (step.done) return step.value;
    } while (performance.now() < end);
    await sleep(0);
  }
}

/** The same at once. */
export function inOneGo<T>(work: Iterator<void, T, void>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
