import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresConfig, postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { type Db, openDb } from '../../shared/db/client.ts';
import type { TicketLocks } from '../../shared/locks/ticket-locks.ts';
import { runProcess } from '../rig/process.ts';
import { type Generator, startGenerator } from './generator.ts';
import type { Ground, OpenGround } from './grounds.ts';
import { type Env, type Server, startServer } from './processes.ts';
import type { Progress } from './progress.ts';

/** The size of the measurements. */
export type Extent = {
  rounds: number;
  roundMs: number;
  warmUpMs: number;
  largeEvents: number;
  /** Of the path that is measured only when it is named. */
  manyEvents: number;
  quick: boolean;
};

/**
 * The base of every path: a PostgreSQL with the demo data, the services' other servers, the load generator, the floor.
 */
export type World = {
  dir: string;
  extent: Extent;
  progress: Progress;
  generator: Generator;
  floor: Server;
  db: Db;
  /** The locks of the services. */
  locks: TicketLocks;
  ground: Ground;
  /** The environment of a service, with its database and other servers. */
  databaseEnv: Env;
  /** A migrated database beside the demo's, for data that would be in its way. */
  newDatabase(name: string, seedArgs: string[]): Promise<{ env: Env; db: Db }>;
  /** Starts a service with its default settings, on a port of its own. */
  startService(name: 'events' | 'booking' | 'search', env?: Env): Promise<Server>;
  /** Ends these servers when the work is done, also when it failed. */
  withServers<T>(start: Promise<Server>, work: (server: Server) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export const root = join(import.meta.dirname, '..', '..');
export const bun = process.execPath;
const script = (...parts: string[]) => [bun, join(root, ...parts)];

export async function createWorld(extent: Extent, progress: Progress, openGround: OpenGround): Promise<World> {
  // Servers that are still starting are ended too.
  const ends: (() => Promise<unknown>)[] = [];
  const servers = new Set<Promise<Server>>();
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      await Promise.all([...servers].map((server) => server.then(({ stop }) => stop(), ignore)));
      for (const end of ends.splice(0).reverse()) await end().catch((error) => console.error(error));
    })();
    return closed;
  };
  onSignal(close);
  const open = (config: PostgresConfig) => {
    const db = openDb(config, { max: 4, deadlineMs: 0 });
    ends.push(() => db.close());
    return db;
  };
  const tracked = (start: Promise<Server>) => {
    servers.add(start);
    return start;
  };

  try {
    const dir = await mkdtemp(join(tmpdir(), 'onsale-bench-'));
    ends.push(() => rm(dir, { recursive: true, force: true }));
    progress.say('preparing the servers and loading the demo');
    const opening = openGround(dir);
    ends.push(() => opening.then((opened) => opened.close(), ignore));
    const ground = await opening;
    const configOf = (env: Env) => postgresConfig(readConfig(postgresVariables, env), 'onsale-bench');
    const prepare = async (env: Env, seedArgs: string[]) => {
      await runProcess([...script('services', 'events', 'main.ts'), 'migrate'], env);
      await runProcess([...script('services', 'events', 'main.ts'), 'seed', ...seedArgs], env);
      return { env, db: open(configOf(env)) };
    };
    const { env: databaseEnv, db } = await prepare(ground.env, []);
    await ground.seeded();

    const generator = startGenerator();
    ends.push(generator.stop);
    const floor = await tracked(startServer(script('tests', 'bench', 'floor.ts'), {}));

    return {
      dir,
      extent,
      progress,
      generator,
      floor,
      db,
      locks: ground.locks(db),
      ground,
      databaseEnv,
      newDatabase: async (name, seedArgs) => prepare({ ...ground.env, ...(await ground.newDatabase(name)) }, seedArgs),
      startService: (name, env = {}) =>
        startServer(script('services', name, 'main.ts'), { ...databaseEnv, SERVER_ADDR: '127.0.0.1:0', ...env }),
      async withServers(start, work) {
        const server = await tracked(start);
        try {
          return await work(server);
        } finally {
          await server.stop();
          servers.delete(start);
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const ignore = () => {};

let interrupted = false;

/** Returns whether a signal has told this process to end: later failures follow from that. */
export const isInterrupted = (): boolean => interrupted;

/** Cleans up, however the bench ends. */
function onSignal(close: () => Promise<void>): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      interrupted = true;
      void close().finally(() => process.exit(code));
    });
  }
}
