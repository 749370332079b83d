import { sleep } from './clock.ts';

/** How long a process works without a pause; a rush has many such pieces of work. */
const sliceMs = 8;

/** Runs a generator in slices, between which other tasks run. */
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

/** Runs it at once. */
export function inOneGo<T>(work: Iterator<void, T, void>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
