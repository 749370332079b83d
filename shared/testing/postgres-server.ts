import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresConfig, postgresConfig, postgresVariables } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { startEmbeddedPostgres } from '../embedded/postgres.ts';

/** A test's own PostgreSQL, which it may hang, replace and break. */
export type OwnPostgres = {
  config: PostgresConfig;
  /** Hangs each of its processes: it accepts connections, and never responds. */
  hang(): void;
  wake(): void;
  /** Stops the server, and starts it together with others made of copies of its data, each with settings of its own. */
  restartWith(...copies: CopyOptions[]): Promise<OwnPostgres[]>;
  /** Stops the server and starts it on the same address and data. */
  restart(settings?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
};

export type CopyOptions = { settings?: Record<string, string>; standby?: boolean };

const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Starts an empty server, or one on the data in `dir`, which are deleted with it. */
export async function startPostgres(settings: Record<string, string> = {}, dir?: string): Promise<OwnPostgres> {
  const home = dir ?? (await mkdtemp(join(tmpdir(), 'onsale-own-')));
  const launch = (more: Record<string, string>, port?: number) =>
    startEmbeddedPostgres({ dir: home, settings: { ...quick, ...settings, ...more }, ...(port && { port }) });
  let server = await launch({});
  const signal = (name: NodeJS.Signals) => {
    for (const pid of processesOf(server.pid)) {
      try {
        process.kill(pid, name);
      } catch {
        // A session that has just ended.
      }
    }
  };
  const own: OwnPostgres = {
    config: configOf(server),
    hang: () => signal('SIGSTOP'),
    wake: () => signal('SIGCONT'),
    async restartWith(...copies) {
      await server.stop();
      const dirs: string[] = [];
      for (const { standby } of copies) {
        const copy = await mkdtemp(join(tmpdir(), 'onsale-own-'));
        await cp(home, copy, { recursive: true });
        if (standby) await writeFile(join(copy, 'data', 'standby.signal'), '');
        dirs.push(copy);
      }
      const [, ...others] = await Promise.all([
        own.restart(),
        ...copies.map((copy, i) => startPostgres({ ...settings, ...copy.settings }, dirs[i])),
      ]);
      return others;
    },
    async restart(more = {}) {
      await server.stop();
      server = await launch(more, server.port);
    },
    async stop() {
      if (server.isRunning()) signal('SIGCONT');
      await server.stop();
      for (const name of await readdir(home)) await rm(join(home, name), { recursive: true });
      await rmdir(home).catch(() => {});
    },
  };
  return own;
}

function configOf(server: { host: string; port: number; user: string; password: string; database: string }) {
  const env = {
    POSTGRES_HOST: server.host,
    POSTGRES_PORT: String(server.port),
    POSTGRES_USER: server.user,
    POSTGRES_PASSWORD: server.password,
    POSTGRES_DBNAME: server.database,
  };
  return postgresConfig(readConfig(postgresVariables, env), 'onsale-test');
}

/** A server's own process, and those of its sessions and of its background work. */
function processesOf(pid: number): number[] {
  const children = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return [pid, ...children.trim().split('\n').map(Number)];
}
