import { afterEach, beforeEach, expect, type Mock, spyOn, test } from 'bun:test';
import { migrationJournal } from '../../drizzle/migrations.ts';
import { textOf } from '../../shared/config/environment.ts';
import { migrate } from '../../shared/db/migrate.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { emptyDatabase, type TestDatabase } from '../../shared/testing/database.ts';
import { commands } from './cli.ts';

let database: TestDatabase;
let said: string[] = [];
let codeBefore: typeof process.exitCode;
let log: Mock<typeof console.log>;
beforeEach(async () => {
  database = await emptyDatabase();
  said = [];
  codeBefore = process.exitCode;
  process.exitCode = 0;
  log = spyOn(console, 'log').mockImplementation((line) => void said.push(line));
});
afterEach(async () => {
  log.mockRestore();
  process.exitCode = codeBefore ?? 0;
  await database.drop();
});

const run = (...args: string[]) => {
  const { host, port, user, password, database: name } = database.config;
  return commands.migrate!.run(args, {
    POSTGRES_HOST: host,
    POSTGRES_PORT: String(port),
    POSTGRES_USER: user,
    POSTGRES_PASSWORD: textOf(password),
    POSTGRES_DBNAME: name,
  });
};

const tags = migrationJournal.map(({ tag }) => tag);

test('migrate status exits with 1 until every migration is applied, and lists them', async () => {
  await run('status');
  expect([process.exitCode, said]).toEqual([1, tags.map((tag) => `${tag}: not applied`)]);
  await migrate(database.config, { upTo: tags.at(-2)! });
  process.exitCode = 0;
  said = [];
  await run('status');
  const last = tags.length - 1;
  expect([process.exitCode, said]).toEqual([
    1,
    tags.map((tag, i) => `${tag}: ${i < last ? 'applied' : 'not applied'}`),
  ]);
  await migrate(database.config);
  process.exitCode = 0;
  said = [];
  await run('status');
  expect([process.exitCode, said]).toEqual([0, tags.map((tag) => `${tag}: applied`)]);
});

test('migrate says what it did, once', async () => {
  await run();
  await run();
  expect(said).toEqual([`Applied ${tags.length} migrations.`, 'The schema is up to date.']);
});

test('migrate wait ends when the schema is there', async () => {
  await migrate(database.config);
  await run('wait');
  expect(said).toEqual(['The schema is up to date.']);
});

test('migrate takes nothing else', async () => {
  for (const args of [['up'], ['status', 'more'], ['wait', 'more']]) {
    await expect(run(...args)).rejects.toBeInstanceOf(UsageError);
  }
});
