import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { demoEventUuid, demoTicketUuid, seedDemo } from '../drizzle/seed/demo.ts';
import { start as startBooking } from '../services/booking/main.ts';
import { start as startEvents } from '../services/events/main.ts';
import { start as startSearch } from '../services/search/main.ts';
import { postgresConfig, postgresVariables, readConfig, v } from '../shared/config.ts';
import { openDb } from '../shared/db/client.ts';
import { migrate } from '../shared/db/migrate.ts';
import { EmbeddedPostgresError, startEmbeddedPostgres } from '../shared/embedded/postgres.ts';
import { type Running, runUntilSignalled, UsageError } from '../shared/lifecycle.ts';
import { checkFree } from './ports.ts';
import { steps } from './steps.ts';

type Env = Record<string, string | undefined>;

export const variables = {
  EVENTS_ADDR: v.address('127.0.0.1:8080', 'Where `npm start` puts the events service', '127.0.0.1'),
  BOOKING_ADDR: v.address('127.0.0.1:8081', 'Where `npm start` puts the booking service', '127.0.0.1'),
  SEARCH_ADDR: v.address('127.0.0.1:8082', 'Where `npm start` puts the search service', '127.0.0.1'),
  ONSALE_DIR: v.text('.onsale', 'Where `npm start` keeps its database'),
};

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

    const at = (name: 'EVENTS_ADDR' | 'BOOKING_ADDR' | 'SEARCH_ADDR') => ({
      ...postgres.env,
      SERVER_ADDR: `${config[name].host}:${config[name].port}`,
    });
    const events = await step('events', () => startEvents(at('EVENTS_ADDR'), 'EVENTS_ADDR'), shownAt(EVENTS_ADDR.host));
    const booking = await step(
      'booking',
      () => startBooking(at('BOOKING_ADDR'), 'BOOKING_ADDR'),
      shownAt(BOOKING_ADDR.host),
    );
    const search = await step('search', () => startSearch(at('SEARCH_ADDR'), 'SEARCH_ADDR'), shownAt(SEARCH_ADDR.host));
    ended.push(async () => void (await Promise.all([events.stop(), booking.stop(), search.stop()])));

    const ports = { events: events.port, booking: booking.port, search: search.port };
    write(
      `Onsale is ready (${total().trim()}). Try:\n${examples(ports)}Ctrl-C ends it. Its data stays in ${config.ONSALE_DIR}/.\n`,
    );
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

const shownAt = (host: string) => (service: Running) => `http://${host}:${service.port}/docs`;

async function seed(database: Parameters<typeof migrate>[0]): Promise<string> {
  const db = openDb(database, { max: 1, deadlineMs: 0 });
  try {
    const summary = await seedDemo(db.sql);
    return summary.skipped ? 'there already' : `${summary.events} events, ${summary.tickets} tickets`;
  } finally {
    await db.close();
  }
}

function examples({ events, booking, search }: Record<'events' | 'booking' | 'search', number>): string {
  const body = JSON.stringify({ ticket_uuid: demoTicketUuid, user_uuid: '11111111-1111-4111-8111-111111111111' });
  return `
  curl -s http://127.0.0.1:${events}/api/v1/management/events/${demoEventUuid}
  curl -i http://127.0.0.1:${booking}/api/v1/booking/tickets/reserve -H 'Content-Type: application/json' -d '${body}'
  curl -s 'http://127.0.0.1:${search}/api/v1/search/events?q=madisson+squar'

`;
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
