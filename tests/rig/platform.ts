import { randomBytes } from 'node:crypto';
import type { PostgresConfig } from '../../shared/config/config.ts';
import { emptyDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { dropParts, ownParts, ownRedis } from './platform-parts.ts';
import { runProcess, type Started, startProcess } from './process.ts';
import { postgresEnv, runners, type Target } from './targets.ts';

/** The kinds of processes: `api` and `cdc` are the search service in those roles, `search` does both. */
export type Role = 'events' | 'booking' | 'search' | 'api' | 'cdc';

export type Replica = Started & { role: Role; url: string };

/** Processes of each service on real servers, with a database, locks, topics and an index of their own. */
export type Platform = {
  config: PostgresConfig;
  env: Record<string, string>;
  /** The running ones. */
  replicas(role: Role): Replica[];
  /** Resolves when the new process is ready. */
  start(role: Role): Promise<Replica>;
  /**
   * Takes a process out of `replicas`, as a load balancer does, and ends it by SIGTERM; throws unless it exits with 0.
   */
  end(replica: Replica): Promise<void>;
  kill(replica: Replica): Promise<void>;
  /** Runs a subcommand of a service's program to its end; returns its output. */
  run(service: 'events' | 'booking' | 'search', ...args: string[]): Promise<string>;
  /** Runs `search connector`. */
  connector(command: 'apply' | 'status' | 'delete'): Promise<string>;
  /** The base addresses of the first replica of each. */
  target(): Target;
  stop(): Promise<void>;
};

export type PlatformOptions = {
  kind?: keyof typeof runners;
  roles: Role[];
  seed?: boolean;
  /** Addresses in place of the servers' own, such as those of proxies. */
  env?: Record<string, string>;
};

const patienceMs = 60_000;

/** Migrates (and seeds) a new database, applies the connector and starts a process for each role. */
export async function startPlatform({ kind = 'binaries', roles, seed = true, env: given = {} }: PlatformOptions) {
  const database = await emptyDatabase();
  const name = `t${randomBytes(5).toString('hex')}`;
  const env = { ...postgresEnv(database.config), ...ownParts(name), REDIS_DB: await ownRedis(), ...given };
  const command = runners[kind];
  let running: Replica[] = [];

  const platform: Platform = {
    config: database.config,
    env,
    replicas: (role) => running.filter((replica) => replica.role === role),
    async start(role) {
      const service = role === 'api' || role === 'cdc' ? 'search' : role;
      const started = await startProcess(command(service), {
        ...env,
        ...(service === 'search' && { ROLE: role === 'search' ? 'all' : role }),
        SERVER_ADDR: '127.0.0.1:0',
        LOG_LEVEL: 'info',
        LOG_REQUESTS: 'false',
      });
      const replica = { ...started, role, url: `http://127.0.0.1:${started.ports[0]}` };
      try {
        await eventually(async () => (await fetch(`${replica.url}/readyz`)).status === 200, patienceMs);
      } catch (error) {
        await replica.kill();
        throw new Error(`${role} did not get ready:\n${replica.output()}`, { cause: error });
      }
      running.push(replica);
      return replica;
    },
    async end(replica) {
      running = running.filter((one) => one !== replica);
      const code = await replica.stop();
      if (code !== 0) throw new Error(`${replica.role} ended with ${code}:\n${replica.output()}`);
    },
    async kill(replica) {
      running = running.filter((one) => one !== replica);
      await replica.kill();
    },
    run: (service, ...args) => runProcess([...command(service), ...args], env),
    connector: (verb) => platform.run('search', 'connector', verb),
    target() {
      const url = (...roles: Role[]) => running.find((replica) => roles.includes(replica.role))?.url ?? '';
      return { events: url('events'), booking: url('booking'), search: url('search', 'api'), stop: platform.stop };
    },
    async stop() {
      const ended = await Promise.allSettled(running.map((replica) => platform.end(replica)));
      await platform.connector('delete').catch(() => {});
      await dropParts(name, env);
      await database.drop();
      for (const one of ended) if (one.status === 'rejected') throw one.reason;
    },
  };

  try {
    await platform.run('events', 'migrate');
    if (seed) await platform.run('events', 'seed');
    await platform.connector('apply');
    await Promise.all(roles.map((role) => platform.start(role)));
    return platform;
  } catch (error) {
    await platform.stop().catch(() => {});
    throw error;
  }
}
