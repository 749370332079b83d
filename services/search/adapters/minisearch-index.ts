import { randomUUID } from 'node:crypto';
import { sleep } from '../../../shared/clock.ts';
import { unavailable } from '../../../shared/errors.ts';
import type { EventDocument, EventHit } from '../domain/event-document.ts';
import type { SearchCursor, SearchIndex, SearchQuery, SearchResult } from '../domain/search-index.ts';
import { words } from '../domain/text.ts';
import { createShelf, type Shelf } from './minisearch/shelf.ts';
import { top } from './minisearch/top.ts';
import { createViews, type Listed, type Views } from './minisearch/views.ts';

/** How long indexing may hold the thread before requests get their turn. */
const turnMs = 8;

/**
 * The index in this process: gone with it, and built from the database at each start. About 1.5 KB an event.
 * Deletions are remembered, against older documents that come later, for the last 100,000 events deleted.
 */
export function miniSearchIndex(): SearchIndex {
  const instance = randomUUID();
  const shelf = createShelf();
  const views = createViews(instance);
  const turn = createTurns();
  let isBuilt = false;

  return {
    async apply({ upserts, deletes, version }) {
      for (const document of upserts) {
        shelf.put(document, version);
        await turn();
      }
      for (const id of deletes) {
        shelf.remove(id, version);
        await turn();
      }
      return [];
    },

    async replaceAll(documents, version, newest) {
      if (newest) shelf.forgetBeyond(await newest());
      const there = new Set<number>();
      for await (const batch of documents) {
        for (const document of batch) {
          there.add(document.id);
          shelf.put(document, version);
          await turn();
        }
      }
      for (const id of shelf.ids()) {
        if (there.has(id)) continue;
        shelf.remove(id, version);
        await turn();
      }
      isBuilt = true;
      return [];
    },

    async search(query) {
      if (!isBuilt) throw unavailable('the search index', new Error('it is not built yet'));
      return search(shelf, views, query);
    },

    generation: async () => `${instance}.${shelf.changes()}`,
    isBuilt: async () => isBuilt,
    isOutdated: async () => false,
    count: async () => shelf.count(),
    async *scan(batchSize) {
      const ids = shelf.ids().sort((a, b) => a - b);
      for (let at = 0; at < ids.length; at += batchSize) {
        yield ids.slice(at, at + batchSize).flatMap((id) => shelf.read(id) ?? []);
      }
    },
  };
}

function search(shelf: Shelf, views: Views, query: SearchQuery): SearchResult {
  const { text, now, size, from = 0, after } = query;
  const kept = after?.view === undefined ? undefined : views.get(after.view, text);
  const matches = kept?.filter(({ dateMs }) => dateMs >= now) ?? listed(shelf, text, now);
  const rest = after ? matches.filter(isBehind(after)) : matches;
  const first = top(rest, from + size + 1, inOrder);
  const page = first.slice(from, from + size);
  const last = page.at(-1);
  const isMore = last !== undefined && first.length > from + size;
  return {
    hits: page.map(({ document }) => hit(document)),
    total: matches.length,
    ...(matches.length > 0 && { firstDateMs: earliest(matches) }),
    ...(isMore && { next: cursor(last, kept ? after!.view! : views.keep(text, shelf.changes(), matches)) }),
  };
}

function listed(shelf: Shelf, text: string, now: number): Listed[] {
  const found = text === '' ? shelf.upcoming(now) : shelf.matching(words(text, 'query'), now);
  return found.map(({ slot, score }) => ({ score, dateMs: shelf.dateMs(slot), document: shelf.document(slot) }));
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

const hit = ({ uuid, name, description, date, location, currency }: EventDocument): EventHit => ({
  uuid,
  name,
  description,
  date,
  location,
  currency,
});

const earliest = (matches: Listed[]): number =>
  matches.reduce((first, { dateMs }) => Math.min(first, dateMs), Number.POSITIVE_INFINITY);

function createTurns(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < turnMs) return undefined;
    return sleep(0).then(() => {
      since = performance.now();
    });
  };
}
