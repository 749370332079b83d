import type { PostgresConfig } from '../../../../shared/config.ts';
import { type Db, openDb } from '../../../../shared/db/client.ts';
import { Unfit } from '../../../../shared/errors.ts';
import { parseLsn } from './lsn.ts';

export type Slot = {
  /** Everything before it is acknowledged. */
  confirmed: bigint;
  /** True until `markFollowed`: the slot is new, and what was written before it must be read from the tables. */
  gap: boolean;
};

/** Throws `unavailable` unless the server answers, and writes a log that changes can be read from. */
export async function checkLog(db: Db): Promise<void> {
  await db.ping();
  const [row] = await db.run(() => db.sql<{ level: string }[]>`select current_setting('wal_level') as level`);
  if (row?.level === 'logical') return;
  throw new Unfit(`PostgreSQL with wal_level=logical is needed for the search index; this has wal_level=${row?.level}`);
}

/**
 * Finds the permanent slot, or makes it; one that the server has invalidated (it held more WAL than allowed) is made
 * anew. From here on the server keeps every change until it is acknowledged.
 */
export async function ensureSlot(db: Db, config: PostgresConfig, name: string): Promise<Slot> {
  await checkLog(db);
  const found = await find(db, name);
  if (found && !found.lost) return { confirmed: found.confirmed, gap: !(await isFollowed(db, name)) };
  await db.run(() => db.sql`delete from app_state where key = ${markOf(name)}`);
  if (found) await db.run(() => db.sql`select pg_drop_replication_slot(${name})`);
  await create(config, name);
  const made = await find(db, name);
  if (!made) throw new Error(`the replication slot ${name} went while it was made`);
  return { confirmed: made.confirmed, gap: true };
}

/** Remembers, across restarts, that what was written before the slot has been read. */
export async function markFollowed(db: Db, name: string): Promise<void> {
  await db.run(
    () => db.sql`insert into app_state (key, value) values (${markOf(name)}, 'yes') on conflict (key) do nothing`,
  );
}

/** Where the server's WAL ends now. */
export async function walPosition(db: Db): Promise<bigint> {
  const [row] = await db.run(() => db.sql`select pg_current_wal_lsn()::text as lsn`);
  return parseLsn(row?.lsn);
}

const markOf = (name: string) => `followed:${name}`;

async function find(db: Db, name: string): Promise<{ confirmed: bigint; lost: boolean } | undefined> {
  const [row] = await db.run(
    () => db.sql`
      select confirmed_flush_lsn::text as confirmed, invalidation_reason is not null as lost
      from pg_replication_slots where slot_name = ${name}`,
  );
  return row && { confirmed: parseLsn(row.confirmed ?? '0/0'), lost: row.lost };
}

async function isFollowed(db: Db, name: string): Promise<boolean> {
  const rows = await db.run(() => db.sql`select 1 from app_state where key = ${markOf(name)}`);
  return rows.length > 0;
}

/** With a deadline of its own: the server first waits until every transaction that is running now has ended. */
async function create(config: PostgresConfig, name: string): Promise<void> {
  const db = openDb(config, { max: 1, deadlineMs: 60_000 });
  try {
    await db.run(() => db.sql`select pg_create_logical_replication_slot(${name}, 'pgoutput')`);
  } finally {
    await db.close();
  }
}
