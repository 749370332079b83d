import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import { type DestinationStream, type Logger, pino } from 'pino';
import { type SpanIds, spanIds } from '../tracing/span.ts';

export type { Logger } from 'pino';

/** JSON lines on standard output (or `destination`), each with its service's name. */
export function createLog(service: string, level: string, destination: DestinationStream = standardOutput): Logger {
  const options = {
    level,
    base: { service },
    timestamp,
    mixin: spanIds,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination);
}

/** Logs one warning per line, unless `level` is above warnings. */
export function warn(service: string, level: string | undefined, lines: string[]): void {
  const log = createLog(service, level && level in pino.levels.values ? level : 'info');
  for (const line of lines) log.warn(line);
}

/** A silent log, for tests. */
export const silentLog: Logger = pino({ level: 'silent' });

export type RequestLine = SpanIds & {
  id: string;
  method: string;
  path: string;
  route: string;
  status: number;
  ms: number;
};

/** Writes request lines to a log: the same JSON as `log.info(line, 'request')`, at a third of the cost. */
export function requestLog(log: Logger): (line: RequestLine) => void {
  const internals = log as unknown as Record<symbol, unknown>;
  const stream = internals[pino.symbols.streamSym] as DestinationStream;
  const bindings = internals[pino.symbols.chindingsSym] as string;
  return ({ id, method, path, route, status, ms, trace_id, span_id }) => {
    if (!log.isLevelEnabled('info')) return;
    const where = `"method":"${method}","path":${JSON.stringify(path)},"route":"${route}"`;
    const trace = trace_id === undefined ? '' : `,"trace_id":"${trace_id}","span_id":"${span_id}"`;
    stream.write(
      `{"level":"info"${timestamp()}${bindings},"id":"${id}",${where},"status":${status},"ms":${ms}${trace},"msg":"request"}\n`,
    );
  };
}

let stampedMs = 0;
let stamp = '';

/** Many lines share a millisecond, and its text. */
function timestamp(): string {
  const nowMs = Date.now();
  if (nowMs !== stampedMs) {
    stampedMs = nowMs;
    stamp = `,"time":"${new Date(nowMs).toISOString()}"`;
  }
  return stamp;
}

const flushAfterMs = 50;
const maxWaiting = 1000;
let lines: string[] = [];
let unwritten = new Uint8Array(0);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Lines are gathered and written many at a time: a write for each would be most of a small request's cost. */
const standardOutput: DestinationStream = {
  write(line) {
    lines.push(line);
    if (lines.length >= maxWaiting) flushLog();
    else timer ??= setTimeout(flushLog, flushAfterMs);
  },
};

process.on('exit', flushLog);

/** Writes the gathered lines; called before the process ends. */
export function flushLog(): void {
  clearTimeout(timer);
  timer = undefined;
  const bytes = Buffer.concat([unwritten, Buffer.from(lines.join(''))]);
  lines = [];
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written);
  } catch (error) {
    // A slow reader gets the rest later; one that has gone needs nothing more.
    const isSlow = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
    if (!isSlow) written = bytes.length;
    else timer = setTimeout(flushLog, flushAfterMs);
  }
  unwritten = new Uint8Array(bytes.subarray(written));
}
