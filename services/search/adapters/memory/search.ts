import { hitOf } from '../../domain/index/event-document.ts';
import { distanceKm } from '../../domain/query/distance.ts';
import { followsSales } from '../../domain/query/filters.ts';
import { queryKey, type SearchCursor, type SearchQuery, type SearchResult } from '../../domain/query/search-query.ts';
import { queryWords } from '../../domain/query/text.ts';
import type { DocumentStore } from './document-store.ts';
import { createCounts } from './facets.ts';
import { conditions } from './filters.ts';
import { stillFound } from './kept-list.ts';
import type { Candidate } from './scores.ts';
import { top } from './top.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';
import type { List, Views } from './views.ts';

/** Searches the store, or goes on in a list that is kept of it. */
export function* search(store: DocumentStore, views: Views, query: SearchQuery): Stepwise<SearchResult> {
  const { size, sort, from = 0, after } = query;
  const key = queryKey(query);
  const kept = after?.view === undefined ? undefined : views.get(after.view, key);
  const { list, ...found } = kept ? { list: yield* stillFound(kept, query) } : yield* findAll(store, query);
  const total = list.documents.length;
  const rest = yield* places(list, after && isBehind(list, after));
  const first = yield* top(rest, from + size + 1, inOrder(list));
  const page = first.slice(from, from + size);
  const last = page.at(-1);
  const isMore = last !== undefined && first.length > from + size;
  const view = () => (kept ? after!.view! : views.keep(key, store.changes(), list));
  return {
    hits: page.map((place) => ({ ...hitOf(list.documents[place]!), score: list.scores[place]! })),
    total,
    ...(total > 0 && { firstDateMs: yield* earliest(list) }),
    ...found,
    ...(isMore && { next: { ...cursor(list, last, sort), view: view() } }),
  };
}

type Found = Pick<SearchResult, 'facets' | 'firstTurnMs'> & { list: List };

/**
 * Looks at each event once. One that meets all filters but those of one facet counts in that facet, and one whose sale
 * is not as it should be yet tells when the search will find others.
 */
function* findAll(store: DocumentStore, query: SearchQuery): Stepwise<Found> {
  const { now, filters = {}, facets = [] } = query;
  const { dateMs, attributes } = store;
  const counts = createCounts(attributes, facets);
  const all = conditions(attributes, filters, { now, dateMs });
  const apart = all
    .map(({ group, isMet }) => ({ isMet, facet: group === 'on_sale' ? onSale : counts.names.indexOf(group as never) }))
    .filter(({ facet }) => facet !== none);
  const others = all.filter(({ group }) => group !== 'on_sale' && !counts.names.includes(group as never));
  const wanted = (slot: number) => dateMs(slot) >= now && others.every(({ isMet }) => isMet(slot));

  /** The facet whose filters alone an event does not meet; undefined when it does not meet more. */
  function failing(slot: number): number | undefined {
    let failed = none;
    for (const { isMet, facet } of apart) {
      if (failed === facet || isMet(slot)) continue;
      if (failed !== none) return undefined;
      failed = facet;
    }
    return failed;
  }

  const list: List = { documents: [], scores: [], ranks: [], dates: [] };
  const rank = ranking(store, query);
  let firstTurnMs = Number.POSITIVE_INFINITY;
  const turns = followsSales(filters);

  function look(slot: number, score: number): void {
    const failed = failing(slot);
    if (failed === undefined) return;
    if (turns && (failed === none || failed === onSale)) {
      for (const turn of [attributes.opens.get(slot), attributes.closes.get(slot)]) {
        if (turn > now && turn < firstTurnMs) firstTurnMs = turn;
      }
    }
    if (failed >= 0) counts.add(failed, slot);
    if (failed !== none) return;
    for (let facet = 0; facet < counts.names.length; facet++) counts.add(facet, slot);
    list.documents.push(store.document(slot));
    list.scores.push(score);
    list.ranks.push(rank(slot, score));
    list.dates.push(dateMs(slot));
  }

  if (query.text === '') yield* lookAtSlots(store.used(), wanted, look);
  else yield* lookAtCandidates(yield* store.matching(queryWords(query.text), wanted), look);
  return {
    list,
    ...(facets.length > 0 && { facets: yield* counts.finish() }),
    ...(firstTurnMs < Number.POSITIVE_INFINITY && { firstTurnMs }),
  };
}

/** Besides the places of facets. */
const none = -1;
const onSale = -2;

type Look = (slot: number, score: number) => void;

function* lookAtSlots(used: number, wanted: (slot: number) => boolean, look: Look): Stepwise<undefined> {
  for (let slot = 0; slot < used; slot++) {
    if (wanted(slot)) look(slot, 0);
    if (slot % stepsAtOnce === stepsAtOnce - 1) yield;
  }
}

function* lookAtCandidates(candidates: Candidate[], look: Look): Stepwise<undefined> {
  let steps = 0;
  for (const { slot, score } of candidates) {
    look(slot, score);
    if (++steps % stepsAtOnce === 0) yield;
  }
}

/** Returns what the list is sorted by, before date and uuid: ascending, infinite where the value is lacking. */
function ranking(
  { attributes }: DocumentStore,
  { sort, filters }: SearchQuery,
): (slot: number, score: number) => number {
  const { price, popularity, onSaleFrom, lat, lon } = attributes;
  const orLast = (value: number) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
  const near = filters?.near;
  switch (sort) {
    case 'date':
      return () => 0;
    case 'price':
      return (slot) => orLast(price.get(slot));
    case 'popularity':
      return (slot) => -popularity.get(slot);
    case 'on_sale':
      return (slot) => orLast(onSaleFrom.get(slot));
    case 'distance':
      return near ? (slot) => orLast(distanceKm(near, { lat: lat.get(slot), lon: lon.get(slot) })) : () => 0;
    default:
      return (_, score) => -score;
  }
}

function* places({ documents }: List, isWanted: (place: number) => boolean = () => true): Stepwise<number[]> {
  const wanted: number[] = [];
  for (let place = 0; place < documents.length; place++) {
    if (isWanted(place)) wanted.push(place);
    if (place % stepsAtOnce === stepsAtOnce - 1) yield;
  }
  return wanted;
}

/** Rank, date and uuid, all ascending. */
const inOrder =
  ({ ranks, dates, documents }: List) =>
  (a: number, b: number) =>
    compare(ranks[a]!, ranks[b]!) || dates[a]! - dates[b]! || compare(documents[a]!.uuid, documents[b]!.uuid);

const isBehind =
  ({ ranks, dates, documents }: List, { key, dateMs, uuid }: SearchCursor) =>
  (place: number) =>
    (compare(ranks[place]!, rankOf(key)) || dates[place]! - dateMs || compare(documents[place]!.uuid, uuid)) > 0;

const compare = <T extends number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** A cursor is JSON, which has no infinity. */
const keyOfLacking = Number.MAX_VALUE;
const rankOf = (key: number) => (key === keyOfLacking ? Number.POSITIVE_INFINITY : key);

function cursor({ ranks, dates, documents }: List, place: number, sort: SearchQuery['sort']): SearchCursor {
  const rank = ranks[place]!;
  return {
    ...(sort && sort !== 'relevance' && { sort }),
    key: rank === Number.POSITIVE_INFINITY ? keyOfLacking : rank,
    dateMs: dates[place]!,
    uuid: documents[place]!.uuid,
  };
}

function* earliest({ dates }: List): Stepwise<number> {
  let first = Number.POSITIVE_INFINITY;
  for (let place = 0; place < dates.length; place++) {
    if (dates[place]! < first) first = dates[place]!;
    if (place % stepsAtOnce === stepsAtOnce - 1) yield;
  }
  return first;
}
