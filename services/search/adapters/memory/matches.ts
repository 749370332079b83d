import { followsSales } from '../../domain/query/filters.ts';
import type { SearchQuery, SearchResult } from '../../domain/query/search-query.ts';
import { meaningOf } from '../../domain/relevance/meaning.ts';
import type { DocumentStore } from './document-store.ts';
import { createCounts } from './facets.ts';
import { allMet, conditions } from './filters.ts';
import { ranking } from './ranking.ts';
import type { Room } from './rooms.ts';
import type { Candidate } from './scores.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';

/** `matches` has the slots of all events that match, in no order, in the arrays of `room`. */
export type Found = Pick<SearchResult, 'facets' | 'firstTurnMs'> & { matches: Room; room: Room };

/** The facet that an event misses by its filters: none, or, besides the places of facets, the filter by sales. */
const none = -1;
const onSale = -2;
const several = -3;

/**
 * Looks at each event once. One that meets all filters but those of one facet counts in that facet, and one whose sale
 * is not as it should be yet tells when the search will find others. The room is to be given back.
 */
export function* findMatches(store: DocumentStore, query: SearchQuery): Stepwise<Found> {
  const { text, now, filters = {}, facets = [] } = query;
  const { dateMs, attributes } = store;
  const counts = createCounts(attributes, facets);
  const all = conditions(attributes, filters, { now, dateMs });
  const facetOf = (group: string) => (group === 'on_sale' ? onSale : counts.names.indexOf(group as never));
  const apart = all.map(({ group, isMet }) => ({ isMet, facet: facetOf(group) })).filter(({ facet }) => facet !== none);
  const others = all.filter(({ group }) => facetOf(group) === none).map(({ isMet }) => isMet);
  const wanted = allMet([(slot) => dateMs(slot) >= now, ...others]);
  const candidates = text === '' ? undefined : yield* store.matching(meaningOf(text, now, query), wanted);
  const length = candidates?.length ?? store.used();

  const rank = ranking(attributes, query);
  const room = store.rooms.take(length);
  const { slots, scores, ranks, dates } = room;
  let count = 0;
  /** By facet: the slots that miss its filters alone, and are not counted yet. */
  const near: number[][] = counts.names.map(() => []);
  const looksAtTurns = followsSales(filters);
  let firstTurnMs = Number.POSITIVE_INFINITY;

  /** The facet whose filters alone an event does not meet. */
  function missed(slot: number): number {
    let found = none;
    for (let i = 0; i < apart.length; i++) {
      const { facet, isMet } = apart[i]!;
      if (found === facet || isMet(slot)) continue;
      if (found !== none) return several;
      found = facet;
    }
    return found;
  }

  function noteTurn(turn: number): void {
    if (turn > now && turn < firstTurnMs) firstTurnMs = turn;
  }

  function look(slot: number, score: number): void {
    const facet = apart.length === 0 ? none : missed(slot);
    // A facet may count an event that the filters of others leave out, now or once its sale begins.
    const isCounted = facet === none || facet === onSale || counts.names.length > 0;
    if (looksAtTurns && isCounted) {
      noteTurn(attributes.opens.get(slot));
      noteTurn(attributes.closes.get(slot));
    }
    if (facet === several) return;
    if (facet >= 0) noteTurn(dateMs(slot) + (looksAtTurns ? 0 : 1));
    if (facet >= 0) near[facet]!.push(slot);
    if (facet !== none) return;
    slots[count] = slot;
    scores[count] = score;
    ranks[count] = rank(slot, score);
    dates[count] = dateMs(slot);
    count++;
  }

  for (let at = 0; at < length; at += stepsAtOnce) {
    const before = count;
    const end = Math.min(length, at + stepsAtOnce);
    if (candidates) lookAtCandidates(candidates, at, end, look);
    else lookAtSlots(at, end, wanted, look);
    const matching = slots.subarray(before, count);
    for (const [facet, slots] of near.entries()) {
      counts.add(facet, matching);
      if (slots.length > 0) counts.add(facet, Int32Array.from(slots.splice(0)));
    }
    yield;
  }
  return {
    room,
    matches: {
      slots: slots.subarray(0, count),
      scores: scores.subarray(0, count),
      ranks: ranks.subarray(0, count),
      dates: dates.subarray(0, count),
    },
    ...(facets.length > 0 && { facets: yield* counts.finish() }),
    ...(firstTurnMs < Number.POSITIVE_INFINITY && { firstTurnMs }),
  };
}

type Look = (slot: number, score: number) => void;

function lookAtCandidates(candidates: Candidate[], from: number, to: number, look: Look): void {
  for (let at = from; at < to; at++) look(candidates[at]!.slot, candidates[at]!.score);
}

function lookAtSlots(from: number, to: number, isWanted: (slot: number) => boolean, look: Look): void {
  for (let slot = from; slot < to; slot++) if (isWanted(slot)) look(slot, 0);
}
