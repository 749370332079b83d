import { type EventDocument, hitOf } from '../../domain/index/event-document.ts';
import { queryKey, type SearchCursor, type SearchQuery, type SearchResult } from '../../domain/query/search-query.ts';
import type { DocumentStore } from './document-store.ts';
import { isStillFound } from './kept-list.ts';
import { findMatches } from './matches.ts';
import type { Room } from './rooms.ts';
import { top } from './top.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';
import type { List, Views } from './views.ts';

/** Searches the store, or goes on in a list that is kept of it. */
export function* search(store: DocumentStore, views: Views, query: SearchQuery): Stepwise<SearchResult> {
  const key = queryKey(query);
  const kept = query.after?.view === undefined ? undefined : views.get(query.after.view, key);
  if (kept) {
    const places = yield* select(all(kept.dates.length), isStillFound(kept, query));
    return yield* page({ ...kept, document: (place) => kept.documents[place]! }, places, query, query.after!.view!);
  }
  const { matches, room, ...found } = yield* findMatches(store, query);
  const read = { ...matches, document: (place: number) => store.document(matches.slots[place]!) };
  const name = views.name(key, store.changes());
  const result = yield* page(read, all(matches.dates.length), query, name);
  if (result.next && !views.has(name)) views.keep(name, key, yield* copy(store, matches));
  store.rooms.giveBack(room);
  return { ...result, ...found };
}

/** A list that is read: entries by their place in it. */
type Read = Omit<List, 'documents'> & { document: (place: number) => EventDocument };

/** Makes the page of a list, of which these places are found. */
function* page(read: Read, places: Int32Array, query: SearchQuery, view: string): Stepwise<SearchResult> {
  const { size, sort, from = 0, after } = query;
  const rest = after ? yield* select(places, isBehind(read, after)) : places;
  const first = yield* top(rest, from + size + 1, inOrder(read));
  const shown = first.slice(from, from + size);
  const last = shown.at(-1);
  const isMore = last !== undefined && first.length > from + size;
  return {
    hits: shown.map((place) => ({ ...hitOf(read.document(place)), score: read.scores[place]! })),
    total: places.length,
    ...(places.length > 0 && { firstDateMs: yield* earliest(read, places) }),
    ...(isMore && { next: { ...cursor(read, last, sort), view } }),
  };
}

/** What a list is to stay like, however the store changes. */
function* copy(store: DocumentStore, { slots, scores, ranks, dates }: Room): Stepwise<List> {
  const documents: EventDocument[] = [];
  for (let place = 0; place < slots.length; place++) {
    documents.push(store.document(slots[place]!));
    if (place % stepsAtOnce === stepsAtOnce - 1) yield;
  }
  return { documents, scores: scores.slice(), ranks: ranks.slice(), dates: dates.slice() };
}

function all(length: number): Int32Array {
  const places = new Int32Array(length);
  for (let place = 0; place < length; place++) places[place] = place;
  return places;
}

function* select(places: Int32Array, isWanted: (place: number) => boolean): Stepwise<Int32Array> {
  const wanted = new Int32Array(places.length);
  let count = 0;
  for (let at = 0; at < places.length; at++) {
    if (isWanted(places[at]!)) wanted[count++] = places[at]!;
    if (at % stepsAtOnce === stepsAtOnce - 1) yield;
  }
  return wanted.subarray(0, count);
}

/** Rank, date and uuid, all ascending. */
const inOrder =
  ({ ranks, dates, document }: Read) =>
  (a: number, b: number) =>
    compare(ranks[a]!, ranks[b]!) || dates[a]! - dates[b]! || compareText(document(a).uuid, document(b).uuid);

const isBehind =
  ({ ranks, dates, document }: Read, { key, dateMs, uuid }: SearchCursor) =>
  (place: number) =>
    (compare(ranks[place]!, rankOf(key)) || dates[place]! - dateMs || compareText(document(place).uuid, uuid)) > 0;

/** The difference of two infinities is no number. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A cursor is JSON, which has no infinity. */
const keyOfLacking = Number.MAX_VALUE;
const rankOf = (key: number) => (key === keyOfLacking ? Number.POSITIVE_INFINITY : key);

function cursor({ ranks, dates, document }: Read, place: number, sort: SearchQuery['sort']): SearchCursor {
  const rank = ranks[place]!;
  return {
    ...(sort && sort !== 'relevance' && { sort }),
    key: rank === Number.POSITIVE_INFINITY ? keyOfLacking : rank,
    dateMs: dates[place]!,
    uuid: document(place).uuid,
  };
}

function* earliest({ dates }: Read, places: Int32Array): Stepwise<number> {
  let first = Number.POSITIVE_INFINITY;
  for (let at = 0; at < places.length; at++) {
    if (dates[places[at]!]! < first) first = dates[places[at]!]!;
    if (at % stepsAtOnce === stepsAtOnce - 1) yield;
  }
  return first;
}
