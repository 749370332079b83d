import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { EventDocument } from '../../domain/index/event-document.ts';

/** The hits of a list in no order, as they were when it was read: each array has one entry a hit. */
export type List = {
  documents: EventDocument[];
  scores: Float64Array;
  /** What the list is sorted by, before date and uuid: ascending, infinite where the value is lacking. */
  ranks: Float64Array;
  /** When they begin. */
  dates: Float64Array;
};

/** Of all lists together: about 20 MB, besides documents that have changed since, which go with their list. */
const hitsKept = 500_000;
/** A list of which no further page is read is forgotten, as in Elasticsearch. */
const keptForMs = 5 * 60_000;

type View = { query: string; list: List };

/** Keeps the last lists that have more than their first page, so that their other pages fit the first. */
export function createViews(instance: string) {
  const views = new LRUCache<string, View>({
    maxSize: hitsKept,
    sizeCalculation: ({ list }) => list.documents.length,
    ttl: keptForMs,
    ttlAutopurge: true,
    updateAgeOnGet: true,
  });

  return {
    /** The list of that name, if it is still kept and is one for this query, by its `queryKey`. */
    get(name: string, query: string): List | undefined {
      const view = views.get(name);
      return view?.query === query ? view.list : undefined;
    },
    /** Lists for one query in one `state` of the index share a name. */
    name: (query: string, state: number): string =>
      createHash('sha1').update(`${instance} ${state} ${query}`).digest('base64url'),
    has: (name: string): boolean => views.has(name),
    /** A list that is too long is not kept. */
    keep: (name: string, query: string, list: List): void => void views.set(name, { query, list }),
  };
}

export type Views = ReturnType<typeof createViews>;
