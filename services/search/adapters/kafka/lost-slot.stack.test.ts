import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresConfig, postgresVariables } from '../../../../shared/config/config.ts';
import { readConfig } from '../../../../shared/config/environment.ts';
import { openDb } from '../../../../shared/db/client.ts';
import { migrate } from '../../../../shared/db/migrate.ts';
import { startEmbeddedPostgres } from '../../../../shared/embedded/postgres.ts';
import type { TestDatabase } from '../../../../shared/testing/database.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makePerformer } from '../../testing.ts';
import { follow, type KafkaStack, startKafkaStack } from './stack.harness.ts';

setDefaultTimeout(120_000);

let stack: KafkaStack;
beforeAll(async () => {
  stack = await startKafkaStack(impatientDatabase);
  await stack.connector('apply');
});
afterAll(() => stack.drop());

/** A server of its own that takes the slot from a reader that stays behind. */
async function impatientDatabase(): Promise<TestDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'onsale-lost-slot-'));
  const server = await startEmbeddedPostgres({ dir, settings: { fsync: 'off', max_slot_wal_keep_size: '1MB' } });
  const values = readConfig(postgresVariables, {
    POSTGRES_HOST: server.host,
    POSTGRES_PORT: String(server.port),
    POSTGRES_USER: server.user,
    POSTGRES_PASSWORD: server.password,
    POSTGRES_DBNAME: server.database,
  });
  const config = { ...postgresConfig(values, 'onsale-test'), deadlineMs: 10_000 };
  await migrate(config);
  const db = openDb(config);
  const drop = async () => {
    await db.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { config, db, sql: db.sql, drop };
}

async function loseSlot(): Promise<void> {
  const { sql } = stack.database;
  await eventually(async () => {
    await sql`insert into app_state (key, value) select gen_random_uuid(), repeat('x', 1000) from generate_series(1, 3000)`;
    await sql`select pg_terminate_backend(active_pid, 1000) from pg_replication_slots where active`;
    await sql`select pg_switch_wal()`;
    await sql`checkpoint`;
    return (await statusOfSlot()) === 'lost';
  }, 30_000);
}

async function statusOfSlot(): Promise<string | undefined> {
  const { sql } = stack.database;
  const [row] = await sql`select wal_status from pg_replication_slots where slot_name = ${stack.config.slot}`;
  return row?.wal_status;
}

test('a slot that the server has invalidated is made anew, and the changes missed are a gap', async () => {
  const { source, handled, gaps, stop } = follow(stack.open());
  await eventually(() => source.state() === 'following', 30_000);
  await makePerformer(stack.database.sql, 'before');
  await eventually(() => handled.some((change) => change.row.name === 'before'), 30_000);
  gaps.length = 0;
  await loseSlot();
  await eventually(() => gaps.includes(true), 60_000);
  expect(await statusOfSlot()).not.toBe('lost');
  await makePerformer(stack.database.sql, 'after');
  await eventually(() => handled.some((change) => change.row.name === 'after'), 30_000);
  await stop();
});

test('a connector whose task has failed runs once its cause is mended', async () => {
  const { sql } = stack.database;
  await stack.connector('delete');
  await sql`alter publication onsale_search rename to elsewhere`;
  await expect(stack.connector('apply')).rejects.toThrow('Publication');
  await sql`alter publication elsewhere rename to onsale_search`;
  expect(await stack.connector('apply')).toContain('running');
});
