import { join } from 'node:path';
import type { PostgresConfig } from '../../shared/config/config.ts';
import { textOf } from '../../shared/config/environment.ts';
import { emptyDatabase } from '../../shared/testing/database.ts';
import { runProcess, type Started, startProcess } from './process.ts';

/** The base addresses of a running platform. */
export type Target = { events: string; booking: string; search: string; stop(): Promise<void> };

export const root = join(import.meta.dirname, '..', '..');
// The programs themselves: the launcher `deno` on the path passes on no signal.
export const bun = join(root, 'node_modules', 'bun', 'bin', 'bun.exe');
const deno = join(root, 'node_modules', 'deno', 'deno');

/** Returns the command of each kind of process, given a service's name. */
export const runners = {
  bun: (service: string) => [bun, join(root, 'services', service, 'main.ts')],
  deno: (service: string) => [deno, 'run', '-A', '--no-lock', join(root, 'services', service, 'main.ts')],
  binaries: (service: string) => [join(root, 'dist', service)],
};

/**
 * Three processes on a database (a new one) that their own `events migrate` and `events seed` have prepared. `more` are
 * further variables, or others in their place; an empty one counts as not set.
 */
export async function startServices(
  kind: keyof typeof runners,
  open: () => Promise<{ config: PostgresConfig; drop(): Promise<void> }> = emptyDatabase,
  more: (config: PostgresConfig) => Record<string, string> = () => ({}),
): Promise<Target> {
  const database = await open();
  const usual = { ...postgresEnv(database.config), LOG_LEVEL: 'info', LOG_REQUESTS: 'false' };
  const env = { ...usual, ...more(database.config) };
  const command = runners[kind];
  const started: Started[] = [];
  const stop = async () => {
    const codes = await Promise.all(started.map((process) => process.stop()));
    await database.drop();
    if (codes.some((code) => code !== 0)) throw new Error(`exit codes ${codes}:\n${started.map((p) => p.output())}`);
  };
  try {
    await runProcess([...command('events'), 'migrate'], env);
    await runProcess([...command('events'), 'seed'], env);
    for (const service of ['events', 'booking', 'search']) {
      started.push(await startProcess(command(service), { ...env, SERVER_ADDR: '127.0.0.1:0' }));
    }
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  const [events, booking, search] = started.map(({ ports }) => `http://127.0.0.1:${ports[0]}`);
  return { events: events!, booking: booking!, search: search!, stop };
}

/** The process of `npm start`, on a new database. */
export async function startStandaloneProcess(more: Record<string, string> = {}): Promise<Target> {
  const database = await emptyDatabase();
  const env = {
    ...postgresEnv(database.config),
    LOG_LEVEL: 'warn',
    EVENTS_ADDR: '127.0.0.1:0',
    BOOKING_ADDR: '127.0.0.1:0',
    SEARCH_ADDR: '127.0.0.1:0',
    ...more,
  };
  const process = await startProcess([bun, join(root, 'standalone', 'main.ts')], env, {
    port: /:(\d+)\/docs/,
    count: 3,
  });
  const [events, booking, search] = process.ports.map((port) => `http://127.0.0.1:${port}`);
  const stop = async () => {
    const code = await process.stop();
    await database.drop();
    if (code !== 0) throw new Error(`the standalone process ended with ${code}:\n${process.output()}`);
  };
  return { events: events!, booking: booking!, search: search!, stop };
}

export const postgresEnv = (config: PostgresConfig) => ({
  POSTGRES_HOST: config.host,
  POSTGRES_PORT: String(config.port),
  POSTGRES_USER: config.user,
  POSTGRES_PASSWORD: textOf(config.password),
  POSTGRES_DBNAME: config.database,
});
