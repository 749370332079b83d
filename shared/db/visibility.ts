import { sleep } from '../async/clock.ts';
import type { Db } from './client.ts';

/** Asking for the newest id uses one up: not for the usual short wait. */
const triesBeforeDoubt = 20;

/**
 * Resolves when a new query sees the writes of these transactions. The server sends a commit once it is in the WAL,
 * which is a moment before other connections see it (long, while it waits for a synchronous standby): a row read in
 * between would be the old one, and stay so in the index. Throws after five seconds. Does not wait for an id that no
 * transaction has had yet: it comes from elsewhere (a replaced server, a message made by hand).
 */
export async function untilVisible(db: Db, transactions: ReadonlySet<number>): Promise<void> {
  let awaited = transactions;
  for (let tries = 0; tries < 500; tries++) {
    const [row] = await db.run(() => db.sql<{ snapshot: string }[]>`select pg_current_snapshot()::text as snapshot`);
    if (row && seesAll(row.snapshot, awaited)) return;
    if (tries === triesBeforeDoubt) awaited = await begunOf(db, awaited);
    await sleep(10);
  }
  throw new Error('a transaction is in the WAL and still not visible; does it wait for a synchronous standby?');
}

/** `snapshot` is PostgreSQL's `xmin:xmax:running,running`, in 64 bits; the WAL's ids are their low 32 bits. */
export function seesAll(snapshot: string, transactions: ReadonlySet<number>): boolean {
  const [, end = '0', running = ''] = snapshot.split(':');
  const xmax = BigInt(end);
  const unfinished = new Set(running.split(','));
  return [...transactions].every((id) => {
    const full = inFull(id, xmax);
    return full < xmax && !unfinished.has(String(full));
  });
}

async function begunOf(db: Db, transactions: ReadonlySet<number>): Promise<ReadonlySet<number>> {
  const [row] = await db.run(() => db.sql<{ newest: string }[]>`select pg_current_xact_id()::text as newest`);
  const newest = BigInt(row?.newest ?? 0);
  return new Set([...transactions].filter((id) => inFull(id, newest) < newest));
}

/** Returns the 64 bits of an id of which 32 are known, near another. */
const inFull = (id: number, near: bigint) => near + BigInt.asIntN(32, BigInt(id) - near);
