import { afterAll, beforeAll, expect, test } from 'bun:test';
import { postgresConfig, postgresVariables } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { isAppError } from '../errors.ts';
import { createMetrics } from '../http/metrics.ts';
import { testClock } from '../testing/clock.ts';
import { type TestDatabase, testDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { type Db, openDb } from './client.ts';
import { poolMetrics } from './pool-metrics.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

function start(config = database.config) {
  const metrics = createMetrics('test');
  const clock = testClock();
  const db = openDb(config, { max: 2, meter: poolMetrics(metrics, clock.now)('main') });
  const shown = async (name: string) => {
    const text = await metrics.registry.getSingleMetricAsString(name);
    return Number(/^\w+\{.*pool="main".*\} (\S+)$/m.exec(text)?.[1]);
  };
  return { db, clock, shown, metrics };
}

const lock = (db: Db) => db.run(() => db.sql`select pg_advisory_xact_lock(7)`.simple());

test('calls beyond the connections wait, and their time is counted', async () => {
  const { db, clock, shown } = start();
  expect(await shown('db_pool_connections_max')).toBe(2);
  const held = Promise.withResolvers<void>();
  const holding = database.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(7)`;
    await held.promise;
  });
  await eventually(async () => {
    const [row] = await database.sql`
      select count(*)::int as n from pg_locks l join pg_database d on d.oid = l.database
      where locktype = 'advisory' and granted and datname = current_database()`;
    expect(row!.n).toBe(1);
  });

  const calls = Array.from({ length: 5 }, () => lock(db));
  expect([await shown('db_calls_under_way'), await shown('db_calls_waiting')]).toEqual([5, 3]);
  clock.advance(2000);
  expect(await shown('db_pool_wait_seconds_total')).toBe(6);

  held.resolve();
  await Promise.all([holding, ...calls]);
  clock.advance(2000);
  expect([await shown('db_calls_under_way'), await shown('db_calls_waiting')]).toEqual([0, 0]);
  expect(await shown('db_pool_wait_seconds_total')).toBe(6);
  await db.close();
});

test('a caller that shares another’s call does not count', async () => {
  const { db, shown } = start();
  const answer = Promise.withResolvers<void>();
  const calls = [db.wait(() => answer.promise), db.run(() => answer.promise)];
  expect(await shown('db_calls_under_way')).toBe(1);
  answer.resolve();
  await Promise.all(calls);
  await db.close();
});

test('every call has its duration, and only those without a response count as lost', async () => {
  const { db, clock, shown, metrics } = start();
  await db.run(async () => clock.advance(30));
  await db.run(() => Promise.reject(new Error('a mistake of ours'))).catch(() => {});
  const text = await metrics.registry.getSingleMetricAsString('db_call_duration_seconds');
  expect(text).toMatch(/_bucket\{.*le="0.025".*\} 1\n/);
  expect(text).toMatch(/_bucket\{.*le="0.05".*\} 2\n/);
  expect(text).toMatch(/_sum\{.*\} 0.03\n/);
  expect(await shown('db_unavailable_total')).toBe(0);
  await db.close();

  const nobody = start({ ...postgresConfig(readConfig(postgresVariables, {}), 'onsale-test'), port: 1 });
  const error = await nobody.db.ping().catch((thrown: unknown) => thrown);
  expect(isAppError(error, 'unavailable')).toBe(true);
  expect([await nobody.shown('db_unavailable_total'), await nobody.shown('db_calls_under_way')]).toEqual([1, 0]);
  await nobody.db.close();
});
