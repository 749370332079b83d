import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import { sleep } from '../async/clock.ts';
import type { PostgresConfig } from '../config/config.ts';
import { AppError, isAppError, unavailable } from '../errors.ts';
import { openDriver } from './driver.ts';
import { type Gathered, gathering } from './gathered.ts';
import { type Listener, listenTo } from './listen.ts';
import { asOutage, sqlState, troubles } from './outage.ts';
import * as schema from './schema.ts';
import { type Share, shares } from './share.ts';
import { writeCheck } from './write-check.ts';

export { sqlState } from './outage.ts';

export type Database = PostgresJsDatabase<typeof schema>;

/** A piece of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** A pool of connections, with Drizzle over it for what reads better that way. */
export type Db = {
  sql: postgres.Sql;
  orm: Database;
  /**
   * Runs database work, at most one transaction, under a deadline; again, some times, when the server has rolled it back
   * for the sake of others. A server that is away, hung, restarting, out of room or of connections, too old, read-only or a
   * standby throws `unavailable`; every other error passes as it is.
   */
  run<T>(work: () => PromiseLike<T>): Promise<T>;
  /** The deadline of `run` alone, for who waits for a `run` that is made for several callers. */
  wait<T>(work: () => PromiseLike<T>): Promise<T>;
  /** For work in a `run` that may wait for somebody else's rows: a key, such as an event, has its share of the connections. */
  share: Share;
  /** Work of many callers by one statement, each under a deadline as in `run`, and with the share of its key. */
  gathered: Gathered;
  /** Throws `unavailable` unless the server answers, and while it has lately refused calls for want of something. */
  ping(): Promise<void>;
  /** As `ping`, and unless the server can write: into its log and to its disk. Asks at most once a second. */
  pingWrites(): Promise<void>;
  /** LISTENs, on a connection beside the pool, until the answer is called, which `close` does not do. */
  listen(channel: string, listener: Listener): () => Promise<void>;
  close(): Promise<void>;
};

/** Told of every `run`. What `begin` answers comes back to `end`. */
export type CallMeter = { begin(): number; end(begun: number): void; unavailable(): void };

/**
 * `max` and `deadlineMs` override the configuration; `onQuery` sees the text of every query sent; `meter` makes what counts
 * the calls, given the most connections there will be. `oldest` is the first release of the server that will do.
 */
export type OpenOptions = {
  max?: number;
  deadlineMs?: number;
  onQuery?: (text: string) => void;
  meter?: (connections: number) => CallMeter;
  oldest?: number;
  nowMs?: () => number;
  /** For statements that each mean a few rows, and name the way to them: see `DriverOptions`. */
  asWritten?: boolean;
};

/**
 * A row to select from, by which a statement's transaction is not waited for on the disk: when the server dies in the next
 * half second it may be forgotten, and with it all that was committed later. For what can be done again.
 */
export const relaxed = (sql: postgres.Sql): Fragment =>
  sql`(select set_config('synchronous_commit', 'off', true)) as relaxed`;

/** Of the second that a probe waits. */
const pingMs = 900;

/**
 * Opens a pool; connects on first use. A deadline of 0 is none.
 *
 * Drizzle changes the parsers of the client it wraps: a timestamp read by plain `sql` is PostgreSQL's text, and JSON
 * parameters are passed as text.
 */
export function openDb(config: PostgresConfig, options: OpenOptions = {}): Db {
  const deadlineMs = options.deadlineMs ?? config.deadlineMs;
  const max = options.max ?? config.maxOpenConns;
  const nowMs = options.nowMs ?? (() => performance.now());
  const { oldest, onQuery, asWritten } = options;
  const { sql, close } = openDriver(config, { max, deadlineMs, oldest, onQuery, asWritten });
  const meter = options.meter?.(max);
  const trouble = troubles(nowMs);
  const guard: Guard = { deadlineMs, meter, met: trouble.met };
  const run = <T>(work: () => PromiseLike<T>) => guarded(() => retried(work), guard);
  const ask = (work: () => PromiseLike<unknown>) =>
    guarded(work, { ...guard, deadlineMs: pingMs }).catch((error) => Promise.reject(trouble.explain(error)));
  const write = writeCheck((statements) => ask(() => sql.unsafe(statements)), config.applicationName, nowMs);
  const unlessFailing = async (check: () => Promise<unknown>) => {
    const failing = trouble.failing();
    if (failing) throw failing;
    await check();
  };
  const share = shares(sql, { max, deadlineMs, nowMs });
  const wait = <T>(work: () => PromiseLike<T>) => guarded(work, { deadlineMs });
  return {
    sql,
    orm: drizzle(sql, { schema }),
    run,
    share,
    wait,
    gathered: gathering({ run, wait, share, deadlineMs, nowMs }),
    ping: () => unlessFailing(() => ask(() => sql`select 1`)),
    pingWrites: () => unlessFailing(write),
    listen: (channel, listener) => listenTo({ ...config, deadlineMs }, channel, listener),
    close: () => close(2),
  };
}

/** Deadlock and serialization failure (SQLSTATE class 40): the server has rolled back, and the same may succeed now. */
const rolledBack = new Set(['40P01', '40001']);
const maxTries = 4;

async function retried<T>(work: () => PromiseLike<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === maxTries || !rolledBack.has(sqlState(error) ?? '')) throw error;
      // By chance, so that those who met do not meet again.
      await sleep(Math.random() * 10 * tried);
    }
  }
}

type Guard = { deadlineMs: number; meter?: CallMeter | undefined; met?: (told: unknown) => void };

async function guarded<T>(work: () => PromiseLike<T>, { deadlineMs, meter, met }: Guard): Promise<T> {
  const begun = meter?.begin() ?? 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    if (deadlineMs === 0) return;
    timer = setTimeout(() => reject(unavailable('PostgreSQL', new Error(`no answer in ${deadlineMs} ms`))), deadlineMs);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    const told = error instanceof AppError ? error : (asOutage(error) ?? error);
    met?.(told);
    if (isAppError(told, 'unavailable')) meter?.unavailable();
    throw told;
  } finally {
    clearTimeout(timer);
    meter?.end(begun);
  }
}
