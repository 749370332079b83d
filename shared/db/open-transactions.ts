import type { Metrics } from '../http/metrics.ts';
import type { Db } from './client.ts';

const systemMs = () => performance.now();

/**
 * Shows for how long a transaction has been open: the oldest on the server that has written, since this process first
 * saw it; and the oldest that is idle, as far as the service's role may see it. An event page reads all rows written
 * since the oldest one began, so all pages are slower meanwhile, and nothing is vacuumed.
 */
export function openTransactions({ gauge }: Pick<Metrics, 'gauge'>, { sql, run }: Db, nowMs = systemMs): void {
  let seen = { oldest: '', sinceMs: 0 };

  gauge(
    'db_open_transaction_seconds',
    'How long the oldest transaction has been open that has written, or is idle',
    async () => {
      const [row] = await run(
        () => sql<{ oldest: string; next: string; idle: number }[]>`
          select pg_snapshot_xmin(now)::text as oldest, pg_snapshot_xmax(now)::text as next, coalesce((
            select extract(epoch from clock_timestamp() - min(xact_start)) from pg_stat_activity
            where state in ('idle in transaction', 'idle in transaction (aborted)')), 0)::float8 as idle
          from pg_current_snapshot() now`,
      );
      const { oldest, next, idle } = row!;
      const atMs = nowMs();
      if (oldest !== seen.oldest) seen = { oldest, sinceMs: atMs };
      // Nothing was written since the oldest began, or none is open.
      const written = oldest === next ? 0 : (atMs - seen.sinceMs) / 1000;
      return Math.max(written, idle);
    },
  );
}
