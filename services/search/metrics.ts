import type { Clock } from '../../shared/async/clock.ts';
import { type Metrics, sharedRead } from '../../shared/http/metrics.ts';
import type { ChangeLag, ChangeSource } from './domain/changes/change-source.ts';
import type { FollowObserver } from './domain/changes/follow-changes.ts';
import type { SearchIndex } from './domain/index/search-index.ts';

/** Counts the following of changes in the service's metrics, and shows at each scrape how far the index is behind. */
export function followMetrics({ counter, gauge }: Metrics, source: ChangeSource): FollowObserver {
  const changes = counter('cdc_changes_total', 'Changes of rows that were read');
  const indexed = counter('cdc_documents_indexed_total', 'Documents written to the index or deleted from it');
  const rebuilds = counter('cdc_rebuilds_total', 'Times the index was built anew');
  const letters = counter('cdc_dead_letters_total', 'Changes that could not be read');
  const look = sharedRead(() => source.lag());
  const lag = async (unit: keyof ChangeLag) => (await look())[unit] ?? Number.NaN;
  gauge('cdc_lag_bytes', 'Bytes of log that are not handled yet', () => lag('bytes'));
  gauge('cdc_lag_changes', 'Changes that wait to be handled, where the source counts them', () => lag('changes'));
  gauge('cdc_lag_seconds', 'How long a handled change may have been missing from the index', () => lag('seconds'));
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

/** Shows at each scrape how much is in the index, and how old it is. */
export function indexMetrics(
  { gauge }: Metrics,
  index: Pick<SearchIndex, 'count' | 'lookFreshness' | 'freshness'>,
  clock: Clock,
): void {
  const startedMs = clock.now();
  gauge('search_index_documents', 'Events that can be found, whenever they take place', index.count);
  gauge(
    'search_index_age_seconds',
    'How long ago the index was last known to hold all of the database; since the start if not yet',
    async () => {
      // While its server is away it grows older.
      const found = await index.lookFreshness().catch(index.freshness);
      return Math.max(0, (clock.now() - (found?.atMs ?? startedMs)) / 1000);
    },
  );
}
