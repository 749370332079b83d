import { followsSales, type SearchFilters, sellingStatuses } from '../../domain/query/filters.ts';
import type { SearchQuery } from '../../domain/query/search-query.ts';
import type { List } from './views.ts';

/** Returns whether the same search still finds a hit of a list: the clock has gone on, the documents are as they were. */
export function isStillFound(list: List, { now, filters = {} }: SearchQuery): (place: number) => boolean {
  const isUpcoming = (place: number) => list.dates[place]! >= now;
  if (!followsSales(filters)) return isUpcoming;
  return (place) => isUpcoming(place) && isStillSold(list, place, now, filters);
}

function isStillSold({ documents, dates }: List, place: number, now: number, { onSale }: SearchFilters): boolean {
  const { status, on_sale_from, on_sale_until } = documents[place]!;
  const ends = on_sale_until === null ? dates[place]! : Math.min(dates[place]!, Date.parse(on_sale_until));
  if (!sellingStatuses.includes(status) || now >= ends) return false;
  if (onSale === undefined) return true;
  return (on_sale_from === null || Date.parse(on_sale_from) <= now) === (onSale === 'now');
}
