import type { Clock } from '../../../../shared/async/clock.ts';
import { type Cache, type CacheObserver, readThrough } from '../../../../shared/cache/cache.ts';
import { AppError } from '../../../../shared/errors.ts';
import type { SearchIndex } from '../index/search-index.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { queryKey, type SearchFilters, type SearchQuery } from './search-query.ts';

export type SearchRequest = {
  /** As the user typed it; empty lists upcoming events. */
  q: string;
  filters?: SearchFilters;
  /** From 1. */
  page: number;
  /** Results a page, 1–100. */
  size: number;
  /** The `next_cursor` of an earlier answer to the same `q` and `filters`: goes on behind it, and `page` is not looked at. */
  cursor?: string | undefined;
};

export type SearchEventsDeps = {
  index: SearchIndex;
  cache: Cache;
  clock: Clock;
  observeCache?: CacheObserver;
};

const answerTtlMs = 5 * 60_000;

/** An answer's JSON, and the last millisecond at which the same search finds the same: until the first of its events begins. */
type Answer = { untilMs: number; body: string };
const deepestResult = 10_000;

/**
 * Finds events: resolves to the answer's JSON text, `{events, total, page, size}` and, when more results follow,
 * `next_cursor`. `total` counts all matches. An answer to a cursor counts its `page` on from where the cursor came.
 *
 * The same text is answered for five minutes, unless the index changes or one of all events that match begins: what has begun
 * is neither shown nor counted. Throws `invalid_request` for a malformed
 * cursor or results beyond the 10,000th, and `unavailable` while the index is away.
 */
export function searchEvents({ index, cache, clock, observeCache }: SearchEventsDeps) {
  const read = readThrough(cache, observeCache);

  return async function search(request: SearchRequest): Promise<string> {
    const { size, filters = {} } = request;
    const wanted = { text: normalise(request.q), filters };
    const cursor = request.cursor === undefined ? undefined : readCursor(request.cursor);
    const page = cursor?.page ?? request.page;
    if (!cursor && page * size > deepestResult) throw tooDeep();

    const where = cursor ? `@${writeCursor(cursor)}` : page;
    const key = `search:until:${await index.generation()}:${queryKey(wanted)}:${where}:${size}`;
    const load = async () => {
      const start = cursor ? { after: cursor.after } : { from: (page - 1) * size };
      return write(await answer(index, { ...wanted, now: clock.now(), size, ...start }, page));
    };
    const kept = await read(key, answerTtlMs, load, (entry) => clock.now() <= parse(entry).untilMs);
    return parse(kept).body;
  };
}

const write = ({ untilMs, body }: Answer): string => `${untilMs} ${body}`;

/** What others may have left in a shared cache is good until before all time. */
function parse(entry: string): Answer {
  const end = entry.indexOf(' ');
  const untilMs = Number(entry.slice(0, Math.max(end, 0)) || Number.NaN);
  return { untilMs: Number.isNaN(untilMs) ? Number.NEGATIVE_INFINITY : untilMs, body: entry.slice(end + 1) };
}

export type SearchEvents = ReturnType<typeof searchEvents>;

/** Queries that mean the same share an answer. */
export const normalise = (q: string): string => q.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();

async function answer(index: SearchIndex, query: SearchQuery, page: number): Promise<Answer> {
  const { hits, total, firstDateMs = Number.POSITIVE_INFINITY, next } = await index.search(query);
  const nextCursor = next && writeCursor({ after: next, page: page + 1 });
  const found = { events: hits, total, page, size: query.size, ...(nextCursor && { next_cursor: nextCursor }) };
  return { untilMs: firstDateMs, body: JSON.stringify(found) };
}

const tooDeep = () =>
  new AppError(
    'invalid_request',
    'Pages reach to the 10,000th result; to go on, pass the next_cursor of the last answer as cursor',
  );
