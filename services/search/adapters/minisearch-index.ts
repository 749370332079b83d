import { randomUUID } from 'node:crypto';
import { sleep } from '../../../shared/clock.ts';
import { unavailable } from '../../../shared/errors.ts';
import type { EventDocument, EventHit } from '../domain/event-document.ts';
import type { SearchCursor, SearchIndex, SearchQuery, SearchResult } from '../domain/search-index.ts';
import { words } from '../domain/text.ts';
import type { Candidate } from './minisearch/scores.ts';
import { createShelf, type Shelf } from './minisearch/shelf.ts';
import { top } from './minisearch/top.ts';

/** How long indexing may hold the thread before requests get their turn. */
const turnMs = 8;

/**
 * The index in this process: gone with it, and built from the database at each start. About 1.5 KB an event.
 * Deletions are remembered, against older documents that come later, for the last 100,000 events deleted.
 */
export function miniSearchIndex(): SearchIndex {
  const instance = randomUUID();
  const shelf = createShelf();
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

    async replaceAll(documents, version) {
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
      return search(shelf, query);
    },

    generation: async () => `${instance}.${shelf.changes()}`,
    isBuilt: async () => isBuilt,
    count: async () => shelf.count(),
    async *scan(batchSize) {
      const ids = shelf.ids().sort((a, b) => a - b);
      for (let at = 0; at < ids.length; at += batchSize) {
        yield ids.slice(at, at + batchSize).flatMap((id) => shelf.read(id) ?? []);
      }
    },
  };
}

function search(shelf: Shelf, { text, now, size, from = 0, after }: SearchQuery): SearchResult {
  const matches = text === '' ? shelf.upcoming(now) : shelf.matching(words(text, 'query'), now);
  const rest = after ? matches.filter(isBehind(shelf, after)) : matches;
  const first = top(rest, from + size + 1, inOrder(shelf));
  const page = first.slice(from, from + size);
  const last = page.at(-1);
  return {
    hits: page.map(({ slot }) => hit(shelf.document(slot))),
    total: matches.length,
    ...(last && first.length > from + size && { next: cursor(shelf, last) }),
  };
}

/** Score descending, date ascending, uuid ascending. */
const inOrder = (shelf: Shelf) => (a: Candidate, b: Candidate) =>
  b.score - a.score ||
  shelf.dateMs(a.slot) - shelf.dateMs(b.slot) ||
  compareText(shelf.document(a.slot).uuid, shelf.document(b.slot).uuid);

const isBehind = (shelf: Shelf, cursor: SearchCursor) => (match: Candidate) =>
  (cursor.score - match.score ||
    shelf.dateMs(match.slot) - cursor.dateMs ||
    compareText(shelf.document(match.slot).uuid, cursor.uuid)) > 0;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const cursor = (shelf: Shelf, { slot, score }: Candidate): SearchCursor => ({
  score,
  dateMs: shelf.dateMs(slot),
  uuid: shelf.document(slot).uuid,
});

const hit = ({ uuid, name, description, date, location }: EventDocument): EventHit => ({
  uuid,
  name,
  description,
  date,
  location,
});

function createTurns(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < turnMs) return undefined;
    return sleep(0).then(() => {
      since = performance.now();
    });
  };
}
