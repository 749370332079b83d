import { parentPort, Worker } from 'node:worker_threads';
import { AppError } from '../errors.ts';

/** Calculations by name. What they take and return is copied between threads: no functions, no classes. */
type Work = { [name: string]: (...args: never[]) => unknown };

/** The same calculations, done elsewhere. */
export type Later<W extends Work> = { [N in keyof W]: (...args: Parameters<W[N]>) => Promise<ReturnType<W[N]>> };

export type ThreadOptions = {
  /** What they work on, for messages: `seating plans`. */
  about: string;
  /** Most threads at a time. */
  most: number;
  /** Most calls that wait for one; the next is refused. */
  waiting: number;
  /** A call that takes longer is ended, with its thread. */
  timeLimitMs: number;
  /** A thread without work gives its memory back after so long. */
  idleMs: number;
};

type Call = { name: string; args: unknown[]; resolve(value: unknown): void; reject(error: Error): void };
type Answer = { value: unknown } | { error: unknown };
type Thread = { take(call: Call): void; end(): Promise<unknown> };

/**
 * Returns `work` as done by threads that run `file` (which calls `serveThread`), so that the event loop goes on
 * meanwhile. Rejects with `unavailable` and a sentence when too many calls wait, when one takes too long, and when its
 * thread dies; the next call gets a new thread. `close` ends them all.
 */
export function inThreads<W extends Work>(
  work: W,
  file: URL,
  options: ThreadOptions,
): { work: Later<W>; close(): Promise<void> } {
  const { about, most, waiting } = options;
  const queue: Call[] = [];
  const threads = new Set<Thread>();
  const free: Thread[] = [];

  function next(): void {
    while (queue.length > 0 && (free.length > 0 || threads.size < most)) {
      const thread = free.pop() ?? open();
      thread.take(queue.shift()!);
    }
  }

  function open(): Thread {
    const thread = openThread(file, options, {
      onFree() {
        free.push(thread);
        next();
      },
      onEnd() {
        threads.delete(thread);
        const at = free.indexOf(thread);
        if (at >= 0) free.splice(at, 1);
        next();
      },
    });
    threads.add(thread);
    return thread;
  }

  const call = (name: string, args: unknown[]) =>
    new Promise((resolve, reject) => {
      if (queue.length >= waiting) {
        const message = `Too many ${about} are at work; send the request again in a moment`;
        return reject(new AppError('unavailable', message));
      }
      queue.push({ name, args, resolve, reject });
      next();
    });

  const calls = Object.keys(work).map((name) => [name, (...args: unknown[]) => call(name, args)]);
  return {
    work: Object.fromEntries(calls),
    async close() {
      const ended = new AppError('unavailable', 'The service is stopping; send the request again in a moment');
      for (const { reject } of queue.splice(0)) reject(ended);
      await Promise.all([...threads].map((thread) => thread.end()));
    },
  };
}

function openThread(
  file: URL,
  { about, timeLimitMs, idleMs }: ThreadOptions,
  { onFree, onEnd }: { onFree(): void; onEnd(): void },
): Thread {
  const worker = new Worker(file);
  let current: Call | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasEnded = false;

  function end(why: string, cause?: unknown): Promise<unknown> {
    if (!hasEnded) {
      hasEnded = true;
      clearTimeout(timer);
      const message = `The work on the ${about} ended before it was done; send the request again in a moment`;
      current?.reject(new AppError('unavailable', message, { cause: new Error(why, { cause }) }));
      onEnd();
    }
    return worker.terminate();
  }

  worker.on('message', (answer: Answer) => {
    if (hasEnded || !current) return;
    const { resolve, reject } = current;
    current = undefined;
    clearTimeout(timer);
    if ('value' in answer) resolve(answer.value);
    else reject(answer.error as Error);
    timer = setTimeout(() => void end('it had nothing to do'), idleMs);
    timer.unref();
    // It must not keep the process from ending.
    worker.unref();
    onFree();
  });
  worker.on('error', (error) => void end('the thread has failed', error));
  worker.on('exit', (code) => void end(`the thread has ended, with code ${code}`));

  return {
    take(call) {
      clearTimeout(timer);
      current = call;
      timer = setTimeout(() => void end(`the thread took more than ${timeLimitMs} ms`), timeLimitMs);
      worker.ref();
      worker.postMessage({ name: call.name, args: call.args });
    },
    end: () => end('the service is stopping'),
  };
}

/** Does the calls of `inThreads` in this thread, one after the other. Bytes that are returned are moved, not copied. */
export function serveThread(work: Work): void {
  const port = parentPort;
  port?.on('message', ({ name, args }: { name: string; args: never[] }) => {
    try {
      const value = work[name]!(...args);
      port.postMessage({ value }, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []);
    } catch (error) {
      port.postMessage({ error });
    }
  });
}

/** Returns `work` as `inThreads` does, done in this thread: for commands and tests. */
export function inThisThread<W extends Work>(work: W): Later<W> {
  const calls = Object.entries(work).map(([name, one]) => [name, async (...args: never[]) => one(...args)]);
  return Object.fromEntries(calls);
}
