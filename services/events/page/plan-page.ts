import { LRUCache } from 'lru-cache';

/** A plan of 100,000 seats takes half a megabyte, and as much again compressed. */
const maxBytes = 32 * 1024 * 1024;

/** The plans that were asked for last, as pages load them, by hash. */
const pages = new LRUCache<string, Uint8Array>({ maxSize: maxBytes, sizeCalculation: ({ length }) => length });

/** Returns the wire form of a plan as JSON in bytes, if it is known. */
export const knownPlanPage = (hash: string): Uint8Array | undefined => pages.get(hash);

/** Those that are being made, by event and hash. */
const making = new Map<string, Promise<Uint8Array>>();

/** Returns the wire form of an event's plan; `make` makes it once for all who ask meanwhile. */
export function planPageOf(eventUuid: string, hash: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const key = `${eventUuid} ${hash}`;
  let page = making.get(key);
  if (!page) {
    page = make().finally(() => making.delete(key));
    making.set(key, page);
    void page.then(
      (bytes) => pages.set(hash, bytes),
      () => {},
    );
  }
  return page;
}
