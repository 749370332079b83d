import { ConfigError } from './config.ts';
import { ListenError } from './http/serve.ts';
import { createLog, flushLog } from './log.ts';

/** A service that runs in this process. */
export type Running = {
  port: number;
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
 * Runs until SIGINT or SIGTERM, then stops and ends the process; a second signal ends it at once. A start that fails
 * for a reason the operator can mend says just that and exits with 1.
 */
export async function runUntilSignalled(start: () => Promise<Pick<Running, 'stop'>>): Promise<void> {
  const ended = signalled();
  const running = await start().catch(fatal);
  await ended;
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  await running.stop();
  flushLog();
  process.exit(0);
}

/** Runs a service until it is signalled, and logs where it listens. */
export function runService(name: string, start: () => Promise<Running>): Promise<void> {
  return runUntilSignalled(async () => {
    const running = await start();
    createLog(name, 'info').info({ port: running.port }, 'listening');
    return running;
  });
}

/** Runs a subcommand to its end; errors as in `runUntilSignalled`. */
export async function runOnce(work: () => Promise<void>): Promise<void> {
  await work().catch(fatal);
  flushLog();
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function fatal(error: unknown): never {
  flushLog();
  const mendable = error instanceof ConfigError || error instanceof ListenError || error instanceof UsageError;
  console.error(mendable ? (error as Error).message : error);
  process.exit(1);
}

/** A command line that makes no sense; the message says what would. */
export class UsageError extends Error {}
