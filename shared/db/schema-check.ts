import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { Unfit } from '../errors.ts';
import type { Db } from './client.ts';

/** The rights of a service on a table. */
export type Right = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
export type Needed = [table: PgTable, ...rights: Right[]][];

const verbs: Record<Right, string> = {
  SELECT: 'read',
  INSERT: 'insert into',
  UPDATE: 'update',
  DELETE: 'delete from',
};

type Found = {
  role: string;
  name: string;
  isSeen: boolean;
  isElsewhere: boolean;
  lacking: string[];
  denied: Right[];
};

/**
 * Returns a check that the server responds, that its database has these tables with the columns of this release (more
 * do no harm) and these functions (by their signatures), and that the role may use them. Throws as `ping` does, or
 * `Unfit`. Reads only the catalogue: no lock on a table blocks it.
 */
export function schemaCheck(db: Db, needed: Needed, functions: string[] = []): () => Promise<void> {
  const statement = ask(needed);
  return async () => {
    await db.ping();
    const found = await db.run(() => db.sql.unsafe<Found[]>(statement));
    for (const table of found) {
      const reason = reasonOf(table);
      if (reason) throw new Unfit(reason);
    }
    const wrong = await db.run(
      () => db.sql<{ name: string; role: string; isSeen: boolean }[]>`
        select name, current_user::text as role, f.id is not null as "isSeen"
        from unnest(${functions}::text[]) name, lateral (select to_regprocedure(name)::oid as id) f
        where f.id is null or not has_function_privilege(f.id, 'EXECUTE')`,
    );
    for (const { name, role, isSeen } of wrong) {
      if (!isSeen) throw new Unfit(ofOtherRelease(`there is no function ${name}`));
      throw new Unfit(`The role ${role} may not execute function ${name}: grant it`);
    }
  };
}

function reasonOf({ role, name, isSeen, isElsewhere, lacking, denied }: Found): string | undefined {
  if (isElsewhere) return `The role ${role} does not see table ${name}: grant it usage of its schema`;
  if (!isSeen) return ofOtherRelease(`there is no table ${name}`);
  if (lacking.length > 0) return ofOtherRelease(`table ${name} lacks ${lacking.join(', ')}`);
  if (denied.length > 0)
    return `The role ${role} may not ${denied.map((right) => verbs[right]).join(', ')} table ${name}: grant it`;
  return undefined;
}

const ofOtherRelease = (what: string) =>
  `The database’s schema is not this release’s (${what}): run \`events migrate\``;

function ask(needed: Needed): string {
  const rows = needed.map(([table, ...rights]) => {
    const { name, columns } = getTableConfig(table);
    return `('${name}', ${texts(columns.map((column) => column.name))}, ${texts(rights)})`;
  });
  return `
    select current_user::text as role, n.name, t.id is not null as "isSeen",
      t.id is null and exists (select from pg_class c where c.relname = n.name and c.relkind in ('r', 'p')) as "isElsewhere",
      array(
        select c from unnest(n.columns) c
        where not exists (select from pg_attribute a where a.attrelid = t.id and a.attname = c and not a.attisdropped)
      ) as lacking,
      array(
        select r from unnest(n.rights) r
        where not case r when 'DELETE' then has_table_privilege(t.id, r) else has_any_column_privilege(t.id, r) end
      ) as denied
    from (values ${rows.join(', ')}) n (name, columns, rights), lateral (select to_regclass(n.name)::oid as id) t`;
}

const texts = (values: string[]) => `array[${values.map((value) => `'${value}'`).join(', ')}]::text[]`;
