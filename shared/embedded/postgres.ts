import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { initialise, launch, logTail } from './cluster.ts';
import { type Address, createDatabase, servesData } from './connection.ts';
import { EmbeddedPostgresError } from './error.ts';
import { endOrphans } from './orphans.ts';
import { takeOwnership } from './owner.ts';
import { findPostmaster } from './pidfile.ts';
import { isPostmasterOf, stopPostmaster, until } from './processes.ts';

export { EmbeddedPostgresError } from './error.ts';

export type EmbeddedPostgres = Address & {
  database: string;
  pid: number;
  /** True when a server that an earlier run left behind was taken over; it keeps the settings it was started with. */
  adopted: boolean;
  /** Returns whether the server's process is alive; it may have been killed. */
  isRunning(): boolean;
  /** Shuts the server down (clients are disconnected, nothing committed is lost) and waits until it is gone. */
  stop(): Promise<void>;
};

export type EmbeddedPostgresOptions = {
  /** Holds the data, the log and the password. One process at a time may use it. */
  dir: string;
  database?: string;
  /** The port to listen on; by default a free one. A server that is taken over keeps its own. */
  port?: number;
  /** More server settings, as `-c name=value`. */
  settings?: Record<string, string>;
  /** Deletes the data first. */
  fresh?: boolean;
  onStep?: (text: string) => void;
};

const user = 'onsale';

/**
 * A real PostgreSQL server on 127.0.0.1, ready for queries, its data in `dir` kept between runs.
 * Goes on after any crash: it takes over a server that was left running and cleans up after one that was killed.
 * Rejects with an EmbeddedPostgresError that says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { database = 'onsale', settings = {}, fresh = false, onStep = () => {} } = options;
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const dir = realpathSync(options.dir);
  const dataDir = join(dir, 'data');
  const release = await takeOwnership(dir);
  try {
    if (fresh) await deleteData(dataDir);
    const password = loadPassword(dir);
    const address = (port: number): Address => ({ host: '127.0.0.1', port, user, password });

    let server = await adopt(dir, address, onStep);
    const adopted = server !== undefined;
    server ??= await start();
    const { pid, port } = server;
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= stopPostmaster(pid, dataDir).finally(release);
      return stopped;
    };
    await createDatabase(address(port), database).catch(async (cause) => {
      await stop();
      throw new EmbeddedPostgresError(`PostgreSQL started but did not create the database "${database}".`, { cause });
    });
    return { ...address(port), database, pid, adopted, isRunning: () => isPostmasterOf(pid, dataDir), stop };

    async function start() {
      const binaries = await findBinaries();
      const account = chooseAccount(dir, binaries);
      if (!existsSync(dataDir)) {
        onStep('Creating the database');
        await initialise(dir, user, binaries, account);
      }
      onStep('Starting PostgreSQL');
      return launch({
        dir,
        settings,
        binaries,
        account,
        ...(options.port && { port: options.port }),
        isReady: (port) => servesData(address(port), dataDir),
      });
    }
  } catch (error) {
    release();
    throw error;
  }
}

async function adopt(dir: string, address: (port: number) => Address, onStep: (text: string) => void) {
  const dataDir = join(dir, 'data');
  let found = findPostmaster(dataDir);
  if (!found) return undefined;

  onStep(`Taking over the PostgreSQL that an earlier run left behind (process ${found.pid})`);
  let answers = false;
  // It may be starting, recovering or shutting down: wait for its response or its end.
  await until(async () => {
    found = findPostmaster(dataDir);
    answers = !!found?.port && (await servesData(address(found.port), dataDir));
    return answers || !found;
  }, 10_000);
  if (found && !answers) {
    const message = `PostgreSQL (process ${found.pid}) was left running in ${dir} but does not answer. End it with "kill -INT ${found.pid}" and start again.`;
    throw new EmbeddedPostgresError(message, { cause: new Error(logTail(dir)) });
  }
  return found;
}

async function deleteData(dataDir: string): Promise<void> {
  const running = findPostmaster(dataDir);
  if (running) await stopPostmaster(running.pid, dataDir);
  await endOrphans(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
}

/** The server's password: random, made once, readable by its owner only. */
function loadPassword(dir: string): string {
  const path = join(dir, 'password');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  if (existsSync(join(dir, 'data'))) {
    throw new EmbeddedPostgresError(
      `${path} is missing, so the data beside it can't be opened. Restore it or delete ${dir}.`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  writeFileSync(path, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}
