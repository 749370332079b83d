import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { sleep } from '../clock.ts';
import type { PostgresConfig } from '../config.ts';
import { AppError, isAppError, unavailable } from '../errors.ts';
import { asOutage, fitness, sqlState, troubles } from './outage.ts';
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
  /** Throws `unavailable` unless the server answers, and while it has lately refused calls for want of something. */
  ping(): Promise<void>;
  /** As `ping`, and unless the server can write: into its log and to its disk. Asks at most once a second. */
  pingWrites(): Promise<void>;
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
};

/** The server ends a statement at its deadline: a connection that is silent for longer leads to no server that works. */
const silenceMs = 500;
/** Of the second that a probe waits. */
const pingMs = 900;
/** A session whose process is gone or stopped in the middle of a transaction must not keep its rows from others. */
const idleTransactionMs = 10_000;

/**
 * Opens a pool; connects on first use. A deadline of 0 is none. A connection without an answer at its deadline is destroyed, and
 * with it all idle ones of this process to the same address: they may lead to a server that is there no more.
 *
 * Drizzle changes the parsers of the client it wraps: a timestamp read by plain `sql` is PostgreSQL's text, and JSON
 * parameters are passed as text.
 */
export function openDb(config: PostgresConfig, options: OpenOptions = {}): Db {
  const deadlineMs = options.deadlineMs ?? config.deadlineMs;
  const max = options.max ?? config.maxOpenConns;
  const nowMs = options.nowMs ?? (() => performance.now());
  const neighbours = neighboursAt(config);
  // What our patch adds to the driver has no types.
  const added = {
    queue_timeout: deadlineMs === 0 ? null : deadlineMs / 1000,
    answer_timeout: deadlineMs === 0 ? null : (deadlineMs + silenceMs) / 1000,
    fitness: fitness(options.oldest),
    onsilent: () => neighbours.forEach((drop) => void drop()),
  };
  const sql = postgres({
    ...added,
    ...connectionOf(config),
    max,
    idle_timeout: config.connMaxIdleTimeMs / 1000,
    max_lifetime: config.connMaxLifetimeMs === 0 ? null : config.connMaxLifetimeMs / 1000,
    connect_timeout: Math.max(1, Math.floor((deadlineMs || 5000) / 1000)),
    // A short constant pause: the pool must be back within a moment of the server, not after a grown backoff.
    backoff: () => 0.1,
    onnotice: () => {},
    ...(options.onQuery ? { debug: (_connection: number, text: string) => options.onQuery?.(text) } : {}),
    connection: {
      application_name: config.applicationName,
      statement_timeout: deadlineMs,
      idle_in_transaction_session_timeout: deadlineMs === 0 ? 0 : Math.max(deadlineMs, idleTransactionMs),
    },
  });
  const { drop } = sql as unknown as { drop: () => void };
  neighbours.add(drop);
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
  return {
    sql,
    orm: drizzle(sql, { schema }),
    run,
    share: shares(sql, { max, deadlineMs, nowMs }),
    wait: (work) => guarded(work, { deadlineMs }),
    ping: () => unlessFailing(() => ask(() => sql`select 1`)),
    pingWrites: () => unlessFailing(write),
    close: () => {
      neighbours.delete(drop);
      return sql.end({ timeout: 2 });
    },
  };
}

/** Where the driver connects to, and as whom. */
const connectionOf = (config: PostgresConfig) => ({
  host: config.host,
  port: config.port,
  user: config.user,
  password: config.password,
  database: config.database,
  ssl: config.sslMode === 'disable' ? (false as const) : config.sslMode,
});

/** What drops the idle connections of each pool of this process, by address. */
const pools = new Map<string, Set<() => void>>();

function neighboursAt({ host, port }: PostgresConfig): Set<() => void> {
  const address = `${host}:${port}`;
  const there = pools.get(address) ?? new Set();
  pools.set(address, there);
  return there;
}

/** Deadlock and serialization failure (SQLSTATE class 40): the server has rolled back, and the same may succeed now. */
const rolledBack = new Set(['40P01', '40001']);
const mostTries = 4;

async function retried<T>(work: () => PromiseLike<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === mostTries || !rolledBack.has(sqlState(error) ?? '')) throw error;
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
