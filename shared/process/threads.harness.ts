import { serveThread } from './threads.ts';

/** What the threads of `threads.test.ts` do. */
export const work = {
  double: (value: number) => 2 * value,
  bytes: (length: number) => new Uint8Array(length).fill(7),
  refuse: (message: string): never => {
    throw new Error(message);
  },
  exit: (code: number): never => process.exit(code),
  /** Fails outside a call, as a bug in a library might. */
  fail: () => void setTimeout(() => Promise.reject(new Error('nobody catches it'))),
  block(ms: number): void {
    const end = performance.now() + ms;
    while (performance.now() < end);
  },
};

serveThread(work);
