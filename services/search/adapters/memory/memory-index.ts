import { randomUUID } from 'node:crypto';
import { unavailable } from '../../../../shared/errors.ts';
import { hitOf } from '../../domain/index/event-document.ts';
import type { Freshness, SearchIndex } from '../../domain/index/search-index.ts';
import { createGate } from '../../domain/query/gate.ts';
import {
  dayOf,
  queryKey,
  type SearchCursor,
  type SearchQuery,
  type SearchResult,
} from '../../domain/query/search-query.ts';
import { meaningOf } from '../../domain/relevance/meaning.ts';
import { createDocumentStore, type DocumentStore } from './document-store.ts';
import { createReadWriteLock } from './read-write-lock.ts';
import { top } from './top.ts';
import { createTurns, type Stepwise, stepsAtOnce, type Turns } from './turns.ts';
import { createViews, type Listed, type Views } from './views.ts';

/** The searches share one thread: more at once would make each slower and none earlier. */
const searchesAtOnce = { atOnce: 4, maxWaiting: 100, patienceMs: 2000 };

/** How long searches wait at most while much is indexed. */
const writeMs = 40;
/** So many changes show at once, however long searches wait for that: a transaction is seen whole or not at all. */
const wholeChanges = 10_000;

/**
 * The index in this process: gone with it, and built from the database at each start. About 1.5 KB an event. Deletions
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

    async search(query) {
      if (!isBuilt) throw unavailable('the search index', new Error('it is not built yet'));
      return gate.run(() => lock.read(() => turns.run(search(store, views, query))));
    },

    generation: async () => `${instance}.${store.changes()}`,
    async reached(noted) {
      freshness = noted;
    },
    lookFreshness: async () => freshness,
    freshness: () => freshness,
    isBuilt: async () => isBuilt,
    isOutdated: async () => false,
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

function* search(store: DocumentStore, views: Views, query: SearchQuery): Stepwise<SearchResult> {
  const { text, now, size, from = 0, after } = query;
  const key = queryKey(query);
  const kept = after?.view === undefined ? undefined : views.get(after.view, key);
  const matches = kept ? yield* filtered(kept, ({ dateMs }) => dateMs >= now) : yield* listed(store, text, now);
  const rest = after ? yield* filtered(matches, isBehind(after)) : matches;
  const first = yield* top(rest, from + size + 1, inOrder);
  const page = first.slice(from, from + size);
  const last = page.at(-1);
  const isMore = last !== undefined && first.length > from + size;
  return {
    hits: page.map(({ document }) => hitOf(document)),
    total: matches.length,
    ...(matches.length > 0 && { firstDateMs: yield* earliest(matches) }),
    ...(isMore && { next: cursor(last, kept ? after!.view! : views.keep(key, store.changes(), matches)) }),
  };
}

function* listed(store: DocumentStore, text: string, now: number): Stepwise<Listed[]> {
  const found = text === '' ? yield* store.upcoming(now) : yield* store.matching(meaningOf(text, dayOf(now)), now);
  const list: Listed[] = [];
  for (const { slot, score } of found) {
    list.push({ score, dateMs: store.dateMs(slot), document: store.document(slot) });
    if (list.length % stepsAtOnce === 0) yield;
  }
  return list;
}

function* filtered<T>(items: T[], isWanted: (item: T) => boolean): Stepwise<T[]> {
  const wanted: T[] = [];
  let steps = 0;
  for (const item of items) {
    if (isWanted(item)) wanted.push(item);
    if (++steps % stepsAtOnce === 0) yield;
  }
  return wanted;
}

/** Score descending, date ascending, uuid ascending. */
const inOrder = (a: Listed, b: Listed) =>
  b.score - a.score || a.dateMs - b.dateMs || compareText(a.document.uuid, b.document.uuid);

const isBehind = (cursor: SearchCursor) => (match: Listed) =>
  (cursor.score - match.score || match.dateMs - cursor.dateMs || compareText(match.document.uuid, cursor.uuid)) > 0;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const cursor = ({ score, dateMs, document }: Listed, view: string): SearchCursor => ({
  score,
  dateMs,
  uuid: document.uuid,
  view,
});

function* earliest(matches: Listed[]): Stepwise<number> {
  let first = Number.POSITIVE_INFINITY;
  let steps = 0;
  for (const { dateMs } of matches) {
    first = Math.min(first, dateMs);
    if (++steps % stepsAtOnce === 0) yield;
  }
  return first;
}
