import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import { sleep } from '../async/clock.ts';
import { directly, type PostgresConfig } from '../config/config.ts';
import { AppError, isAppError, unavailable } from '../errors.ts';
import { tracingIsOn } from '../tracing/span.ts';
import { tracedSql } from '../tracing/sql.ts';
import { openDriver } from './driver.ts';
import { type Gathered, gathering } from './gathered.ts';
import { type Listener, listenTo } from './listen.ts';
import { asOutage, sqlState, troubles } from './outage.ts';
import * as schema from './schema.ts';
import { type Share, shares } from './share.ts';
import { writeCheck } from './write-check.ts';

export { sqlState } from './outage.ts';

export type Database = PostgresJsDatabase<typeof schema>;

/** A fragment of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** A pool of connections, with Drizzle over it for plain queries. */
export type Db = {
  sql: postgres.Sql;
  orm: Database;
  /**
   * Runs database work, at most one transaction, under a deadline; retries a few times after a deadlock or a
   * serialization failure. Throws `unavailable` for a server that is away, hung, restarting, out of space or of
   * connections, too old, read-only or a standby; every other error passes as it is.
   */
  run<T>(work: () => PromiseLike<T>): Promise<T>;
  /** Like `run`, but only the deadline: for callers that share one `run`. */
  wait<T>(work: () => PromiseLike<T>): Promise<T>;
  /** For work in a `run` that may wait for locked rows: each key, such as an event, has a share of the connections. */
  share: Share;
  /**
   * Gathers the work of many callers in one statement, each under a deadline as in `run`, and on the share of its key.
   */
  gathered: Gathered;
  /** Throws `unavailable` unless the server responds, and while it has lately refused calls for lack of a resource. */
  ping(): Promise<void>;
  /** Like `ping`, and also unless the server can write to its log and its disk. Checks at most once a second. */
  pingWrites(): Promise<void>;
  /** LISTENs, on a connection beside the pool, until the returned function is called, which `close` does not do. */
  listen(channel: string, listener: Listener): () => Promise<void>;
  close(): Promise<void>;
};

/** Called around every `run`. `end` gets the result of `begin`. */
export type CallMeter = { begin(): number; end(begun: number): void; unavailable(): void };

/**
 * `max` and `deadlineMs` override the configuration; `onQuery` gets the text of every query; `meter` makes the counter
 * of calls, given the maximum of connections. `oldest` is the oldest supported release of the server.
 */
export type OpenOptions = {
  max?: number;
  deadlineMs?: number;
  onQuery?: (text: string) => void;
  meter?: (connections: number) => CallMeter;
  oldest?: number;
  nowMs?: () => number;
  /** For statements on a few rows each, written in their join order: see `DriverOptions`. */
  asWritten?: boolean;
};

/**
 * A row to select from that makes the commit asynchronous: when the server dies in the next half second the transaction
 * may be lost, and with it everything that was committed later. For work that can be repeated.
 */
export const relaxed = (sql: postgres.Sql): Fragment =>
  sql`(select set_config('synchronous_commit', 'off', true)) as relaxed`;

/** Less than the second that a probe waits. */
const pingMs = 900;

/**
 * Opens a pool; connects on first use. A deadline of 0 means none.
 *
 * Drizzle changes the parsers of the client it wraps: a timestamp read by plain `sql` is PostgreSQL's text, and JSON
 * parameters are passed as text.
 */
export function openDb(config: PostgresConfig, options: OpenOptions = {}): Db {
  const deadlineMs = options.deadlineMs ?? config.deadlineMs;
  const max = options.max ?? config.maxOpenConns;
  const nowMs = options.nowMs ?? (() => performance.now());
  const { oldest, onQuery, asWritten } = options;
  const { sql: plain, close } = openDriver(config, { max, deadlineMs, oldest, onQuery, asWritten });
  const sql = tracingIsOn() ? tracedSql(plain, spanAttributes(config)) : plain;
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
    listen: (channel, listener) => listenTo({ ...directly(config), deadlineMs }, channel, listener),
    close: () => close(2),
  };
}

const spanAttributes = ({ host, port, database }: PostgresConfig) => ({
  'db.system.name': 'postgresql',
  'db.namespace': database,
  'server.address': host,
  'server.port': port,
});

/** Deadlock and serialization failure (SQLSTATE class 40): the server has rolled back, and the same may succeed now. */
const rolledBack = new Set(['40P01', '40001']);
const maxTries = 4;

async function retried<T>(work: () => PromiseLike<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === maxTries || !rolledBack.has(sqlState(error) ?? '')) throw error;
      // At random, so that colliding transactions do not collide again.
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
