import type { PostgresConfig } from '../../../../shared/config/config.ts';
import { type Db, openDb } from '../../../../shared/db/client.ts';
import { Unfit } from '../../../../shared/errors.ts';
import { parseLsn } from './lsn.ts';

export type Slot = {
  /** Everything before it is acknowledged. */
  confirmed: bigint;
  /** True until `markFollowed`: the slot is new, and what was written before it must be read from the tables. */
  gap: boolean;
  server: string;
};

/** How far a reader has come: it has handled everything before `handled`, from this server, if any. */
export type Past = { handled: bigint; server: string | undefined };

/** Throws `unavailable` unless the server is there, and `Unfit` unless its log has the changes of rows. */
export async function checkLog(db: Db): Promise<void> {
  await db.ping();
  const [row] = await db.run(() => db.sql<{ level: string }[]>`select current_setting('wal_level') as level`);
  if (row?.level === 'logical') return;
  throw new Unfit(`PostgreSQL with wal_level=logical is needed for the search index; this has wal_level=${row?.level}`);
}

/**
 * Finds the permanent slot, or makes it; one that the server has invalidated (it held more WAL than allowed) is made
 * anew. From here on the server keeps every change until it is acknowledged.
 *
 * Another server (a promoted standby, a copy, one with a restored backup) has another history: what is handled of the
 * old one may never have been there. It is known by its identifier, by its timeline, or by a log that ends before what
 * is handled.
 */
export async function ensureSlot(db: Db, config: PostgresConfig, name: string, past: Past): Promise<Slot> {
  await checkLog(db);
  const found = await find(db, name);
  if (found && !found.ours) throw new Unfit('SEARCH_SLOT names a replication slot of another database');
  const server = await identify(db);
  const isOther = past.handled > server.end || (past.server !== undefined && past.server !== server.id);
  if (isOther) await unmark(db, name);
  if (found && !found.lost && found.confirmed <= server.end) {
    return { confirmed: found.confirmed, gap: !(await isFollowed(db, name, server.id)), server: server.id };
  }
  await unmark(db, name);
  if (found) await db.run(() => db.sql`select pg_drop_replication_slot(${name})`);
  await create(config, name);
  const made = await find(db, name);
  if (!made) throw new Error(`the replication slot ${name} went while it was made`);
  return { confirmed: made.confirmed, gap: true, server: server.id };
}

/** Remembers, across restarts, that what was written before the slot has been read from this server. */
export async function markFollowed(db: Db, name: string, server: string): Promise<void> {
  await db.run(
    () => db.sql`
      insert into app_state (key, value) values (${markOf(name)}, ${server})
      on conflict (key) do update set value = excluded.value`,
  );
}

async function unmark(db: Db, name: string): Promise<void> {
  await db.run(() => db.sql`delete from app_state where key = ${markOf(name)}`);
}

/** The name of a server's history: it changes when a standby is promoted or a backup restored. */
export const serverId = (system: string, timeline: number) => `${system}/${timeline}`;

/** Which server this is, and where its log ends on its disk. */
async function identify(db: Db): Promise<{ id: string; end: bigint }> {
  const [row] = await db.run(
    () => db.sql<{ system: string; file: string; lsn: string }[]>`
      select (select system_identifier from pg_control_system())::text as system,
        pg_walfile_name(pg_current_wal_lsn()) as file, pg_current_wal_flush_lsn()::text as lsn`,
  );
  if (!row) throw new Error('PostgreSQL did not say which server it is');
  // The name of a file of the log begins with its timeline, in hexadecimal.
  return { id: serverId(row.system, Number.parseInt(row.file.slice(0, 8), 16)), end: parseLsn(row.lsn) };
}

/** Where the server's WAL ends now. */
export async function walPosition(db: Db): Promise<bigint> {
  const [row] = await db.run(() => db.sql`select pg_current_wal_lsn()::text as lsn`);
  return parseLsn(row?.lsn);
}

const markOf = (name: string) => `followed:${name}`;

type Found = { confirmed: bigint; lost: boolean; ours: boolean };

async function find(db: Db, name: string): Promise<Found | undefined> {
  const [row] = await db.run(
    () => db.sql`
      select confirmed_flush_lsn::text as confirmed, invalidation_reason is not null as lost,
        database is not distinct from current_database() as ours
      from pg_replication_slots where slot_name = ${name}`,
  );
  return row && { confirmed: parseLsn(row.confirmed ?? '0/0'), lost: row.lost, ours: row.ours };
}

async function isFollowed(db: Db, name: string, server: string): Promise<boolean> {
  const rows = await db.run(() => db.sql`select 1 from app_state where key = ${markOf(name)} and value = ${server}`);
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
