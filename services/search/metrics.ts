import type { Clock } from '../../shared/async/clock.ts';
import { type Metrics, sharedRead } from '../../shared/http/metrics.ts';
import type { ChangeLag, ChangeSource } from './domain/changes/change-source.ts';
import type { FollowObserver } from './domain/changes/follow-changes.ts';
import type { SearchIndex } from './domain/index/search-index.ts';

/** Counts the following of changes in the service's metrics, and shows at each scrape how far the index is behind. */
export function followMetrics({ counter, gauge }: Metrics, source: ChangeSource, clock: Clock): FollowObserver {
  const changes = counter('cdc_changes_total', 'Changes of rows that were read');
  const indexed = counter('cdc_documents_indexed_total', 'Documents written to the index or deleted from it');
  const rebuilds = counter('cdc_rebuilds_total', 'Times the index was built anew');
  const letters = counter('cdc_dead_letters_total', 'Changes that could not be read');
  const age = createIndexAge(clock);
  const look = sharedRead(async () => {
    const atMs = clock.now();
    const known = await source.lag();
    age.looked(known, atMs);
    return known;
  });
  const lag = async (unit: keyof ChangeLag) => (await look())[unit] ?? Number.NaN;
  gauge('cdc_lag_bytes', 'Bytes of log that are not handled yet', () => lag('bytes'));
  gauge('cdc_lag_changes', 'Changes that wait to be handled, where the source counts them', () => lag('changes'));
  gauge('cdc_lag_seconds', 'How long a handled change may have been missing from the index', () => lag('seconds'));
  gauge(
    'search_index_age_seconds',
    'How long ago the index was last known to hold all that the source of changes had; since the start if not yet',
    async () => {
      await look().catch(() => {});
      return age.seconds();
    },
  );
  return {
    applied: (counts) => {
      changes(counts.changes);
      indexed(counts.upserts + counts.deletes);
    },
    rebuilt: ({ documents }) => {
      rebuilds();
      indexed(documents);
    },
    deadLetter: () => letters(),
  };
}

/** Shows at each scrape how much is in the index. */
export function indexMetrics({ gauge }: Metrics, index: Pick<SearchIndex, 'count'>): void {
  gauge('search_index_documents', 'Events that can be found, whenever they take place', index.count);
}

/**
 * The age of the index. A look that finds no lag means that what the look before it saw is in the index. While the
 * source is out of reach the age grows, where the lag is unknown. A connector that brings nothing shows in
 * `cdc_lag_bytes` alone.
 */
function createIndexAge(clock: Clock) {
  let currentAtMs = clock.now();
  let lookedAtMs = currentAtMs;
  return {
    looked({ seconds }: ChangeLag, atMs: number): void {
      if (seconds === 0) currentAtMs = lookedAtMs;
      lookedAtMs = atMs;
    },
    seconds: () => (clock.now() - currentAtMs) / 1000,
  };
}
