import type { EventHit } from '../index/event-document.ts';

/**
 * Where a list of results goes on: behind this hit, in the order of the list. `view` names the state of the index that
 * the list was read from: while the index still has it, the list goes on in it, without repeats whatever changes.
 */
export type SearchCursor = { score: number; dateMs: number; uuid: string; view?: string };

/**
 * The conditions that an event must meet besides the words, each member optional; no member yet. A member that is
 * undefined counts as left out. Values must be fit for JSON, for they are part of `queryKey`.
 */
export type SearchFilters = Readonly<Record<string, never>>;

export type SearchQuery = {
  /** Normalised; empty lists all upcoming events. */
  text: string;
  filters?: SearchFilters;
  /** Milliseconds since 1970: only events at or after it are found. */
  now: number;
  size: number;
  /** How many results to pass over; not together with `after`. */
  from?: number;
  after?: SearchCursor;
};

export type SearchResult = {
  hits: EventHit[];
  /** Exactly how many events match, whatever `from`, `after` and `size` say. */
  total: number;
  /** When the first of all these begins: until then the same search finds the same in an index that does not change. */
  firstDateMs?: number;
  /** Set only when more results follow. */
  next?: SearchCursor;
};

/**
 * Names what a query looks for: two queries with one key match the same events. Everything that is kept or shared by
 * query (pages, loads under way, lists that go on) has this in its key.
 */
export function queryKey({ text, filters = {} }: Pick<SearchQuery, 'text' | 'filters'>): string {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  if (given.length === 0) return text;
  // A normalised text has no line break.
  return `${text}\n${JSON.stringify(given.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

/** The day on which a search is made, in UTC: words like "tonight" count from it. */
export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);
