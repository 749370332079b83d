import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { organiserUnknown } from '../../domain/organiser/errors.ts';
import type { PageRequest, Whose } from '../../domain/page.ts';

// Parts of statements that more than one adapter here has.

type Sql = Db['sql'];

/** An instant as RFC 3339 has it, in UTC; null for null. */
export const instant = (sql: Sql, column: Fragment): Fragment =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The version of a row, for its `ETag`: it differs after each write. */
export const versionOf = (sql: Sql, row: Fragment): Fragment =>
  sql`concat_ws('-', ${row}.xmin, to_hex((extract(epoch from ${row}.updated_at) * 1000000)::bigint))`;

/** The condition that a row is one of those that a list shows; `column` is its `organiser_id`. */
export function isOf(sql: Sql, whose: Whose, column: Fragment): Fragment {
  if (whose === 'everybody') return sql`true`;
  const { organiserUuid } = whose;
  if (organiserUuid === null) return sql`${column} is null`;
  return sql`${column} = (select id from organisers where uuid = ${organiserUuid})`;
}

/** The condition that a row comes after the one that a page goes on from. The newest come first. */
export const isAfter = (sql: Sql, table: string, page: PageOf, id: Fragment): Fragment =>
  page.after === undefined ? sql`true` : sql`${id} < (select id ${lastOf(sql, table, page)})`;

type PageOf = PageRequest & { whose: Whose };

/** The row that a page goes on from: one of the list, for whether there is another organiser's thing is not told. */
const lastOf = (sql: Sql, table: string, { after, whose }: PageOf): Fragment =>
  sql`from ${sql(table)} where uuid = ${after!} and ${isOf(sql, whose, sql`organiser_id`)}`;

/** Returns the rows of a page; undefined after an unknown one, for an empty page would look like the end. */
export async function knownPage<T>(sql: Sql, table: string, page: PageOf, rows: T[]): Promise<T[] | undefined> {
  if (rows.length > 0 || page.after === undefined) return rows;
  const [known] = await sql`select ${lastOf(sql, table, page)}`;
  return known ? rows : undefined;
}

/**
 * Returns the internal id of an organiser, null for the platform. Throws `forbidden` for one that is not known: what
 * is made for it would be the platform's.
 */
export async function organiserIdOf(sql: Sql, organiserUuid: string | null): Promise<number | null> {
  if (organiserUuid === null) return null;
  const [row] = await sql<{ id: number }[]>`select id from organisers where uuid = ${organiserUuid}`;
  if (!row) throw organiserUnknown();
  return row.id;
}
