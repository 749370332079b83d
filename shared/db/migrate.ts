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

async function applied({ sql }: Db): Promise<number> {
  const [there] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as yes`;
  if (!there?.yes) return 0;
  const [row] = await sql`select count(*)::int as n from drizzle.__drizzle_migrations`;
  return row?.n ?? 0;
}
