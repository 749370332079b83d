import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seedDemo } from '../drizzle/seed/demo.ts';
import { stripeName } from '../services/booking/adapters/stripe/client.ts';
import { variables as bookingVariables, stripeKey } from '../services/booking/config.ts';
import { start as startBooking } from '../services/booking/main.ts';
import { variables as eventsVariables, start as startEvents } from '../services/events/main.ts';
import { variables as searchVariables, start as startSearch } from '../services/search/main.ts';
import { authConfig } from '../shared/auth/config.ts';
import {
  checkAddresses,
  directly,
  type PostgresConfig,
  postgresConfig,
  postgresVariables,
  redisConfig,
} from '../shared/config/config.ts';
import { checkAll, readConfig, v } from '../shared/config/environment.ts';
import { withOwnNames } from '../shared/config/postgres.ts';
import { remarksOn } from '../shared/config/unknown-variables.ts';
import { type Db, openDb } from '../shared/db/client.ts';
import { migrate } from '../shared/db/migrate.ts';
import { type Running, runOnce, runUntilSignalled, UsageError } from '../shared/process/lifecycle.ts';
import { reachable } from '../shared/process/program.ts';
import { tracingConfig } from '../shared/tracing/config.ts';
import { examples } from './examples.ts';
import { originsOf } from './origins.ts';
import { checkFree } from './ports.ts';
import { openPostgres } from './postgres.ts';
import { unready } from './readiness.ts';
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
async function startStandalone(
  given: Env,
  { reset = false, isEmpty = false, write = (text: string) => void process.stdout.write(text) } = {},
): Promise<{ ports: Record<'events' | 'booking' | 'search', number>; stop(): Promise<void> }> {
  // A developer's shell may name the database of another project, which must not be migrated and seeded.
  const env = withOwnNames(given);
  // All of them before anything is started, so that all mistakes are reported at once.
  const known = { ...eventsVariables, ...bookingVariables, ...searchVariables, ...variables };
  const config = readConfig(known, env);
  const { EVENTS_ADDR, BOOKING_ADDR, SEARCH_ADDR } = config;
  checkAll([
    () => redisConfig(config),
    () => authConfig(config),
    () => stripeKey(config, config.SERVER_MODE),
    () => directly(postgresConfig(config, 'onsale-standalone')),
    () => tracingConfig(config, 'events'),
    () => checkAddresses({ EVENTS_ADDR, BOOKING_ADDR, SEARCH_ADDR }),
  ]);
  const key = stripeKey(config, config.SERVER_MODE);
  const sale = { payments: key ? stripeName(key) : ('sandbox' as const), tokens: authConfig(config) !== undefined };
  const { step, total } = steps(write);
  const ended: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of ended.splice(0).reverse()) await end();
  };

  for (const line of [...remarksOn(known, env), ...addressRemarks(given)]) write(`Note: ${line}\n`);
  write('Onsale is starting\n');
  try {
    if (!config.SERVER_REUSE_PORT) await checkFree({ EVENTS_ADDR, BOOKING_ADDR, SEARCH_ADDR });
    const postgres = await step(
      'PostgreSQL',
      () => openPostgres(env, resolve(root, config.ONSALE_DIR), reset),
      (found) => found.note,
    );
    ended.push(postgres.stop);
    const database = postgresConfig(readConfig(postgresVariables, postgres.env), 'onsale-standalone');
    await step(
      'migrations',
      () => migrate(directly(database)),
      (count) => (count ? `${count} applied` : 'up to date'),
    );
    if (!isEmpty) {
      await step(
        'demo seed',
        () => seed(database),
        (text) => text,
      );
    }

    const services: Running[] = [];
    // A page of one of the three may use the others.
    const origins = originsOf([EVENTS_ADDR, BOOKING_ADDR, SEARCH_ADDR]).join(',');
    const common = { CORS_ORIGINS: origins, ...present(postgres.env), METRICS_ADDR: '' };
    ended.push(async () => void (await Promise.all(services.map((service) => service.stop()))));
    const service = async (title: string, name: AddressVariable, start: typeof startEvents) => {
      const { host, port } = config[name];
      const started = await step(
        title,
        // Three services can't have one METRICS_ADDR: each shows its metrics at its own address.
        () => start({ ...common, SERVER_ADDR: `${host.includes(':') ? `[${host}]` : host}:${port}` }, name),
        (running) => `http://${host}:${running.port}/docs`,
      );
      services.push(started);
      return started;
    };
    const events = await service('events', 'EVENTS_ADDR', startEvents);
    const booking = await service('booking', 'BOOKING_ADDR', startBooking);
    const search = await service('search', 'SEARCH_ADDR', startSearch);
    await step('search index', () => whenReady(search));

    const ports = { events: events.port, booking: booking.port, search: search.port };
    const lacking = await unready({
      events: base(EVENTS_ADDR.host, ports.events),
      booking: base(BOOKING_ADDR.host, ports.booking),
      search: base(SEARCH_ADDR.host, ports.search),
    });
    if (lacking.length > 0) {
      const lines = lacking.map((line) => `  ${line}\n`).join('');
      write(
        `Onsale is not ready (${total().trim()}):\n${lines}Each goes on trying, and its /readyz tells when it can do its work.\n`,
      );
    } else if (isEmpty) {
      write(`Onsale is ready (${total().trim()}). docs/organisers.md tells how to put an event on sale.\n`);
    } else {
      const lines = await withDb(database, ({ sql }) => examples(sql, ports, sale));
      write(`Onsale is ready (${total().trim()}). Try:\n\n${lines}\n`);
    }
    write(`Ctrl-C ends it. ${whereData(env, config.ONSALE_DIR)}\n`);
    return { ports, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An index that is not built by then, such as in an Elasticsearch that is away, is reported as not ready. */
const indexPatienceMs = 30_000;

const whenReady = (service: Running) =>
  Promise.race([service.ready, sleep(indexPatienceMs, undefined, { ref: false })]);

const base = (host: string, port: number) => `http://${reachable(host)}:${port}`;

/** Returns a remark for each address variable that is ignored, as three services can't share one address. */
const addressRemarks = (env: Env): string[] => [
  ...['DATABASE_URL', 'DATABASE_URL_FILE', 'PGHOST']
    .filter((name) => env[name])
    .map((name) => `${name} is not read by npm start: POSTGRES_HOST is`),
  ...(env.SERVER_ADDR ? ['SERVER_ADDR is not read by npm start: EVENTS_ADDR, BOOKING_ADDR and SEARCH_ADDR are'] : []),
  ...(env.METRICS_ADDR ? ['METRICS_ADDR is not read by npm start: each service shows its metrics at its address'] : []),
];

/** An empty variable counts as one that is not set. */
const present = (env: Env): Env => Object.fromEntries(Object.entries(env).filter(([, text]) => text));

const whereData = (env: Env, dir: string): string =>
  env.POSTGRES_HOST
    ? 'Its data stays where POSTGRES_HOST says.'
    : `Its data stays in ${dir.replace(/\/+$/, '')}/; set ONSALE_DIR to keep it elsewhere.`;

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

/** Ends the process in order when the launching one was killed and can't pass on a signal. */
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
    const { values } = parseArgs({
      options: {
        reset: { type: 'boolean', default: false },
        empty: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n${usage()}`);
  }
}

const usage = () => readFileSync(join(import.meta.dirname, 'usage.txt'), 'utf8').trimEnd();

async function main(): Promise<void> {
  const { help, reset, empty: isEmpty } = options();
  if (help) console.log(usage());
  else await runUntilSignalled(() => startStandalone(process.env, { reset, isEmpty }));
}

if (import.meta.main) {
  endWithParent();
  await runOnce(main);
}
