import type { EventHit } from '../index/event-document.ts';
import { quarterMinutes } from '../index/local-date.ts';
import type { FacetName, Facets } from './facets.ts';
import type { SearchFilters } from './filters.ts';

/**
 * Where a list of results goes on: behind this hit, in the order of the list. `view` names the state of the index that
 * the list was read from: while the index still has it, the list goes on in it, without repeats whatever changes.
 */
export type SearchCursor = {
  /** Left out: `relevance`. */
  sort?: SearchSort;
  /** The hit's value of what the list is sorted by, before date and uuid; of meaning to the index alone. */
  key: number;
  dateMs: number;
  uuid: string;
  view?: string;
  /** The list is of a loose search. */
  isLoose?: boolean;
};

export type SearchSort = (typeof searchSorts)[number];

export const searchSorts = ['relevance', 'date', 'price', 'distance', 'on_sale', 'popularity'] as const;

export type SearchQuery = {
  /** Normalised; empty lists all upcoming events. */
  text: string;
  /** Its words may be misspelt beginnings, as the meaning has it. */
  isLoose?: boolean;
  /** An event needs only one of the words. */
  needsOne?: boolean;
  filters?: SearchFilters;
  /**
   * Left out: `relevance`, which for an empty text is by date. `distance` needs the filter `near`. What lacks the value
   * comes last; equals come by date, then uuid.
   */
  sort?: SearchSort;
  /** Which facets to count; not with `after`: the first page has told them. */
  facets?: readonly FacetName[];
  /** Milliseconds since 1970: only events at or after it are found. */
  now: number;
  size: number;
  /** How many results to pass over; not together with `after`. */
  from?: number;
  after?: SearchCursor;
};

/** `score` is comparable within one result alone, and 0 for an empty text. */
export type SearchHit = EventHit & { score: number };

export type SearchResult = {
  hits: SearchHit[];
  /** Exactly how many events match, whatever `from`, `after` and `size` say. */
  total: number;
  /** When the first of all these begins: until then the same search finds the same in an index that does not change. */
  firstDateMs?: number;
  /**
   * With a filter that follows the clock (`onSale`, `available`): the first instant at which the search may find
   * others, by the sales that begin and end. Never too late; it may be too early. Left out when there is none.
   */
  firstTurnMs?: number;
  /** Those that were asked for. */
  facets?: Facets;
  /** Set only when more results follow. */
  next?: SearchCursor;
};

/**
 * Names what a query looks for: two queries with one key match the same events, in the same order. Everything that is
 * kept or shared by query (pages, loads under way, lists that go on) has this in its key.
 */
export function queryKey(query: Pick<SearchQuery, 'text' | 'isLoose' | 'needsOne' | 'filters' | 'sort'>) {
  const { text, isLoose, needsOne, filters = {}, sort = 'relevance' } = query;
  const way = { ...(isLoose && { isLoose }), ...(needsOne && { needsOne }) };
  const asked = { ...filters, ...way, ...(sort !== 'relevance' && { sort }) };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  if (given.length === 0) return text;
  // A normalised text has no line break.
  return `${text}\n${JSON.stringify(given.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

/** Counts quarters of an hour, with the first moment of which a day may begin somewhere: "tonight" means others then. */
export const quarterOf = (now: number): number => Math.floor(now / (quarterMinutes * 60_000));
