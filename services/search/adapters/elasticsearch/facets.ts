import { type FacetName, type Facets, type FacetValue, maxFacetValues, toFacets } from '../../domain/query/facets.ts';
import { allOf, type Condition } from './filters.ts';

/** Returns the aggregation of each facet: under all conditions but its own. */
export const facetAggregations = (names: readonly FacetName[], apart: Condition[]): Record<string, object> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      {
        filter: allOf(apart.filter(({ group }) => group !== name).map(({ clause }) => clause)),
        aggs: { values: { terms: { field: `facets.${name}`, size: maxFacetValues, order: orderOf(name) } } },
      },
    ]),
  );

const orderOf = (name: FacetName) => (name === 'month' ? { _key: 'asc' } : [{ _count: 'desc' }, { _key: 'asc' }]);

export type FacetAnswer = { values: { buckets: { key: string; doc_count: number }[] } };

export function facetsOf(names: readonly FacetName[], answer: Partial<Record<FacetName, FacetAnswer>>): Facets {
  const counts: Partial<Record<FacetName, FacetValue[]>> = {};
  for (const name of names) {
    counts[name] = answer[name]!.values.buckets.map(({ key, doc_count }) => ({ value: key, count: doc_count }));
  }
  return toFacets(counts);
}
