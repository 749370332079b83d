import type { Db } from './client.ts';

const pageBytes = 8192n;
/** At the start of a page of the log that has no record yet. */
const pageHeader = 24n;

/**
 * Returns where the server's write-ahead log ends, in bytes, also where it is not on the disk yet: all that was
 * committed before this call is before it. It reads no row.
 */
export async function walPosition({ sql, run }: Db): Promise<bigint> {
  const [row] = await run(() => sql<{ bytes: string }[]>`select (pg_current_wal_insert_lsn() - '0/0')::text as bytes`);
  const position = BigInt(row!.bytes);
  // Who follows the log is told of the end of a record, which is before the header of the next page.
  return position % pageBytes === pageHeader ? position - pageHeader : position;
}
