import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import postgres from 'postgres';
import type { PostgresConfig } from '../../shared/config/config.ts';
import { openDb } from '../../shared/db/client.ts';
import { migrate } from '../../shared/db/migrate.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type Forwarder, startForwarder } from '../../shared/testing/forwarder.ts';
import { type CopyOptions, type OwnPostgres, startPostgres } from '../../shared/testing/postgres-server.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { start } from './main.ts';
import { makeEvent, makeVenue } from './testing.ts';

// A server that takes the place of another at its address, with the slot, and without the other's last writes.

setDefaultTimeout(60_000);

let first: OwnPostgres;
let second: OwnPostgres | undefined;
let address: Forwarder;
let search: Running | undefined;
let lost: Promise<void> | undefined;
beforeEach(async () => {
  lost = undefined;
  first = await startPostgres();
  await migrate(first.config);
  await on(first.config, async (sql) => {
    const venueId = await makeVenue(sql);
    for (const name of ['Alpha', 'Bravo']) await makeEvent(sql, { venueId, name });
  });
});
afterEach(async () => {
  await search?.stop();
  await address.stop();
  await second?.stop();
  await loseFirst();
});

function loseFirst(): Promise<void> {
  lost ??= first.stop();
  return lost;
}

type Sql = ReturnType<typeof openDb>['sql'];

async function on<T>(config: PostgresConfig, work: (sql: Sql) => PromiseLike<T>): Promise<T> {
  const db = openDb(config);
  try {
    return await work(db.sql);
  } finally {
    await db.close();
  }
}

/** A search that follows `first` through the address, and a copy of that of now, with its slot. */
async function begin(copy: CopyOptions = {}) {
  address = await startForwarder(first.config.port);
  search = await start({
    ...postgresEnv({ ...first.config, port: address.port }),
    SERVER_ADDR: '127.0.0.1:0',
    LOG_LEVEL: 'fatal',
  });
  await search.ready;
  await isWell();
  [second] = (await first.restartWith(copy)) as [OwnPostgres];
  await isWell();
  return second;
}

const get = async (path: string) => (await fetch(`http://127.0.0.1:${search!.port}${path}`)).json();
const isWell = () => eventually(async () => ((await get('/readyz')) as { status: string }).status === 'ok', 30_000);
const finds = (q: string, total: number) =>
  eventually(async () => ((await get(`/api/v1/search/events?q=${q}`)) as { total: number }).total === total, 30_000);

const rename = (server: OwnPostgres, from: string, to: string) =>
  on(server.config, (sql) => sql`update events set name = ${to} where name = ${from}`);

/** Some megabytes of log. */
const writeMuch = (server: OwnPostgres) =>
  on(server.config, async (sql) => {
    await sql`insert into app_state (key, value) select 'k' || n, repeat('x', 1000) from generate_series(1, 5000) n`;
    await sql`delete from app_state where key like 'k%'`;
  });

/** By the driver itself: our pools take no standby. */
async function promote({ config }: OwnPostgres): Promise<void> {
  const sql = postgres({ ...config, username: config.user });
  await sql`select pg_promote()`;
  await sql.end();
}

const confirmsTooMuch = async (server: OwnPostgres) => {
  const [row] = await on(
    server.config,
    (sql) => sql`select bool_or(confirmed_flush_lsn > pg_current_wal_flush_lsn()) as so from pg_replication_slots`,
  );
  return row?.so;
};

test('a successor whose log ends before the handled position is read anew, and followed from its own position', async () => {
  const older = await begin();
  await writeMuch(first);
  await rename(first, 'Alpha', 'Zulu');
  await finds('zulu', 1);
  address.leadTo(older.config.port);
  await loseFirst();
  await finds('zulu', 0);
  await finds('alpha', 1);
  await isWell();
  await rename(older, 'Alpha', 'Yankee');
  await finds('yankee', 1);
  expect(await confirmsTooMuch(older)).toBe(false);
  await eventually(async () => ((await get('/readyz')) as { lag: { seconds: number } }).lag.seconds === 0);
});

test('a promoted standby is read anew though its log is the longer one', async () => {
  const standby = await begin({ standby: true });
  await rename(first, 'Bravo', 'Xray');
  await finds('xray', 1);
  await promote(standby);
  await writeMuch(standby);
  address.leadTo(standby.config.port);
  await loseFirst();
  await finds('xray', 0);
  await finds('bravo', 1);
  await isWell();
  await rename(standby, 'Bravo', 'Whisky');
  await finds('whisky', 1);
});
