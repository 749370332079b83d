import { ConfigError } from '../config/environment.ts';
import { inWords } from './failures.ts';
import { createLog, flushLog } from './log.ts';

/** A service that runs in this process. */
export type Running = {
  port: number;
  /** The address of the metrics, if they have their own. */
  metricsPort?: number | undefined;
  /** Resolves when it can do all its work, if that takes longer than to listen. */
  ready?: Promise<void>;
  /** Lets the requests under way finish, then gives everything back. */
  stop(): Promise<void>;
};

/** Repeats `work` with a pause in between, even if it fails, until stopped; stopping waits for the last run. */
export function every(
  ms: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let stopped = false;
  let wake = () => {};
  const loop = (async () => {
    while (!stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (!stopped) await work().catch(onError);
    }
  })();
  return () => {
    stopped = true;
    wake();
    return loop;
  };
}

/**
 * Runs until SIGINT, SIGTERM or the end of its terminal (SIGHUP), then stops and ends the process; a signal that comes
 * well after the first ends it at once. A failed start logs the reason in a line or two, with the stack only if
 * LOG_LEVEL is debug, and exits with 1.
 */
export async function runUntilSignalled(start: () => Promise<Pick<Running, 'stop'>>): Promise<void> {
  const ended = signalled();
  const running = await start().catch(fatal);
  await ended;
  const endedAt = performance.now();
  for (const signal of signals) process.on(signal, () => performance.now() - endedAt > echoMs && process.exit(1));
  await running.stop();
  flushLog();
  process.exit(0);
}

/** Runs a service until it is signalled, and logs its address. */
export function runService(name: string, start: () => Promise<Running>): Promise<void> {
  return runUntilSignalled(async () => {
    const running = await start();
    createLog(name, 'info').info({ port: running.port, metricsPort: running.metricsPort }, 'listening');
    return running;
  });
}

/**
 * Runs a subcommand, and then ends the process, whatever timers or connections remain. Errors as in
 * `runUntilSignalled`.
 */
export async function runOnce(work: () => Promise<void>): Promise<void> {
  await work().catch(fatal);
  flushLog();
  process.exit();
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One Ctrl-C comes several times: from the terminal, and from the launching process. */
const echoMs = 1500;

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) process.on(signal, () => resolve());
  });
}

function fatal(error: unknown): never {
  flushLog();
  const mendable = error instanceof ConfigError || error instanceof ListenError || error instanceof UsageError;
  if (/^(debug|trace)$/.test(process.env.LOG_LEVEL ?? '')) console.error(error);
  else if (mendable) console.error((error as Error).message);
  else console.error(`${inWords(error)}\n(LOG_LEVEL=debug tells where in the program it came from.)`);
  process.exit(1);
}

/** Thrown when an address is taken or not ours; the message names the variable that moves it. */
export class ListenError extends Error {}

/** A wrong command line; the message shows the right one. */
export class UsageError extends Error {}
