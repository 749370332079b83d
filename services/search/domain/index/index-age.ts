import type { Freshness } from './search-index.ts';

/**
 * Returns how many whole seconds ago the index was last known to have all of the database; undefined before it was. The
 * clock of the process that noted it may be ahead.
 */
export const indexAge = (freshness: Freshness | undefined, nowMs: number): number | undefined =>
  freshness && Math.max(0, Math.floor((nowMs - freshness.atMs) / 1000));
