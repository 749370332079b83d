import { type EventHit, hitFields, hitOf } from '../../domain/index/event-document.ts';
import type { FacetName } from '../../domain/query/facets.ts';
import { followsSales } from '../../domain/query/filters.ts';
import type { SearchQuery, SearchResult } from '../../domain/query/search-query.ts';
import { meaningOf } from '../../domain/relevance/meaning.ts';
import { type FacetAnswer, facetAggregations, facetsOf } from './facets.ts';
import { after, allOf, conditions } from './filters.ts';
import { inFormerIndex } from './former.ts';
import { meant, type NearWords } from './meant.ts';
import { cursorAt, orderOf, positionOf } from './order.ts';
import { viewKeptFor } from './views.ts';

/**
 * The body of a search in a view; it asks for one hit more than the page has, to see whether more follow. `isFormer` is
 * of an index that the release before built.
 */
export function searchBody(
  query: SearchQuery,
  view: string,
  { isFormer = false, near = 'listed' }: { isFormer?: boolean; near?: NearWords } = {},
) {
  const { text, now, size, from = 0, filters = {}, facets = [] } = query;
  const meaning = text === '' || isFormer ? undefined : meaningOf(text, now, query);
  const words = meaning ? meant(meaning, near) : text !== '' && inFormerIndex(text);
  const all = conditions(filters, now);
  // Facets ignore filters of their own, and the next turn of the sales is of events that are not found yet: these
  // conditions are not the query's.
  const isApart = (group: string) => group === 'on_sale' || facets.includes(group as FacetName);
  const apart = all.filter(({ group }) => isApart(group));
  const others = all.filter(({ group }) => !isApart(group));
  const found = allOf(apart.map(({ clause }) => clause));
  const filter = [isThere, upcoming(now), ...others.map(({ clause }) => clause)];
  return {
    pit: { id: view, keep_alive: viewKeptFor },
    query: { bool: { ...words, filter } },
    ...(meaning && { min_score: meaning.least }),
    ...(apart.length > 0 && { post_filter: found }),
    sort: orderOf(query),
    ...(text !== '' && { track_scores: true }),
    size: size + 1,
    ...(query.after ? { search_after: positionOf(query, query.after) } : { from }),
    track_total_hits: true,
    aggs: {
      first: apart.length > 0 ? { filter: found, aggs: { at: earliest('date') } } : earliest('date'),
      ...(apart.length > 0 && facets.length > 0 && { counted: earliest('date') }),
      ...(followsSales(filters) && { opens: turn('on_sale_from', now), closes: turn('on_sale_until', now) }),
      ...facetAggregations(facets, apart),
    },
    _source: hitFields,
  };
}

const earliest = (field: string) => ({ min: { field } });

/** The first that is to come. */
const turn = (field: string, now: number) => ({ filter: after(field, now), aggs: { at: earliest(field) } });

/** Documents that are not deletions. */
export const isThere = { term: { gone: false } };

/** In milliseconds; null when there is none. */
type Instant = { value: number | null };

export type Answer<T> = {
  pit_id?: string;
  aggregations?: {
    first: Instant | { at: Instant };
    counted?: Instant;
    opens?: { at: Instant };
    closes?: { at: Instant };
  } & {
    [name in FacetName]?: FacetAnswer;
  };
  hits: { total: { value: number }; hits: { _score: number | null; _source: T; sort: (number | string)[] }[] };
};

export function searchResult(
  query: SearchQuery,
  { pit_id, aggregations, hits: found }: Answer<EventHit>,
): SearchResult {
  const { size, facets = [] } = query;
  const page = found.hits.slice(0, size);
  const last = page.at(-1);
  const first = aggregations?.first;
  const firstDateMs = (first && 'at' in first ? first.at : first)?.value ?? undefined;
  const turns = [aggregations?.opens, aggregations?.closes].flatMap((one) => one?.at.value ?? []);
  // The first that a facet may count, whatever the other filters say.
  if (aggregations?.counted?.value != null) turns.push(aggregations.counted.value + 1);
  return {
    hits: page.map(({ _source, _score }) => ({ ...hitOf(_source), score: _score ?? 0 })),
    total: found.total.value,
    ...(firstDateMs !== undefined && { firstDateMs }),
    ...(facets.length > 0 && { facets: facetsOf(facets, aggregations!) }),
    ...(turns.length > 0 && { firstTurnMs: Math.min(...turns) }),
    ...(last &&
      found.hits.length > size && {
        next: { ...cursorAt(query, last.sort), ...(pit_id !== undefined && { view: pit_id }) },
      }),
  };
}

/** Dates are whole seconds, so that all searches of a second share this filter. */
const upcoming = (now: number) => ({ range: { date: { gte: Math.ceil(now / 1000) * 1000, format: 'epoch_millis' } } });
