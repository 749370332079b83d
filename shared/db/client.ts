import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { sleep } from '../clock.ts';
import type { PostgresConfig } from '../config.ts';
import { AppError, isAppError, unavailable } from '../errors.ts';
import * as schema from './schema.ts';

export type Database = PostgresJsDatabase<typeof schema>;

/** A piece of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** A pool of connections, with Drizzle over it for what reads better that way. */
export type Db = {
  sql: postgres.Sql;
  orm: Database;
  /**
   * Runs database work, at most one transaction, under a deadline; again, some times, when the server has rolled it back
   * for the sake of others. A server that is away, hung, restarting or out of connections throws `unavailable`; every other
   * error passes as it is.
   */
  run<T>(work: () => PromiseLike<T>): Promise<T>;
  /** The deadline of `run` alone, for who waits for a `run` that is made for several callers. */
  wait<T>(work: () => PromiseLike<T>): Promise<T>;
  /** Throws `unavailable` unless the server answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

/** Told of every `run`. What `begin` answers comes back to `end`. */
export type CallMeter = { begin(): number; end(begun: number): void; unavailable(): void };

/**
 * `max` and `deadlineMs` override the configuration; `onQuery` sees the text of every query sent; `meter` makes what counts
 * the calls, given the most connections there will be.
 */
export type OpenOptions = {
  max?: number;
  deadlineMs?: number;
  onQuery?: (text: string) => void;
  meter?: (connections: number) => CallMeter;
};

/**
 * Opens a pool; connects on first use. A deadline of 0 is none.
 *
 * Drizzle changes the parsers of the client it wraps: a timestamp read by plain `sql` is PostgreSQL's text, and JSON
 * parameters are passed as text.
 */
export function openDb(config: PostgresConfig, options: OpenOptions = {}): Db {
  const deadlineMs = options.deadlineMs ?? config.deadlineMs;
  const max = options.max ?? config.maxOpenConns;
  const sql = postgres({
    ...placeOf(config),
    user: config.user,
    password: config.password,
    database: config.database,
    ssl: config.sslMode === 'disable' ? false : config.sslMode,
    max,
    idle_timeout: config.connMaxIdleTimeMs / 1000,
    max_lifetime: config.connMaxLifetimeMs === 0 ? null : config.connMaxLifetimeMs / 1000,
    connect_timeout: Math.max(1, Math.floor((deadlineMs || 5000) / 1000)),
    // A short constant pause: the pool must be back within a moment of the server, not after a grown backoff.
    backoff: () => 0.1,
    onnotice: () => {},
    ...(options.onQuery ? { debug: (_connection: number, text: string) => options.onQuery?.(text) } : {}),
    connection: { application_name: config.applicationName, statement_timeout: deadlineMs },
  });
  const meter = options.meter?.(max);
  const run = <T>(work: () => PromiseLike<T>) => guarded(() => retried(work), deadlineMs, meter);
  return {
    sql,
    orm: drizzle(sql, { schema }),
    run,
    wait: (work) => guarded(work, deadlineMs),
    ping: async () => void (await run(() => sql`select 1`)),
    close: () => sql.end({ timeout: 2 }),
  };
}

/** The driver takes a text apart at its colons, and an IPv6 address with it; a list, of which its types know nothing, it leaves. */
const placeOf = ({ host, port }: PostgresConfig) =>
  host.includes(':') ? { host: [host] as unknown as string, port: [port] as unknown as number } : { host, port };

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

async function guarded<T>(work: () => PromiseLike<T>, deadlineMs: number, meter?: CallMeter): Promise<T> {
  const begun = meter?.begin() ?? 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    if (deadlineMs === 0) return;
    timer = setTimeout(() => reject(unavailable('PostgreSQL', new Error(`no answer in ${deadlineMs} ms`))), deadlineMs);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    const told = error instanceof AppError || !isOutage(error) ? error : unavailable('PostgreSQL', error);
    if (isAppError(told, 'unavailable')) meter?.unavailable();
    throw told;
  } finally {
    clearTimeout(timer);
    meter?.end(begun);
  }
}

/**
 * SQLSTATE classes 08 (connection), 53 (resources) and 57 (operator intervention), the driver's own codes, and what a
 * server answers that has been set up anew and is not migrated yet.
 */
function isOutage(error: unknown): boolean {
  const code = sqlState(error);
  if (!code) return false;
  return /^(08|53|57)/.test(code) || notReady.has(code) || outageCodes.has(code);
}

/** No such database, no such table. */
const notReady = new Set(['3D000', '42P01']);

const outageCodes = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ConnectionRefused',
  'ConnectionReset',
]);

/** The SQLSTATE (or the driver's code) of an error, also when Drizzle has wrapped it. */
export function sqlState(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}
