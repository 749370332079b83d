import { randomUUID } from 'node:crypto';
import { unavailable } from '../../../../shared/errors.ts';
import type { Freshness, SearchIndex } from '../../domain/index/search-index.ts';
import { createGate } from '../../domain/query/gate.ts';
import { createDocumentStore } from './document-store.ts';
import { createReadWriteLock } from './read-write-lock.ts';
import { search } from './search.ts';
import { suggest } from './suggest.ts';
import { createTurns, type Stepwise, type Turns } from './turns.ts';
import { createViews } from './views.ts';

/** The searches share one thread: more at once would make each slower and none earlier. */
const searchesAtOnce = { atOnce: 4, maxWaiting: 100, patienceMs: 2000 };

/** How long searches wait at most while much is indexed. */
const writeMs = 40;
/** So many changes show at once, however long searches wait for that: a transaction is seen whole or not at all. */
const wholeChanges = 10_000;

/**
 * The index in this process: gone with it, and built from the database at each start. About 2 KB an event. Deletions
 * are remembered, against older documents that come later, for the last 100,000 events deleted. A search sees one state
 * of the index, however long it takes.
 */
export function memoryIndex({ turns = createTurns() }: { turns?: Turns } = {}): SearchIndex {
  const instance = randomUUID();
  const store = createDocumentStore();
  const views = createViews(instance);
  const gate = createGate(searchesAtOnce);
  const lock = createReadWriteLock();
  let isBuilt = false;
  let freshness: Freshness | undefined;

  /** Calls `change` for each item, for a while at a time, with searches between. */
  async function changeEach<T>(items: T[], change: (item: T) => void): Promise<void> {
    let at = 0;
    function* some(): Stepwise<undefined> {
      const until = performance.now() + writeMs;
      for (; at < items.length && performance.now() < until; at++) {
        change(items[at]!);
        yield;
      }
    }
    while (at < items.length) await lock.write(() => turns.run(some()));
  }

  async function reading<T>(work: () => Stepwise<T>): Promise<T> {
    if (!isBuilt) throw unavailable('the search index', new Error('it is not built yet'));
    return gate.run(() => lock.read(() => turns.run(work())));
  }

  return {
    async apply({ upserts, deletes, version }) {
      const changes = [
        ...upserts.map((document) => () => store.put(document, version)),
        // Last, so that a replacement in parts shows both rather than nothing.
        ...deletes.map((id) => () => store.remove(id, version)),
      ];
      if (changes.length > wholeChanges) await changeEach(changes, (change) => change());
      else await lock.write(() => turns.run(each(changes)));
      return [];
    },

    async replaceAll(documents, version, newest) {
      if (newest) store.forgetBeyond(await newest());
      const there = new Set<number>();
      for await (const batch of documents) {
        await changeEach(batch, (document) => {
          there.add(document.id);
          store.put(document, version);
        });
      }
      const gone = store.ids().filter((id) => !there.has(id));
      await changeEach(gone, (id) => store.remove(id, version));
      isBuilt = true;
      return [];
    },

    search: (query) => reading(() => search(store, views, query)),
    suggest: (query) => reading(() => suggest(store, query)),

    generation: async () => `${instance}.${store.changes()}`,
    async reached(noted) {
      freshness = noted;
    },
    lookFreshness: async () => freshness,
    freshness: () => freshness,
    isBuilt: async () => isBuilt,
    isOutdated: async () => false,
    removeAbandoned: async () => {},
    count: async () => store.count(),
    async *scan(batchSize) {
      const ids = store.ids().sort((a, b) => a - b);
      for (let at = 0; at < ids.length; at += batchSize) {
        yield ids.slice(at, at + batchSize).flatMap((id) => store.read(id) ?? []);
      }
    },
  };
}

function* each(changes: (() => void)[]): Stepwise<undefined> {
  for (const change of changes) {
    change();
    yield;
  }
}
