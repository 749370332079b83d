import type { EventDocument } from '../../domain/index/event-document.ts';
import { cityOf } from '../../domain/query/city-names.ts';
import { type NameKind, type NameQuery, nameKinds, type Suggestions } from '../../domain/query/suggested-names.ts';
import { marks, nameOf, type Tier, tiers } from './name-terms.ts';
import { isThere } from './query.ts';

/** So many of its starts a name may have among those that begin as typed. */
const startsOfName = 4;

/** The body of a search for names: the first terms of each kind that begin so, by the popularity of their events. */
export function suggestBody(query: NameQuery) {
  const { size } = query;
  // Dates are whole seconds, so that equal requests of a second are one to Elasticsearch's cache.
  const now = Math.ceil(query.now / 1000) * 1000;
  const order = [{ popularity: 'desc' }, { _count: 'desc' }, { _key: 'asc' }];
  const entries = nameKinds.flatMap((kind) =>
    tiers.map((tier) => {
      const terms = { field: fieldOf(kind), include: patternOf(query, kind, tier), size: size * startsOfName, order };
      const popularity = { sum: { field: 'popularity' } };
      return [`${kind}.${tier}`, { terms, aggs: { popularity, ...(kind === 'event' && { first }) } }];
    }),
  );
  const any = nameKinds.map((kind) => ({ regexp: { [fieldOf(kind)]: { value: patternOf(query, kind) } } }));
  return {
    size: 0,
    track_total_hits: false,
    query: { bool: { filter: [isThere, { range: { date: { gte: now, format: 'epoch_millis' } } }, anyOf(any)] } },
    aggs: Object.fromEntries(entries),
  };
}

const fieldOf = (kind: NameKind) => `starts.${kind}`;
const anyOf = (should: object[]) => ({ bool: { should, minimum_should_match: 1 } });

const shown = ['uuid', 'name', 'date', 'location'] as const;
const first = { top_hits: { size: 1, sort: [{ date: 'asc' }, { uuid: 'asc' }], _source: shown } };

/** Returns the pattern of a kind's terms, as Lucene has them: those of one tier, or of all. */
function patternOf({ beginnings, cities }: NameQuery, kind: NameKind, tier?: Tier): string {
  const typed = `(${beginnings.map(literal).join('|')}).*`;
  const begun = tier ? `${marks[tier]}${typed}` : `[${Object.values(marks).join('')}]${typed}`;
  if (kind !== 'city' || tier === 'inner' || cities.length === 0) return begun;
  return `${begun}|${marks.whole}(${cities.map(literal).join('|')})\n.*`;
}

const literal = (text: string): string => text.replace(/[^\p{L}\p{N}\p{M}\s]/gu, '\\$&');

type Shown = Pick<EventDocument, (typeof shown)[number]>;
type Bucket = { key: string; first?: { hits: { hits: { _source: Shown }[] } } };
export type SuggestAnswer = { aggregations: Record<string, { buckets: Bucket[] }> };

export function suggestionsOf({ size }: NameQuery, { aggregations }: SuggestAnswer): Suggestions {
  const found = (kind: NameKind) => {
    const buckets = new Map<string, Bucket>();
    for (const tier of tiers) {
      for (const one of aggregations[`${kind}.${tier}`]!.buckets) {
        if (!buckets.has(nameOf(one.key))) buckets.set(nameOf(one.key), one);
      }
    }
    return [...buckets].slice(0, size);
  };
  const names = (kind: NameKind) => found(kind).map(([name]) => name);
  return {
    events: found('event').map(([, { first }]) => first!.hits.hits[0]!._source),
    performers: names('performer').map((name) => ({ name })),
    venues: names('venue').map((location) => ({ location })),
    cities: names('city').map(cityOf),
  };
}
