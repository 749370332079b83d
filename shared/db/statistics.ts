import { getTableName } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Db } from './client.ts';

/** A table has outgrown what is known of it when it has so many times the pages that it had then, or the rows. */
const growth = 4;
/** So few rows are read as quickly by any plan. */
const fewRows = 25;

/**
 * Has PostgreSQL look anew at those of the tables that have grown far beyond what it knows of them. Every session then plans
 * its statements anew, too: plans that were made while a table was empty read it whole when it is not, and autovacuum comes by
 * but once a minute, which is the first of a sale. A table is looked at a handful of times in its life, and is locked for
 * nobody but those who alter it. Returns the names of those looked at; those that are not this user's are left alone.
 */
export async function analyzeOutgrown({ sql, run }: Db, tables: PgTable[]): Promise<string[]> {
  return run(async () => {
    const rows = await sql<{ name: string }[]>`
      select relname as name from pg_class
      where oid = any(select to_regclass(name) from unnest(${tables.map(getTableName)}::text[]) name)
        and (
          -- Who looks in the midst of an import sees its pages, and none of its rows.
          pg_stat_get_live_tuples(oid) >= ${growth} * greatest(reltuples, ${fewRows})
          or (pg_relation_size(oid) / current_setting('block_size')::int >= ${growth} * greatest(relpages, 0.25)
            and (reltuples < 0 or relpages < 1000)))
        and pg_has_role(relowner, 'usage')`;
    for (const { name } of rows) await sql`analyze (skip_locked) ${sql(name)}`;
    return rows.map(({ name }) => name);
  });
}
