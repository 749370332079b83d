import type { Clock } from '../../../../shared/async/clock.ts';
import { type Cache, type CacheObserver, readThrough } from '../../../../shared/cache/cache.ts';
import { AppError } from '../../../../shared/errors.ts';
import type { EventHit } from '../index/event-document.ts';
import type { SearchIndex } from '../index/search-index.ts';
import { awaitVersion } from './await-version.ts';
import { type PageCursor, readCursor, writeCursor } from './cursor.ts';
import { dayOf, queryKey, type SearchFilters } from './search-query.ts';

export type SearchRequest = {
  /** As the user typed it; empty lists upcoming events. */
  q: string;
  filters?: SearchFilters;
  /** From 1. */
  page: number;
  /** Results a page, 1–100. */
  size: number;
  /**
   * The text of the cursor of an earlier page of the same `q` and `filters`: goes on behind it, and `page` is not
   * looked at.
   */
  cursor?: string | undefined;
  /** The version of a write that must be found, if it is to be: the search waits for it, or throws `unavailable`. */
  minVersion?: bigint | undefined;
};

export type SearchPage = {
  hits: EventHit[];
  /** How many events match in all. */
  total: number;
  /** With a cursor, counted on from the page that it came from. */
  page: number;
  size: number;
  /** Set only when more results follow. */
  next?: PageCursor;
};

export type SearchEventsDeps = {
  index: SearchIndex;
  cache: Cache;
  clock: Clock;
  observeCache?: CacheObserver;
};

const answerTtlMs = 5 * 60_000;
const deepestResult = 10_000;

/**
 * Finds events. Resolves to the page as `write` writes it: the text is made once, and kept.
 *
 * The same text is returned for five minutes, unless the index changes or one of all events that match begins: an event
 * that has begun is neither shown nor counted. Throws `invalid_request` for a malformed cursor or results beyond the
 * 10,000th, and `unavailable` while the index is away.
 */
export function searchEvents(deps: SearchEventsDeps, write: (page: SearchPage) => string) {
  const { index, cache, clock, observeCache } = deps;
  const read = readThrough(cache, observeCache);
  const reached = awaitVersion(deps);

  return async function search(request: SearchRequest): Promise<string> {
    const { size, filters = {} } = request;
    const wanted = { text: normalise(request.q), filters };
    const { minVersion } = request;
    const cursor = request.cursor === undefined ? undefined : readCursor(request.cursor);
    if (minVersion !== undefined) {
      await reached(minVersion);
      // The state that the list was read from may be older than the version.
      if (cursor) delete cursor.after.view;
    }
    const page = cursor?.page ?? request.page;
    if (!cursor && page * size > deepestResult) throw tooDeep();

    const where = cursor ? `@${writeCursor(cursor)}` : page;
    // "Tonight" means another day tomorrow.
    const today = dayOf(clock.now());
    const key = `search:until:${await index.generation()}:${today}:${queryKey(wanted)}:${where}:${size}`;
    const load = async () => {
      const start = cursor ? { after: cursor.after } : { from: (page - 1) * size };
      const found = await index.search({ ...wanted, now: clock.now(), size, ...start });
      const { hits, total, firstDateMs: untilMs = Number.POSITIVE_INFINITY, next } = found;
      const text = write({ hits, total, page, size, ...(next && { next: { after: next, page: page + 1 } }) });
      return writeEntry({ untilMs, text });
    };
    const kept = await read(key, answerTtlMs, load, (entry) => clock.now() <= readEntry(entry).untilMs);
    return readEntry(kept).text;
  };
}

export type SearchEvents = ReturnType<typeof searchEvents>;

/** Queries that mean the same have the same text. */
export const normalise = (q: string): string => q.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();

/**
 * A page's text, and the last millisecond at which the same search finds the same: until the first of its events
 * begins.
 */
type Entry = { untilMs: number; text: string };

const writeEntry = ({ untilMs, text }: Entry): string => `${untilMs} ${text}`;

/** An entry of another form, from another release in a shared cache say, is never good. */
function readEntry(entry: string): Entry {
  const end = entry.indexOf(' ');
  const untilMs = Number(entry.slice(0, Math.max(end, 0)) || Number.NaN);
  return { untilMs: Number.isNaN(untilMs) ? Number.NEGATIVE_INFINITY : untilMs, text: entry.slice(end + 1) };
}

const tooDeep = () =>
  new AppError(
    'invalid_request',
    'Pages reach to the 10,000th result; to go on, pass the next_cursor of the last answer as cursor',
  );
