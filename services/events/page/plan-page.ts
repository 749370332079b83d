import { LRUCache } from 'lru-cache';

/** A plan of 100,000 seats takes half a megabyte, and as much again compressed. */
const maxBytes = 32 * 1024 * 1024;

type MakePage = () => Promise<Uint8Array | undefined>;

/** The plans that were asked for last, as pages load them, by hash. */
const pages = new LRUCache<string, Uint8Array, MakePage>({
  maxSize: maxBytes,
  sizeCalculation: ({ length }) => length,
  fetchMethod: (_hash, _stale, { context: make }) => make(),
});

/** Returns the wire form of a plan as JSON in bytes, if it is known. */
export const knownPlanPage = (hash: string): Uint8Array | undefined => pages.get(hash);

/** Returns the wire form of a plan as JSON in bytes. It is made once for all who ask for it. */
export const planPageOf = (hash: string, make: MakePage): Promise<Uint8Array | undefined> =>
  pages.fetch(hash, { context: make });
