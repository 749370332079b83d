import { join } from 'node:path';
import { EmbeddedPostgresError, startEmbeddedPostgres } from '../shared/embedded/postgres.ts';
import { every, UsageError } from '../shared/process/lifecycle.ts';

type Env = Record<string, string | undefined>;

/** The database that the services will use: `env` names it to them. */
export type OpenPostgres = { env: Env; note: string; stop(): Promise<void> };

const watchMs = 500;

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
    return {
      env,
      note: `as POSTGRES_HOST says: ${env.POSTGRES_HOST}:${env.POSTGRES_PORT ?? 5432}`,
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
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
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
