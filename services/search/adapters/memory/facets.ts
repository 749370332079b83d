import { type FacetName, type Facets, type FacetValue, maxFacetValues, toFacets } from '../../domain/query/facets.ts';
import type { Attributes } from './attributes.ts';
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
        const byValue = (a: number, b: number) => (terms.term(a) < terms.term(b) ? -1 : 1);
        const byCount = (a: number, b: number) => counts[b]! - counts[a]! || byValue(a, b);
        const codes = yield* top(yield* there(counts), maxFacetValues, name === 'month' ? byValue : byCount);
        found[name] = codes.map((code) => ({ value: terms.term(code), count: counts[code]! }));
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
