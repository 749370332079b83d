import { createHash } from 'node:crypto';
import type { MigrationMeta } from 'drizzle-orm/migrator';
import { migrationJournal, migrationSql } from '../../drizzle/migrations.ts';
import { createBackoff } from '../async/backoff.ts';
import { sleep as realSleep } from '../async/clock.ts';
import type { PostgresConfig } from '../config/config.ts';
import { type Db, openDb, sqlState } from './client.ts';
import { watchSession } from './session-watch.ts';

/** Any number that no other advisory lock of this database uses. */
const migrationLock = 7_263_001;

/**
 * A migration that waits for a table blocks everyone after it, so it does not wait long: less than PostgreSQL waits
 * before it looks for a deadlock (a second), so that no sale is rolled back.
 */
const lockTimeoutMs = 500;
/** About five minutes with the pauses. */
const maxTries = 70;

export type MigrateOptions = {
  /** Called with a line whenever a migration gave way to others and will be tried again. */
  tell?(line: string): void;
  /** The last migration to apply; all without it. */
  upTo?: string;
  /** How often to try a migration that has to give way. */
  tries?: number;
  sleep?: typeof realSleep;
  /** How often to check whether the server still knows the session. */
  watchMs?: number;
};

/**
 * Brings the database to the newest schema. Safe to run from several starters at once: they take turns behind an
 * advisory lock, which ends with its connection. Returns how many migrations were applied.
 *
 * Each is a transaction of its own: after a failure the earlier ones stay, and the next run goes on there. A migration
 * that can't lock its tables soon is rolled back and tried again after a pause, for some minutes. Rejects when the
 * address leads to another server meanwhile.
 */
export async function migrate(config: PostgresConfig, options: MigrateOptions = {}): Promise<number> {
  // One connection, as the locks and the settings belong to it; no deadline, as a migration may take long: instead its
  // session is watched.
  const db = openDb({ ...config, connMaxLifetimeMs: 0, connMaxIdleTimeMs: 0 }, { max: 1, deadlineMs: 0 });
  let unwatch = async () => {};
  try {
    unwatch = await watchSession(config, db, options.watchMs);
    await db.sql`select pg_advisory_lock(${migrationLock})`;
    await db.sql`select set_config('lock_timeout', ${String(lockTimeoutMs)}, false)`;
    const before = await applied(db);
    for (const migrations of growing(readMigrations(), options.upTo)) await runPatiently(db, migrations, options);
    return (await applied(db)) - before;
  } finally {
    await unwatch();
    await db.close();
  }
}

/** SQLSTATEs after which a migration gives way: no lock in time, and a deadlock. */
const passing = new Set(['55P03', '40P01']);

async function runPatiently(db: Db, migrations: MigrationMeta[], options: MigrateOptions): Promise<void> {
  const { tell = () => {}, tries: most = maxTries, sleep = realSleep } = options;
  const backoff = createBackoff();
  const tag = migrationJournal[migrations.length - 1]?.tag;
  for (let tries = 1; ; tries++) {
    try {
      return await runAll(db, migrations);
    } catch (error) {
      if (!passing.has(sqlState(error) ?? '') || tries >= most) throw error;
      const pauseMs = backoff.next();
      tell(
        `${tag} made way for others that work on its tables; again in ${(pauseMs / 1000).toFixed(1)} s (try ${tries})`,
      );
      await sleep(pauseMs);
    }
  }
}

/** The first migration, the first two, and so on: Drizzle passes over those that the database has. */
function growing(migrations: MigrationMeta[], upTo?: string): MigrationMeta[][] {
  const count = upTo === undefined ? migrations.length : migrationJournal.findIndex(({ tag }) => tag === upTo) + 1;
  if (count === 0) throw new Error(`there is no migration ${upTo}`);
  return Array.from({ length: count }, (_, i) => migrations.slice(0, i + 1));
}

/** Every migration of this build in order, and whether the database has it. */
export async function migrationStates(config: PostgresConfig): Promise<{ tag: string; isApplied: boolean }[]> {
  const db = openDb(config, { max: 1 });
  try {
    const newest = await db.run(() => newestApplied(db));
    return migrationJournal.map(({ tag, when }) => ({ tag, isApplied: when <= newest }));
  } finally {
    await db.close();
  }
}

/** Drizzle applies the migrations that are newer than the last applied one, by the journal's time. */
async function newestApplied(db: Db): Promise<number> {
  if (!(await hasMigrations(db))) return 0;
  const [row] = await db.sql`select max(created_at) as newest from drizzle.__drizzle_migrations`;
  return Number(row?.newest ?? 0);
}

/** The migrations in the shape that Drizzle's migrator reads from a folder, which a compiled binary does not have. */
function readMigrations(): MigrationMeta[] {
  return migrationJournal.map((entry) => {
    const text = migrationSql[entry.tag];
    if (text === undefined) throw new Error(`drizzle/migrations.ts lacks ${entry.tag}`);
    return {
      sql: text.split('--> statement-breakpoint'),
      bps: entry.breakpoints,
      folderMillis: entry.when,
      hash: createHash('sha256').update(text).digest('hex'),
    };
  });
}

/** Drizzle's own migrator (`drizzle-orm/postgres-js/migrator`) is this call behind a read of the folder. */
async function runAll(db: Db, migrations: MigrationMeta[]): Promise<void> {
  const orm = db.orm as unknown as {
    dialect: { migrate(migrations: MigrationMeta[], session: unknown, config: object): Promise<void> };
    session: unknown;
  };
  await orm.dialect.migrate(migrations, orm.session, {});
}

async function hasMigrations({ sql }: Db): Promise<boolean> {
  const [there] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as yes`;
  return there?.yes;
}

async function applied(db: Db): Promise<number> {
  if (!(await hasMigrations(db))) return 0;
  const [row] = await db.sql`select count(*)::int as n from drizzle.__drizzle_migrations`;
  return row?.n ?? 0;
}
