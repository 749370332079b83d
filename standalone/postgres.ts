import { join } from 'node:path';
import { postgresConfig, postgresVariables } from '../shared/config/config.ts';
import { readConfig } from '../shared/config/environment.ts';
import { EmbeddedPostgresError, startEmbeddedPostgres } from '../shared/embedded/postgres.ts';
import { codeOf } from '../shared/errors.ts';
import { every, UsageError } from '../shared/process/lifecycle.ts';

type Env = Record<string, string | undefined>;

/** The database that the services will use: `env` names it to them. */
export type OpenPostgres = { env: Env; note: string; stop(): Promise<void> };

const watchMs = 500;

/** Variables that do not fit our own server. */
const ofOtherServers = [
  'POSTGRES_SSLMODE',
  'POSTGRES_SSLROOTCERT',
  'POSTGRES_SSLCERT',
  'POSTGRES_SSLKEY',
  'POSTGRES_TARGET_SESSION_ATTRS',
  'POSTGRES_POOLED',
  'POSTGRES_DIRECT_HOST',
  'POSTGRES_DIRECT_PORT',
];

/** The system's error codes for a folder that can't be created or written. */
const noFolder = new Set(['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC']);

/**
 * Returns the PostgreSQL that POSTGRES_HOST names, or our own below `dir`. Our own is restarted, at its address and
 * with its data, if it ends by itself. Throws `UsageError` with the remedy when it can't run.
 */
export async function openPostgres(env: Env, dir: string, reset: boolean): Promise<OpenPostgres> {
  if (env.POSTGRES_HOST) {
    if (reset)
      throw new UsageError('--reset clears the database that `npm start` keeps, but POSTGRES_HOST names another.');
    const { host, port, others } = postgresConfig(readConfig(postgresVariables, env), 'onsale-standalone');
    return {
      env,
      note: `as POSTGRES_HOST says: ${host}:${port}${others ? ` and ${others.length} more` : ''}`,
      stop: async () => {},
    };
  }
  const start = (options: { fresh?: boolean; port?: number }) =>
    startEmbeddedPostgres({ dir: join(dir, 'postgres'), ...options }).catch((error) => inform(error, dir));
  let server = await start({ fresh: reset });
  const { host, port, user, password, database, adopted } = server;
  const unwatch = every(
    watchMs,
    async () => {
      if (server.isRunning()) return;
      await server.stop();
      server = await start({ port });
    },
    (error) => console.error(error instanceof Error ? error.message : error),
  );
  return {
    env: {
      ...env,
      POSTGRES_HOST: host,
      POSTGRES_PORT: String(port),
      POSTGRES_USER: user,
      POSTGRES_PASSWORD: password,
      POSTGRES_DBNAME: database,
      // It speaks no TLS, and no pooler is before it.
      ...Object.fromEntries(ofOtherServers.map((name) => [name, ''])),
    },
    note: `${host}:${port}${adopted ? ', taken over from an earlier run' : ''}`,
    async stop() {
      await unwatch();
      await server.stop();
    },
  };
}

function inform(error: unknown, dir: string): never {
  if (error instanceof EmbeddedPostgresError) throw new UsageError(error.message, { cause: error });
  const code = codeOf(error);
  if (noFolder.has(code)) {
    throw new UsageError(
      `No database can be kept in ${dir} (${code}). Set ONSALE_DIR to a folder that can be written.`,
      {
        cause: error,
      },
    );
  }
  throw error;
}
