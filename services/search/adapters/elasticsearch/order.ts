import type { SearchCursor, SearchQuery } from '../../domain/query/search-query.ts';
import { pointOf } from './filters.ts';

const byDate = [{ date: 'asc' }, { uuid: 'asc' }];

/** Behind every value, and fit for JSON. */
const lacking = Number.MAX_SAFE_INTEGER;

/** Returns the `sort` of a search: date and uuid decide among equals. */
export function orderOf(query: SearchQuery): object[] {
  const first = firstOf(query);
  return first ? [first, ...byDate] : byDate;
}

/** Returns the `search_after` of a search. */
export const positionOf = (query: SearchQuery, { key, dateMs, uuid }: SearchCursor): (number | string)[] => [
  ...(firstOf(query) ? [key] : []),
  dateMs,
  uuid,
];

/** Returns the cursor behind a hit, from its `sort`, which ends with a value of Elasticsearch's own. */
export function cursorAt(query: SearchQuery, values: (number | string)[]): SearchCursor {
  const { sort } = query;
  const [key, dateMs, uuid] = firstOf(query) ? values : [0, ...values];
  return {
    ...(sort && sort !== 'relevance' && { sort }),
    key: Number(key),
    dateMs: Number(dateMs),
    uuid: String(uuid),
  };
}

function firstOf({ sort, text, filters }: SearchQuery): object | undefined {
  switch (sort) {
    case 'date':
      return undefined;
    case 'price':
      return { price_from: { order: 'asc', missing: lacking } };
    case 'popularity':
      return { popularity: { order: 'desc', missing: -lacking } };
    case 'on_sale':
      return { on_sale_from: { order: 'asc', missing: lacking } };
    case 'distance':
      return filters?.near && { _geo_distance: { coordinates: pointOf(filters.near), order: 'asc', unit: 'km' } };
    default:
      return text === '' ? undefined : { _score: 'desc' };
  }
}
