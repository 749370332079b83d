import { ConfigError } from '../config/environment.ts';
import { inWords } from './failures.ts';
import { createLog, flushLog } from './log.ts';

/** A service that runs in this process. */
export type Running = {
  port: number;
  /** Where the metrics are, if they have an address of their own. */
  metricsPort?: number | undefined;
  /** Resolves when it can do all its work, where that takes longer than to listen. */
  ready?: Promise<void>;
  /** Lets the requests under way finish, then gives everything back. */
  stop(): Promise<void>;
};

/** Repeats `work` with a pause in between, whatever becomes of it, until stopped; stopping waits for the last one. */
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
 * Runs until SIGINT, SIGTERM or the end of its terminal (SIGHUP), then stops and ends the process; a signal that comes well
 * after the first ends it at once. A start that fails
 * says why in a line or two, with the stack only where LOG_LEVEL is debug, and exits with 1.
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

/** Runs a service until it is signalled, and logs where it listens. */
export function runService(name: string, start: () => Promise<Running>): Promise<void> {
  return runUntilSignalled(async () => {
    const running = await start();
    createLog(name, 'info').info({ port: running.port, metricsPort: running.metricsPort }, 'listening');
    return running;
  });
}

/** Runs a subcommand, and ends the process with it: no timer or connection keeps it. Errors as in `runUntilSignalled`. */
export async function runOnce(work: () => Promise<void>): Promise<void> {
  await work().catch(fatal);
  flushLog();
  process.exit();
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One Ctrl-C comes several times: from the terminal, and passed on by whatever launched us. */
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

/** A command line that makes no sense; the message says what would. */
export class UsageError extends Error {}
