import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { PostgresConfig } from '../config.ts';
import { AppError, unavailable } from '../errors.ts';
import * as schema from './schema.ts';

export type Database = PostgresJsDatabase<typeof schema>;

/** A pool of connections, with Drizzle over it for what reads better that way. */
export type Db = {
  sql: postgres.Sql;
  orm: Database;
  /**
   * Runs database work under a deadline. A server that is away, hung, restarting or out of connections throws
   * `unavailable`; every other error passes as it is.
   */
  run<T>(work: () => PromiseLike<T>): Promise<T>;
  /** Throws `unavailable` unless the server answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

/** `max` and `deadlineMs` override the configuration; `onQuery` sees the text of every query sent. */
export type OpenOptions = { max?: number; deadlineMs?: number; onQuery?: (text: string) => void };

/**
 * Opens a pool; connects on first use. A deadline of 0 is none.
 *
 * Drizzle changes the parsers of the client it wraps: a timestamp read by plain `sql` is PostgreSQL's text, and JSON
 * parameters are passed as text.
 */
export function openDb(config: PostgresConfig, options: OpenOptions = {}): Db {
  const deadlineMs = options.deadlineMs ?? config.deadlineMs;
  const sql = postgres({
    host: config.host,
    port: config.port,
    user: config.user,
    password: config.password,
    database: config.database,
    ssl: config.sslMode === 'disable' ? false : config.sslMode,
    max: options.max ?? config.maxOpenConns,
    idle_timeout: config.connMaxIdleTimeMs / 1000,
    max_lifetime: config.connMaxLifetimeMs === 0 ? null : config.connMaxLifetimeMs / 1000,
    connect_timeout: Math.max(1, Math.floor((deadlineMs || 5000) / 1000)),
    // A short constant pause: the pool must be back within a moment of the server, not after a grown backoff.
    backoff: () => 0.1,
    onnotice: () => {},
    ...(options.onQuery ? { debug: (_connection: number, text: string) => options.onQuery?.(text) } : {}),
    connection: { application_name: config.applicationName, statement_timeout: deadlineMs },
  });
  const run = <T>(work: () => PromiseLike<T>) => guarded(work, deadlineMs);
  return {
    sql,
    orm: drizzle(sql, { schema }),
    run,
    ping: async () => void (await run(() => sql`select 1`)),
    close: () => sql.end({ timeout: 2 }),
  };
}

async function guarded<T>(work: () => PromiseLike<T>, deadlineMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    if (deadlineMs === 0) return;
    timer = setTimeout(() => reject(unavailable('PostgreSQL', new Error(`no answer in ${deadlineMs} ms`))), deadlineMs);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    if (error instanceof AppError || !isOutage(error)) throw error;
    throw unavailable('PostgreSQL', error);
  } finally {
    clearTimeout(timer);
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
