import { createHash } from 'node:crypto';
import type { MigrationMeta } from 'drizzle-orm/migrator';
import { migrationJournal, migrationSql } from '../../drizzle/migrations.ts';
import type { PostgresConfig } from '../config.ts';
import { type Db, openDb } from './client.ts';

/** Any number that no other advisory lock of this database uses. */
const migrationLock = 7_263_001;

/**
 * Brings the database to the newest schema. Safe to run from several starters at once: they take turns behind an
 * advisory lock, which ends with its connection. Returns how many migrations were applied.
 */
export async function migrate(config: PostgresConfig): Promise<number> {
  // One connection, for the lock belongs to it; no deadline, for a migration may take its time.
  const db = openDb({ ...config, connMaxLifetimeMs: 0 }, { max: 1, deadlineMs: 0 });
  try {
    await db.sql`select pg_advisory_lock(${migrationLock})`;
    const before = await applied(db);
    await runAll(db);
    return (await applied(db)) - before;
  } finally {
    await db.close();
  }
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

/** Drizzle applies what is newer than the newest that it has applied, by the journal's time. */
async function newestApplied(db: Db): Promise<number> {
  if (!(await hasMigrations(db))) return 0;
  const [row] = await db.sql`select max(created_at) as newest from drizzle.__drizzle_migrations`;
  return Number(row?.newest ?? 0);
}

/** The migrations in the shape that Drizzle's migrator reads from a folder, which a compiled binary does not have. */
export function readMigrations(): MigrationMeta[] {
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
async function runAll(db: Db): Promise<void> {
  const orm = db.orm as unknown as {
    dialect: { migrate(migrations: MigrationMeta[], session: unknown, config: object): Promise<void> };
    session: unknown;
  };
  await orm.dialect.migrate(readMigrations(), orm.session, {});
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
