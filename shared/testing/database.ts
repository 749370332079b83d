import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresConfig, postgresConfig, postgresVariables } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { type Db, openDb } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded/postgres.ts';

/** A migrated database of one test file's own. */
export type TestDatabase = { config: PostgresConfig; db: Db; sql: Db['sql']; drop(): Promise<void> };

let server: Promise<PostgresConfig> | undefined;
let embedded: { postgres: EmbeddedPostgres; dir: string } | undefined;
let template: Promise<string> | undefined;

/** The PostgreSQL of this test run: the one that POSTGRES_HOST names, else an embedded one that ends with the run. */
function testPostgres(): Promise<PostgresConfig> {
  server ??= process.env.POSTGRES_HOST ? Promise.resolve(fromEnvironment(process.env)) : startOwn();
  return server;
}

/** A fresh database with the newest schema, copied from a template that is migrated once a run. */
export async function testDatabase(): Promise<TestDatabase> {
  template ??= testPostgres().then(makeTemplate);
  return createDatabase(await template);
}

/** A fresh database with nothing in it. */
export function emptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template1');
}

async function createDatabase(from: string): Promise<TestDatabase> {
  const config = await testPostgres();
  const name = uniqueName();
  await asAdmin(config, `create database ${name} template ${from}`);
  const own = { ...config, database: name };
  const db = openDb(own);
  return {
    config: own,
    db,
    sql: db.sql,
    drop: async () => {
      await db.close();
      await dropDatabase(config, name);
    },
  };
}

/** Ends what this run started; called once, after all tests. */
export async function stopTestPostgres(): Promise<void> {
  if (template) await dropDatabase(await testPostgres(), await template);
  await embedded?.postgres.stop();
  if (embedded) await rm(embedded.dir, { recursive: true, force: true });
}

async function startOwn(): Promise<PostgresConfig> {
  const dir = await mkdtemp(join(tmpdir(), 'onsale-test-'));
  const postgres = await startEmbeddedPostgres({
    dir,
    // A test's data need not survive the machine.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  embedded = { postgres, dir };
  return fromEnvironment({
    POSTGRES_HOST: postgres.host,
    POSTGRES_PORT: String(postgres.port),
    POSTGRES_USER: postgres.user,
    POSTGRES_PASSWORD: postgres.password,
    POSTGRES_DBNAME: postgres.database,
  });
}

const fromEnvironment = (env: Record<string, string | undefined>): PostgresConfig => ({
  ...postgresConfig(readConfig(postgresVariables, env), 'onsale-test'),
  deadlineMs: 10_000,
});

async function makeTemplate(config: PostgresConfig): Promise<string> {
  const name = uniqueName();
  await asAdmin(config, `create database ${name}`);
  await migrate({ ...config, database: name });
  return name;
}

async function dropDatabase(config: PostgresConfig, name: string): Promise<void> {
  await asAdmin(
    config,
    `select pg_terminate_backend(active_pid) from pg_replication_slots where database = '${name}' and active`,
  );
  for (let attempt = 0; ; attempt++) {
    try {
      await asAdmin(
        config,
        `select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '${name}'`,
      );
      break;
    } catch (error) {
      // A slot stays active for a moment after its connection has gone.
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  await asAdmin(config, `drop database ${name} with (force)`);
}

async function asAdmin(config: PostgresConfig, statement: string): Promise<void> {
  const db = openDb(config, { max: 1, deadlineMs: 30_000 });
  try {
    await db.sql.unsafe(statement);
  } finally {
    await db.close();
  }
}

const uniqueName = () => `test_${randomBytes(8).toString('hex')}`;
