import type { Clock } from '../../../../shared/async/clock.ts';
import { type Cache, type CacheObserver, readThrough } from '../../../../shared/cache/cache.ts';
import { AppError, isAppError } from '../../../../shared/errors.ts';
import { type SalePhase, salePhaseAt } from '../../../../shared/sale/sale-state.ts';
import type { SearchIndex } from '../index/search-index.ts';
import { explained } from '../relevance/explain.ts';
import { type Meaning, meaningOf, saysDay } from '../relevance/meaning.ts';
import { scoreOf } from '../relevance/score.ts';
import { termsOf } from '../relevance/terms.ts';
import { awaitVersion } from './await-version.ts';
import { type PageCursor, readCursor, writeCursor } from './cursor.ts';
import { didYouMean } from './did-you-mean.ts';
import { distanceKm } from './distance.ts';
import type { FacetName, Facets } from './facets.ts';
import type { SearchFilters } from './filters.ts';
import { findEvents } from './find-events.ts';
import { type Highlight, highlight } from './highlight.ts';
import { quarterOf, queryKey, type SearchHit, type SearchResult, type SearchSort } from './search-query.ts';

export type SearchRequest = {
  /** As the user typed it; empty lists upcoming events. */
  q: string;
  filters?: SearchFilters;
  /** `distance` needs the filter `near`. */
  sort?: SearchSort | undefined;
  /** With a cursor none are counted. */
  facets?: readonly FacetName[];
  /** Marks the words that match. */
  highlight?: boolean;
  /** From 1. */
  page: number;
  /** Results a page, 1–100. */
  size: number;
  /**
   * The text of the cursor of an earlier page of the same `q`, `filters` and `sort`: goes on behind it, and `page` is
   * not looked at.
   */
  cursor?: string | undefined;
  /** Tells why the first hits have their scores. */
  explain?: boolean | undefined;
  /** The version of a write that must be found, if it is to be: the search waits for it, or throws `unavailable`. */
  minVersion?: bigint | undefined;
};

/** A hit, as it is at the time of the search. */
export type FoundEvent = SearchHit & {
  sale: SalePhase;
  /** With the filter `near`, where its place is known. */
  distanceKm?: number;
  highlight?: Highlight;
  /** Why it has its score, in sentences. */
  explanation?: string[];
};

export type SearchPage = {
  hits: FoundEvent[];
  /** How many events match in all. */
  total: number;
  /** With a cursor, counted on from the page that it came from. */
  page: number;
  size: number;
  facets?: Facets;
  /** When little was found: the words that were probably meant. */
  didYouMean?: string;
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
/** Explanations take as much time as all the rest: the first hits of a page have one. */
const mostExplained = 10;

/**
 * Returns a function that prepares a search, which can then be made again and again. It throws `invalid_request` for a
 * malformed cursor, one of another sort, or results beyond the 10,000th.
 *
 * A search resolves to its page as `write` writes it: the text is made once, and kept. The same text is returned for
 * five minutes, unless the index changes, one of all events that match begins, or a sale begins or ends by which the
 * page would change. It throws `unavailable` while the index is away.
 */
export function searchEvents(deps: SearchEventsDeps, write: (page: SearchPage) => string) {
  const { index, cache, clock, observeCache } = deps;
  const read = readThrough(cache, observeCache);
  const reached = awaitVersion(deps);
  const isUsable = (entry: string) => clock.now() <= readEntry(entry).untilMs;

  return function prepare(request: SearchRequest): () => Promise<string> {
    const { size, filters = {}, sort, minVersion } = request;
    const wanted = { text: normalise(request.q), filters, ...(sort && sort !== 'relevance' && { sort }) };
    const cursor = request.cursor === undefined ? undefined : readCursor(request.cursor);
    if (cursor && cursor.after.sort !== wanted.sort) throw otherSort();
    // The state that the list was read from may be older than the version.
    if (cursor && minVersion !== undefined) delete cursor.after.view;
    const page = cursor?.page ?? request.page;
    if (!cursor && page * size > deepestResult) throw tooDeep();

    const facets = cursor ? [] : (request.facets ?? []);
    const where = cursor ? `@${writeCursor(cursor)}` : page;
    const shown = `${[...facets].sort()}${request.highlight ? '*' : ''}${request.explain ? '?' : ''}`;
    const asked = `${queryKey(wanted)}:${where}:${size}${shown && `:${shown}`}`;

    const isOfDay = saysDay(wanted.text, clock.now());

    async function load(): Promise<string> {
      const now = clock.now();
      const start = cursor ? { after: cursor.after } : { from: (page - 1) * size };
      const query = { ...wanted, now, size, ...start, ...(facets.length > 0 && { facets }) };
      const { found, isLoose } = await findEvents(index, query);
      const explain = request.explain ? explainer(meaningOf(wanted.text, now, { isLoose })) : () => undefined;
      const hits = found.hits.map((hit, at) => {
        const marked = request.highlight && highlight(hit, wanted.text, isLoose);
        const shown = { ...foundEvent(hit, now, filters), ...(marked && { highlight: marked }) };
        const explanation = at < mostExplained ? explain(hit) : undefined;
        return { ...shown, ...(explanation && { explanation }) };
      });
      const { total, next } = found;
      const meant = cursor ? undefined : await didYouMean(index, { ...wanted, now }, found).catch(unlessAway);
      const text = write({
        hits,
        total,
        page,
        size,
        ...(found.facets && { facets: found.facets }),
        ...(meant !== undefined && { didYouMean: meant }),
        ...(next && { next: { after: next, page: page + 1 } }),
      });
      return writeEntry({ untilMs: lastMoment(found, hits), text });
    }

    return async function search() {
      if (minVersion !== undefined) await reached(minVersion);
      const generation = await index.generation();
      const state = isOfDay ? `${generation}:${quarterOf(clock.now())}` : generation;
      const kept = await read(`search:2:${state}:${asked}`, answerTtlMs, load, isUsable);
      return readEntry(kept).text;
    };
  };
}

function foundEvent(hit: SearchHit, now: number, { near }: SearchFilters): FoundEvent {
  const { status, date, on_sale_from, on_sale_until, presales, coordinates } = hit;
  const windows = { from: on_sale_from, until: on_sale_until, presales };
  return {
    ...hit,
    sale: salePhaseAt({ status, date, on_sale: windows }, now),
    ...(near && coordinates && { distanceKm: distanceKm(near, coordinates) }),
  };
}

/** Returns a function that explains a hit's score. */
function explainer(meaning: Meaning): (hit: SearchHit) => string[] | undefined {
  return (hit) => {
    const found = scoreOf(meaning, termsOf(hit));
    return found && explained(found.reasons);
  };
}

/** A page without a suggestion is better than none. */
function unlessAway(error: unknown): undefined {
  if (!isAppError(error, 'unavailable')) throw error;
}

/** The last millisecond at which a page is as it was found. */
function lastMoment({ firstDateMs = Infinity, firstTurnMs = Infinity }: SearchResult, hits: FoundEvent[]): number {
  return Math.min(firstDateMs, firstTurnMs - 1, ...hits.map(({ sale }) => sale.until - 1));
}

export type PrepareSearch = ReturnType<typeof searchEvents>;

/** Queries that mean the same have the same text. */
export const normalise = (q: string): string => q.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();

/** A page's text, and the last millisecond at which the same search finds the same. */
type Entry = { untilMs: number; text: string };

const writeEntry = ({ untilMs, text }: Entry): string => `${untilMs} ${text}`;

/** An entry of another form, from another release in a shared cache say, is never good. */
function readEntry(entry: string): Entry {
  const end = entry.indexOf(' ');
  const untilMs = Number(entry.slice(0, Math.max(end, 0)) || Number.NaN);
  return { untilMs: Number.isNaN(untilMs) ? Number.NEGATIVE_INFINITY : untilMs, text: entry.slice(end + 1) };
}

const refused = (path: 'page' | 'cursor', message: string) =>
  new AppError('invalid_request', 'Invalid request parameters', { details: { issues: [{ path, message }] } });

const tooDeep = () =>
  refused(
    'page',
    'must not reach beyond the 10,000th result: to go on, pass the next_cursor of the page before as cursor',
  );

const otherSort = () => refused('cursor', 'is of a list in another order: pass it with the same sort as before');
