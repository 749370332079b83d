import { LRUCache } from 'lru-cache';
import {
  type FacetName,
  type Facets,
  type FacetValue,
  facetKey,
  isKeyed,
  type KeyedFacet,
  maxFacetValues,
  toFacets,
} from '../../domain/query/facets.ts';
import type { Attributes } from './attributes.ts';
import type { Terms } from './terms.ts';
import { top } from './top.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';

/** Counts the values of some facets in the events of a search, one facet of one slot at a time. */
export function createCounts({ values }: Attributes, wanted: readonly FacetName[]) {
  const asked = values
    .filter(({ name }) => wanted.includes(name))
    .map(({ name, counted }) => ({ name, terms: counted, counts: new Uint32Array(counted.size()) }));

  return {
    names: asked.map(({ name }) => name),
    /** Counts some slots in the facet of that place in `names`. */
    add(facet: number, slots: Int32Array): void {
      const { terms, counts } = asked[facet]!;
      terms.count(slots, counts);
    },
    *finish(): Stepwise<Facets> {
      const found: Partial<Record<FacetName, FacetValue[]>> = {};
      for (const { name, terms, counts } of asked) {
        const textOf = (code: number) => (isKeyed(name) ? keyOf(name, terms.term(code)) : terms.term(code));
        const byText = (a: number, b: number) => (textOf(a) < textOf(b) ? -1 : 1);
        const byCount = (a: number, b: number) => counts[b]! - counts[a]! || byText(a, b);
        const counted = yield* there(counts);
        const codes = isKeyed(name) ? yield* joined(name, terms, counted, counts) : counted;
        const first = yield* top(codes, maxFacetValues, name === 'month' ? byText : byCount);
        found[name] = first.map((code) => ({ value: terms.term(code), count: counts[code]! }));
      }
      return toFacets(found);
    },
  };
}

export type Counts = ReturnType<typeof createCounts>;

/** Returns the codes that have been counted. */
function* there(counts: Uint32Array): Stepwise<number[]> {
  const codes: number[] = [];
  for (let code = 0; code < counts.length; code++) {
    if (counts[code]! > 0) codes.push(code);
    if (code % stepsAtOnce === stepsAtOnce - 1) yield;
  }
  return codes;
}

/** Returns of the codes of each key the one that is shown, and counts the events of all of them as its own. */
function* joined(name: KeyedFacet, terms: Terms, codes: number[], counts: Uint32Array): Stepwise<number[]> {
  const byKey = new Map<string, { shown: number; count: number }>();
  const isBefore = (a: number, b: number) => (counts[a]! - counts[b]! || (terms.term(a) < terms.term(b) ? 1 : -1)) > 0;
  for (const [at, code] of codes.entries()) {
    const key = keyOf(name, terms.term(code));
    const known = byKey.get(key);
    const shown = known && isBefore(known.shown, code) ? known.shown : code;
    byKey.set(key, { shown, count: counts[code]! + (known?.count ?? 0) });
    if (at % stepsAtOnce === stepsAtOnce - 1) yield;
  }
  for (const { shown, count } of byKey.values()) counts[shown] = count;
  return Array.from(byKey.values(), ({ shown }) => shown);
}

const keys = new LRUCache<string, string>({ max: 10_000 });

/** Values come again with each search. */
function keyOf(name: KeyedFacet, value: string): string {
  const asked = `${name} ${value}`;
  let key = keys.get(asked);
  if (key === undefined) {
    key = facetKey(name, value);
    keys.set(asked, key);
  }
  return key;
}
