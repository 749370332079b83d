import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on standard output (or `destination`), each with its service's name. */
export function createLog(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options, standardOutput());
}

/** A log that says nothing, for tests. */
export const silentLog: Logger = pino({ level: 'silent' });

let output: ReturnType<typeof pino.destination> | undefined;

/** Lines are gathered and written many at a time: a write per request would be most of a small request's cost. */
function standardOutput() {
  if (output) return output;
  output = pino.destination({ dest: 1, sync: false, minLength: 8192 });
  const flush = setInterval(() => output?.flush(), 100);
  flush.unref();
  process.on('exit', flushLog);
  return output;
}

/** Writes what is still gathered; called before the process ends. */
export function flushLog(): void {
  try {
    output?.flushSync();
  } catch {
    // The reader of our output has gone, and there is no one left to tell.
  }
}
