import type { Metrics } from '../../shared/http/metrics.ts';
import { type App, createShell, type ShellDeps } from '../../shared/http/shell.ts';
import type { ChangeLag, ChangeSource } from './domain/change-source.ts';
import type { FollowObserver } from './domain/follow-changes.ts';
import { type SearchEventsDeps, searchEvents } from './domain/search-events.ts';
import { addSearchRoutes } from './http/search.ts';

export type SearchDeps = ShellDeps & SearchEventsDeps & { role: Role };

/** `api` answers searches, `cdc` keeps the index after the database, `all` does both. */
export type Role = 'all' | 'api' | 'cdc';

/** The search service over its ports. In the role `cdc` it has no routes but those of its operation. */
export function createSearchApp(deps: SearchDeps): App {
  const countCache = deps.metrics.labelled('cache_reads_total', 'Reads of the search cache by outcome', 'outcome');
  const search = searchEvents({ ...deps, observeCache: (outcome) => countCache(outcome) });
  return createShell('Onsale search', deps, (app) => {
    if (deps.role !== 'cdc') addSearchRoutes(app, search);
  });
}

/** Counts the following of changes in the service's metrics. */
export function followMetrics({ counter, gauge }: Metrics, source: ChangeSource): FollowObserver {
  const changes = counter('cdc_changes_total', 'Changes of rows that were read');
  const indexed = counter('cdc_documents_indexed_total', 'Documents written to the index or deleted from it');
  const rebuilds = counter('cdc_rebuilds_total', 'Times the index was built anew');
  const letters = counter('cdc_dead_letters_total', 'Changes that could not be read');
  const lag = async (unit: keyof ChangeLag) => {
    const known: ChangeLag | undefined = await source.lag().catch(() => undefined);
    return known?.[unit] ?? Number.NaN;
  };
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
