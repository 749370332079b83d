import { sleep } from '../async/clock.ts';
import type { PostgresConfig } from '../config/config.ts';
import { type Db, openDb } from './client.ts';

/**
 * Watches the session of a pool of one connection that has no deadline, and would wait for ever for a dead server: the
 * connection is ended as soon as the address leads to a server that does not know the session. Returns a function that
 * ends the watch.
 */
export async function watchSession(config: PostgresConfig, db: Db, everyMs = 5000): Promise<() => Promise<void>> {
  const [session] = await db.sql<{ pid: number; begun: string }[]>`
    select pid, backend_start::text as begun from pg_stat_activity where pid = pg_backend_pid()`;
  const other = openDb(config, { max: 1 });
  const ended = new AbortController();
  const isKnown = async () => {
    const rows = await other.run(
      () => other.sql`
        select from pg_stat_activity where pid = ${session!.pid} and backend_start::text = ${session!.begun}`,
    );
    return rows.length > 0;
  };
  const watching = (async () => {
    for (;;) {
      await sleep(everyMs, ended.signal);
      if (ended.signal.aborted) return;
      // A server that is away for a while may still come back with the session.
      if (!(await isKnown().catch(() => true))) await db.sql.end({ timeout: 0 });
    }
  })();
  return async () => {
    ended.abort();
    await watching;
    await other.close();
  };
}
