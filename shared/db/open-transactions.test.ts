import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createMetrics } from '../http/metrics.ts';
import { testClock } from '../testing/clock.ts';
import { type TestDatabase, testDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { type Db, openDb } from './client.ts';
import { openTransactions } from './open-transactions.ts';

let database: TestDatabase;
let ordinary: Db;
beforeAll(async () => {
  database = await testDatabase();
  const role = `ordinary_${database.config.database}`;
  await database.sql.unsafe(`create role ${role} login password 'x'`);
  ordinary = openDb({ ...database.config, user: role, password: 'x' });
});
afterAll(async () => {
  await ordinary.close();
  await database.drop();
});

function show(db: Db) {
  const metrics = createMetrics('test');
  const clock = testClock();
  openTransactions(metrics, db, clock.now);
  const seconds = async () => {
    const text = await metrics.registry.getSingleMetricAsString('db_open_transaction_seconds');
    return Number(/^db_open_transaction_seconds\{.*\} (\S+)$/m.exec(text)?.[1]);
  };
  return { clock, seconds };
}

test('a transaction that has written is shown, whoever has opened it, until it ends', async () => {
  const { clock, seconds } = show(ordinary);
  expect(await seconds()).toBe(0);
  await database.sql.begin(async (tx) => {
    await tx`select pg_current_xact_id()`;
    // Until another has written it blocks nothing, and does not show.
    await database.sql`select pg_current_xact_id()`;
    expect(await seconds()).toBe(0);
    clock.advance(90_000);
    expect(await seconds()).toBe(90);
  });
  await eventually(async () => expect(await seconds()).toBe(0));
  clock.advance(90_000);
  expect(await seconds()).toBe(0);
});

test('an idle transaction that has only read is shown to a role with the right', async () => {
  const { seconds } = show(database.db);
  await database.sql.begin(async (tx) => {
    await tx`select 1`;
    await eventually(async () => expect(await seconds()).toBeGreaterThan(0.05));
  });
  await eventually(async () => expect(await seconds()).toBe(0));
});
