import { afterAll, beforeAll, expect, test } from 'bun:test';
import { testDatabase } from '../testing/database.ts';
import { sqlState } from './client.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql`create table counters (id int primary key, n int not null)`;
  await database.sql`insert into counters values (1, 0), (2, 0)`;
});
afterAll(() => database.drop());

/** Counts up two rows in an order; `met` resolves when each has one of them, so that two of these deadlock. */
const countBoth = (order: [number, number], met: () => Promise<void>) =>
  database.db.sql.begin(async (tx) => {
    await tx`update counters set n = n + 1 where id = ${order[0]}`;
    await met();
    await tx`update counters set n = n + 1 where id = ${order[1]}`;
  });

/** Resolves for both callers once both have come; from then on at once. */
function meeting() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let came = 0;
  return () => {
    if (++came === 2) resolve();
    return promise;
  };
}

const sum = async () => (await database.sql`select sum(n)::int as n from counters`)[0]!.n;

test('one of two transactions that deadlock is rolled back', async () => {
  const met = meeting();
  const outcomes = await Promise.allSettled([countBoth([1, 2], met), countBoth([2, 1], met)]);
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(failed.map(({ reason }) => sqlState(reason))).toEqual(['40P01']);
  expect(await sum()).toBe(2);
});

test('run retries a transaction that deadlocks, so that both are done, once each', async () => {
  const before = await sum();
  const met = meeting();
  const { run } = database.db;
  await Promise.all([run(() => countBoth([1, 2], met)), run(() => countBoth([2, 1], met))]);
  expect(await sum()).toBe(before + 4);
});

test('run gives up in the end, and does not retry after other errors', async () => {
  let tried = 0;
  const failing = (code: string) => () => {
    tried++;
    return Promise.reject(Object.assign(new Error(code), { code }));
  };
  await expect(database.db.run(failing('40001'))).rejects.toThrow('40001');
  expect(tried).toBe(4);
  await expect(database.db.run(failing('23505'))).rejects.toThrow('23505');
  expect(tried).toBe(5);
});
