import type { Freshness } from '../index/search-index.ts';

/** Those of the last quarter of an hour or so: an index that is further behind shows the oldest. */
const momentsKept = 1000;

/** Knows when a position was the end of the WAL: what has reached it was whole at that moment. */
export function createMoments() {
  let seen: Freshness[] = [];
  let last: number | undefined;

  return {
    /** The WAL ended at `position` at `atMs`. One that ends earlier than before is another server's. */
    saw(position: bigint, atMs: number): void {
      const newest = seen.at(-1);
      if (newest && position < newest.position) seen = [];
      if (newest?.position === position) newest.atMs = atMs;
      else if (seen.length < momentsKept) seen.push({ position, atMs });
    },
    /** Returns the last known moment at which there was nothing beyond `position`; undefined before the first. */
    lastBefore(position: bigint): number | undefined {
      const end = seen.findLastIndex((moment) => moment.position <= position);
      if (end < 0) return last;
      last = seen[end]!.atMs;
      seen = seen.slice(end);
      return last;
    },
  };
}
