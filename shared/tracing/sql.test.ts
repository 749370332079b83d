import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type TestDatabase, testDatabase } from '../testing/database.ts';
import { rootSpan } from './span.ts';
import { tracedSql } from './sql.ts';
import { testTracing } from './testing.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** Does the work in a trace, and returns the statements' spans. */
async function statementsOf(count: number, work: (sql: TestDatabase['sql']) => Promise<unknown>) {
  const { tracing, spans } = testTracing();
  const sql = tracedSql(database.sql, { 'db.system.name': 'postgresql' });
  await rootSpan(tracing.begin('root', {}), () => work(sql));
  const found = (await spans(count + 1)).slice(1);
  return found.map(({ name, attributes }): Record<string, unknown> => ({ name, ...attributes }));
}

test('a statement is a span with its text and without its values; its fragments are none', async () => {
  const statements = await statementsOf(1, (sql) => {
    const condition = sql`seat = ${'secret'}`;
    return sql`select id
      from tickets where ${condition}`;
  });
  expect(statements).toEqual([
    {
      name: 'SELECT',
      'db.system.name': 'postgresql',
      'db.operation.name': 'SELECT',
      'db.query.text': 'select id from tickets where seat = $1',
      'db.response.returned_rows': 0,
    },
  ]);
});

test('statements of a transaction, and those of plain text, are spans too', async () => {
  const statements = await statementsOf(3, async (sql) => {
    await sql.begin(async (inner) => {
      await inner`insert into app_state (key, value) values ('traced', ${'1'})`;
      await inner`delete from app_state where key = ${'traced'}`;
    });
    await sql.unsafe('select 1 as one');
  });
  expect(statements.map(({ name }) => name)).toEqual(['INSERT', 'DELETE', 'SELECT']);
});

test('a statement that fails has its code', async () => {
  const statements = await statementsOf(1, (sql) => sql`select 1 / ${0}::int`.catch(() => {}));
  expect(statements).toEqual([
    {
      name: 'postgresql',
      'db.system.name': 'postgresql',
      'db.query.text': 'select 1 / $1::int',
      'error.type': '22012',
    },
  ]);
});

test('a statement outside a trace is the driver’s own', async () => {
  const sql = tracedSql(database.sql, {});
  expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }]);
});
