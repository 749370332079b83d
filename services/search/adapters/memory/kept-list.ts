import type { EventDocument } from '../../domain/index/event-document.ts';
import { followsSales, type SearchFilters, sellingStatuses } from '../../domain/query/filters.ts';
import type { SearchQuery } from '../../domain/query/search-query.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';
import type { List } from './views.ts';

/** Returns those of a list that the same search still finds: the clock has gone on, the documents are as they were. */
export function* stillFound(kept: List, { now, filters = {} }: SearchQuery): Stepwise<List> {
  const list: List = { documents: [], scores: [], ranks: [], dates: [] };
  const looksAtSales = followsSales(filters);
  for (let place = 0; place < kept.documents.length; place++) {
    if (place % stepsAtOnce === stepsAtOnce - 1) yield;
    const document = kept.documents[place]!;
    const dateMs = kept.dates[place]!;
    if (dateMs < now || (looksAtSales && !isStillSold(document, dateMs, now, filters))) continue;
    list.documents.push(document);
    list.scores.push(kept.scores[place]!);
    list.ranks.push(kept.ranks[place]!);
    list.dates.push(dateMs);
  }
  return list;
}

function isStillSold(event: EventDocument, dateMs: number, now: number, { onSale }: SearchFilters): boolean {
  const { status, on_sale_from, on_sale_until } = event;
  const ends = on_sale_until === null ? dateMs : Math.min(dateMs, Date.parse(on_sale_until));
  if (!sellingStatuses.includes(status) || now >= ends) return false;
  if (onSale === undefined) return true;
  return (on_sale_from === null || Date.parse(on_sale_from) <= now) === (onSale === 'now');
}
