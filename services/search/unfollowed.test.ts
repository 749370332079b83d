import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { type Db, openDb } from '../../shared/db/client.ts';
import { migrate } from '../../shared/db/migrate.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type OwnPostgres, startPostgres } from '../../shared/testing/postgres-server.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { start } from './main.ts';

// A server that takes queries, and does not give the changes.

setDefaultTimeout(60_000);

let server: OwnPostgres;
let operator: Db;
const running: Running[] = [];
beforeAll(async () => {
  server = await startPostgres();
  await migrate(server.config);
  operator = openDb(server.config);
});
afterEach(async () => {
  for (const search of running.splice(0)) await search.stop();
  // Sessions of a search end a moment after it.
  await eventually(async () => {
    await operator.sql`select pg_drop_replication_slot(slot_name) from pg_replication_slots`;
  });
});
afterAll(async () => {
  await operator.close();
  await server.stop();
});

async function begin(env: Record<string, string> = {}) {
  const search = await start({
    ...postgresEnv(server.config),
    SERVER_ADDR: '127.0.0.1:0',
    LOG_LEVEL: 'fatal',
    ...env,
  });
  running.push(search);
  search.ready?.catch(() => {});
  return async () => {
    const response = await fetch(`http://127.0.0.1:${search.port}/readyz`);
    const { status, dependencies, reasons } = (await response.json()) as Record<string, Record<string, string>>;
    return { code: response.status, status, changes: dependencies?.changes, reason: reasons?.changes };
  };
}

const ok = { code: 200, status: 'ok', changes: 'ok', reason: undefined } as const;
const unfollowed = (reason: string, status: 'degraded' | 'unavailable') =>
  ({ code: status === 'degraded' ? 200 : 503, status, changes: 'unavailable', reason }) as const;
type Look = Awaited<ReturnType<typeof begin>>;
const becomes = (ready: Look, look: object) =>
  eventually(async () => expect<object>(await ready()).toEqual(look), 20_000);

test('a second search process at the same slot is degraded and says so, until it has the slot', async () => {
  const first = await begin();
  await becomes(first, ok);
  const second = await begin();
  const reason =
    'Another process follows the replication slot that SEARCH_SLOT names: each search process needs its own';
  await becomes(second, unfollowed(reason, 'degraded'));
  expect<object>(await first()).toEqual(ok);
  await running.shift()!.stop();
  await becomes(second, ok);
});

test('a slot of another database is left alone, and named', async () => {
  await operator.sql`create database other`;
  const other = openDb({ ...server.config, database: 'other' });
  await other.sql`select pg_create_logical_replication_slot('elsewhere', 'pgoutput')`;
  const ready = await begin({ SEARCH_SLOT: 'elsewhere' });
  await becomes(ready, unfollowed('SEARCH_SLOT names a replication slot of another database', 'unavailable'));
  await other.sql`select pg_drop_replication_slot('elsewhere')`;
  await other.close();
  await becomes(ready, ok);
});

test('a user without REPLICATION is told what it needs', async () => {
  await operator.sql`create role reader login password 'reader'`;
  await operator.sql`grant all on all tables in schema public to reader`;
  const ready = await begin({ POSTGRES_USER: 'reader', POSTGRES_PASSWORD: 'reader' });
  const reason =
    'The PostgreSQL user of search must have REPLICATION, and may have to be granted tables: the log says which';
  await becomes(ready, unfollowed(reason, 'unavailable'));
  await operator.sql`alter role reader replication`;
  await becomes(ready, ok);
});

test('a database without its tables is named', async () => {
  await operator.sql`create database empty`;
  const ready = await begin({ POSTGRES_DBNAME: 'empty' });
  const reason = 'The database lacks a table: its migrations must be applied';
  await becomes(ready, unfollowed(reason, 'unavailable'));
});

test.each([
  [
    { max_replication_slots: '0' },
    'unavailable',
    'PostgreSQL has no room for a replication slot: max_replication_slots must be greater',
  ],
  [
    { max_wal_senders: '0' },
    'degraded',
    'PostgreSQL takes no more followers of its log: max_wal_senders (or max_connections) must be greater',
  ],
] as const)('a server with %o gives no changes, and /readyz says why', async (settings, status, reason) => {
  await server.restart(settings);
  const ready = await begin();
  await becomes(ready, unfollowed(reason, status));
  await server.restart();
  await becomes(ready, ok);
});
