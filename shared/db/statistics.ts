import { getTableName } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Db } from './client.ts';

/** A table has outgrown its statistics when it has so many times their pages or rows. */
const growth = 4;
/** Any plan is quick enough for so few rows. */
const fewRows = 25;

/**
 * Analyses those of the tables that have outgrown their statistics. Every session then plans its statements anew, too:
 * plans that were made while a table was empty scan it when it is not, and autovacuum runs only once a minute, which is
 * the first of a sale. A table is analysed a handful of times in its life, which blocks only those who alter it.
 * Returns the names of the analysed tables; those of other owners are left alone.
 */
export async function analyzeOutgrown({ sql, run }: Db, tables: PgTable[]): Promise<string[]> {
  return run(async () => {
    const rows = await sql<{ name: string }[]>`
      select relname as name from pg_class
      where oid = any(select to_regclass(name) from unnest(${tables.map(getTableName)}::text[]) name)
        and (
          -- In the midst of an import other sessions see its pages, and none of its rows.
          pg_stat_get_live_tuples(oid) >= ${growth} * greatest(reltuples, ${fewRows})
          or (pg_relation_size(oid) / current_setting('block_size')::int >= ${growth} * greatest(relpages, 0.25)
            and (reltuples < 0 or relpages < 1000)))
        and pg_has_role(relowner, 'usage')`;
    for (const { name } of rows) await sql`analyze (skip_locked) ${sql(name)}`;
    return rows.map(({ name }) => name);
  });
}
