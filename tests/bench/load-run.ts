import type { Socket } from 'bun';
import { type Histogram, newHistogram, record } from './histogram.ts';
import { requestsOf, type Source } from './requests.ts';
import { ResponseParser } from './response-parser.ts';

export type Load = {
  port: number;
  /** Kept alive, each with one request under way at most. */
  connections: number;
  source: Source;
  /** Sending ends after this time, or after `requests`. */
  ms: number;
  requests?: number;
  /** Sends at this rate whatever the responses, and counts a request's time from when it was due. */
  perSecond?: number;
};

export type LoadResult = {
  /** Responses before sending ended, in `seconds`. */
  answered: number;
  seconds: number;
  /** Every response by its status, also the last ones under way when sending ended. */
  statuses: Record<string, number>;
  bodyBytes: number;
  latency: Histogram;
  /** The generator's own processor time. */
  cpuSeconds: number;
};

type Connection = { sentAt: number; busy: boolean; parser: ResponseParser; unsent: Buffer | undefined };

/** A response that does not come in this time fails the run. */
const patienceMs = 10_000;

/** Loads a server on this machine. Rejects when a connection fails, or a response is missing or can't be parsed. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const next = requestsOf(load.source);
  const limit = load.requests ?? Number.POSITIVE_INFINITY;
  const result = { answered: 0, seconds: 0, statuses: {} as Record<string, number>, bodyBytes: 0 };
  const latency = newHistogram();
  const idle: Socket<Connection>[] = [];
  const due: number[] = [];
  const { promise: finished, resolve: finish, reject: fail } = Promise.withResolvers<void>();
  let [sent, underway, ended] = [0, 0, false];

  const sockets = await Promise.all(Array.from({ length: load.connections }, connect));
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const timers = [setTimeout(end, load.ms), load.perSecond ? setInterval(schedule, 1) : undefined];
  if (load.perSecond) idle.push(...sockets);
  else for (const socket of sockets) send(socket, performance.now());

  try {
    await finished;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { ...result, latency, cpuSeconds: (user + system) / 1e6 };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    ended = true;
    for (const socket of sockets) socket.end();
  }

  function connect(): Promise<Socket<Connection>> {
    const connection: Connection = { sentAt: 0, busy: false, parser: undefined as never, unsent: undefined };
    const opened = Bun.connect<Connection>({
      hostname: '127.0.0.1',
      port: load.port,
      data: connection,
      socket: {
        data(socket, chunk) {
          try {
            socket.data.parser.push(chunk);
          } catch (error) {
            fail(error);
          }
        },
        drain: flush,
        error: (_, error) => fail(error),
        close: ({ data }) => {
          if (data.busy) fail(new Error('the server closed a connection before it had answered'));
        },
      },
    });
    return opened.then((socket) => {
      connection.parser = new ResponseParser((status, bytes) => onResponse(socket, status, bytes));
      return socket;
    });
  }

  function send(socket: Socket<Connection>, sentAt: number): void {
    const { data } = socket;
    data.sentAt = sentAt;
    data.busy = true;
    data.unsent = next();
    sent++;
    underway++;
    flush(socket);
  }

  function flush(socket: Socket<Connection>): void {
    const { unsent } = socket.data;
    if (!unsent) return;
    const written = socket.write(unsent);
    socket.data.unsent = written < unsent.length ? unsent.subarray(Math.max(0, written)) : undefined;
  }

  function onResponse(socket: Socket<Connection>, status: number, bytes: number): void {
    const now = performance.now();
    const { data } = socket;
    if (!data.busy) {
      fail(new Error('an answer that nobody asked for'));
      return;
    }
    data.busy = false;
    underway--;
    record(latency, now - data.sentAt);
    result.statuses[status] = (result.statuses[status] ?? 0) + 1;
    result.bodyBytes += bytes;
    if (!ended) result.answered++;
    if (due.length > 0) send(socket, due.shift()!);
    else if (ended) finishWhenQuiet();
    else if (sent >= limit) {
      if (underway === 0) end();
    } else if (load.perSecond) idle.push(socket);
    else send(socket, now);
  }

  /** Sends the requests that are due on idle connections; without one they wait, and their time runs. */
  function schedule(): void {
    const now = performance.now();
    for (let n = sent + due.length; n < limit; n++) {
      const at = started + (n * 1000) / load.perSecond!;
      if (at > now) break;
      const socket = idle.pop();
      if (socket) send(socket, at);
      else due.push(at);
    }
  }

  function end(): void {
    if (ended) return;
    ended = true;
    result.seconds = (performance.now() - started) / 1000;
    clearInterval(timers[1]);
    timers.push(setTimeout(() => fail(new Error(`${underway} requests without an answer`)), patienceMs));
    finishWhenQuiet();
  }

  function finishWhenQuiet(): void {
    if (underway === 0 && due.length === 0) finish();
  }
}
