import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seedDemo } from '../drizzle/seed/demo.ts';
import { start as startBooking } from '../services/booking/main.ts';
import { start as startEvents } from '../services/events/main.ts';
import { start as startSearch } from '../services/search/main.ts';
import { type PostgresConfig, postgresConfig, postgresVariables, readConfig, v } from '../shared/config.ts';
import { type Db, openDb } from '../shared/db/client.ts';
import { migrate } from '../shared/db/migrate.ts';
import { EmbeddedPostgresError, startEmbeddedPostgres } from '../shared/embedded/postgres.ts';
import { type Running, runUntilSignalled, UsageError } from '../shared/lifecycle.ts';
import { examples } from './examples.ts';
import { checkFree } from './ports.ts';
import { steps } from './steps.ts';

type Env = Record<string, string | undefined>;

export const variables = {
  EVENTS_ADDR: v.address('127.0.0.1:8080', 'Where `npm start` puts the events service', '127.0.0.1'),
  BOOKING_ADDR: v.address('127.0.0.1:8081', 'Where `npm start` puts the booking service', '127.0.0.1'),
  SEARCH_ADDR: v.address('127.0.0.1:8082', 'Where `npm start` puts the search service', '127.0.0.1'),
  ONSALE_DIR: v.text('.onsale', 'Where `npm start` keeps its database'),
};

type AddressVariable = 'EVENTS_ADDR' | 'BOOKING_ADDR' | 'SEARCH_ADDR';

const root = join(import.meta.dirname, '..');

/** The whole platform in one process, on an own PostgreSQL unless the environment names one. */
export async function startStandalone(
  env: Env,
  { reset = false, write = (text: string) => void process.stdout.write(text) } = {},
): Promise<{ ports: Record<'events' | 'booking' | 'search', number>; stop(): Promise<void> }> {
  const config = readConfig(variables, env);
  const { EVENTS_ADDR, BOOKING_ADDR, SEARCH_ADDR } = config;
  const { step, total } = steps(write);
  const ended: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of ended.splice(0).reverse()) await end();
  };

  write('Onsale is starting\n');
  try {
    await checkFree({ EVENTS_ADDR, BOOKING_ADDR, SEARCH_ADDR });
    const postgres = await step('PostgreSQL', () => openPostgres(env, config.ONSALE_DIR, reset), describe);
    ended.push(postgres.stop);
    const database = postgresConfig(readConfig(postgresVariables, postgres.env), 'onsale-standalone');
    await step(
      'migrations',
      () => migrate(database),
      (count) => (count ? `${count} applied` : 'up to date'),
    );
    await step(
      'demo seed',
      () => seed(database),
      (text) => text,
    );

    const services: Running[] = [];
    ended.push(async () => void (await Promise.all(services.map((service) => service.stop()))));
    const service = async (title: string, name: AddressVariable, start: typeof startEvents) => {
      const { host, port } = config[name];
      const started = await step(
        title,
        () => start({ ...postgres.env, SERVER_ADDR: `${host}:${port}` }, name),
        (running) => `http://${host}:${running.port}/docs`,
      );
      services.push(started);
      return started;
    };
    const events = await service('events', 'EVENTS_ADDR', startEvents);
    const booking = await service('booking', 'BOOKING_ADDR', startBooking);
    const search = await service('search', 'SEARCH_ADDR', startSearch);
    await step('search index', async () => search.ready);

    const ports = { events: events.port, booking: booking.port, search: search.port };
    write(
      `Onsale is ready (${total().trim()}). Try:\n\n${await withDb(database, ({ sql }) => examples(sql, ports))}\n`,
    );
    write(`Ctrl-C ends it. Its data stays in ${config.ONSALE_DIR}/.\n`);
    return { ports, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL as the services' environment names it. */
async function openPostgres(env: Env, dir: string, reset: boolean) {
  if (env.POSTGRES_HOST) {
    if (reset)
      throw new UsageError('--reset only clears the database that `npm start` keeps; POSTGRES_HOST names another.');
    return { env, adopted: false, own: false, stop: async () => {} };
  }
  const server = await startEmbeddedPostgres({ dir: join(root, dir, 'postgres'), fresh: reset }).catch(inform);
  return {
    env: {
      ...env,
      POSTGRES_HOST: server.host,
      POSTGRES_PORT: String(server.port),
      POSTGRES_USER: server.user,
      POSTGRES_PASSWORD: server.password,
      POSTGRES_DBNAME: server.database,
    },
    adopted: server.adopted,
    own: true,
    stop: server.stop,
  };
}

function inform(error: unknown): never {
  if (error instanceof EmbeddedPostgresError) throw new UsageError(error.message, { cause: error });
  throw error;
}

const describe = ({ own, adopted, env }: Awaited<ReturnType<typeof openPostgres>>) =>
  `${own ? (adopted ? 'taken over from an earlier run, ' : '') : 'as POSTGRES_HOST says, '}${env.POSTGRES_HOST}:${env.POSTGRES_PORT ?? 5432}`;

async function seed(database: PostgresConfig): Promise<string> {
  return withDb(database, async ({ sql }) => {
    const summary = await seedDemo(sql);
    return summary.skipped ? 'there already' : `${summary.events} events, ${summary.tickets} tickets`;
  });
}

async function withDb<T>(database: PostgresConfig, work: (db: Db) => Promise<T>): Promise<T> {
  const db = openDb(database, { max: 1, deadlineMs: 0 });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** Ends the process in order when the one that launched it was killed and can pass on no signal. */
function endWithParent(): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}

function options() {
  try {
    return parseArgs({ options: { reset: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\nUsage: npm start [-- --reset]`);
  }
}

if (import.meta.main) {
  endWithParent();
  await runUntilSignalled(async () => startStandalone(process.env, { reset: options().reset }));
}
