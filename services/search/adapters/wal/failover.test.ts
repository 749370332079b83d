import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { sleep } from '../../../../shared/async/clock.ts';
import { type Db, openDb } from '../../../../shared/db/client.ts';
import { migrate } from '../../../../shared/db/migrate.ts';
import { reasonOf } from '../../../../shared/errors.ts';
import { silentLog } from '../../../../shared/process/log.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { type Forwarder, startForwarder } from '../../../../shared/testing/forwarder.ts';
import { type OwnPostgres, startPostgres } from '../../../../shared/testing/postgres-server.ts';
import { makePerformer } from '../../testing.ts';
import { checkLog } from './slot.ts';
import { walChangeSource } from './wal-change-source.ts';

let first: OwnPostgres;
let second: OwnPostgres;
let withoutLog: OwnPostgres;
let address: Forwarder;
beforeAll(async () => {
  first = await startPostgres();
  await migrate(first.config);
  const copies = await first.restartWith({}, { settings: { wal_level: 'replica' } });
  [second, withoutLog] = copies as [OwnPostgres, OwnPostgres];
});
afterAll(() => Promise.all([first, second, withoutLog].map((server) => server.stop())));

let db: Db;
let ending: AbortController;
let ended: Promise<void>;
beforeEach(async () => {
  address = await startForwarder(first.config.port);
  db = openDb({ ...first.config, port: address.port }, { deadlineMs: 300 });
  ending = new AbortController();
});
afterEach(async () => {
  ending.abort();
  await ended;
  await db.close();
  await address.stop();
});

function follow() {
  const config = { ...first.config, port: address.port };
  const soon = (ms: number, signal?: AbortSignal) => sleep(Math.min(ms, 20), signal);
  const source = walChangeSource({ db, config, slot: 'failover', log: silentLog, sleep: soon, silenceMs: 600 });
  const names: unknown[] = [];
  const gaps: boolean[] = [];
  ended = source.run({
    onConnect: async ({ gap }) => void gaps.push(gap),
    onBatch: async (changes) => void names.push(...changes.map(({ row }) => row.name)),
    signal: ending.signal,
  });
  return { source, names, gaps };
}

async function perform(server: OwnPostgres, name: string) {
  const own = openDb(server.config);
  await makePerformer(own.sql, name);
  await own.close();
}

test('a hung server is given up, and the one that took its place is followed', async () => {
  const { source, names, gaps } = follow();
  await eventually(() => source.state() === 'following');
  await perform(first, 'at the first');
  await eventually(() => names.includes('at the first'));
  first.hang();
  address.leadTo(second.config.port);
  await eventually(() => gaps.length === 2);
  await eventually(() => source.state() === 'following');
  await perform(second, 'at the second');
  await eventually(() => names.includes('at the second'));
  // The new server has no slot: its tables are read anew.
  expect(gaps).toEqual([true, true]);
  first.wake();
});

test('a server whose log has no changes is unfit, and no slot is made', async () => {
  address.leadTo(withoutLog.config.port);
  expect(reasonOf(await checkLog(db).catch((error) => error))).toBe(
    'PostgreSQL with wal_level=logical is needed for the search index; this has wal_level=replica',
  );
  const { source } = follow();
  await eventually(() => source.state() === 'waiting');
  expect(await db.run(() => db.sql`select from pg_replication_slots`)).toHaveLength(0);
});
