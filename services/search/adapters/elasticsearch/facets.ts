import {
  type FacetName,
  type Facets,
  type FacetValue,
  isKeyed,
  maxFacetValues,
  toFacets,
} from '../../domain/query/facets.ts';
import { allOf, type Condition } from './filters.ts';

/** Returns the aggregation of each facet: under all conditions but its own. */
export const facetAggregations = (names: readonly FacetName[], apart: Condition[]): Record<string, object> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      {
        filter: allOf(apart.filter(({ group }) => group !== name).map(({ clause }) => clause)),
        aggs: { values: valuesOf(name) },
      },
    ]),
  );

const valuesOf = (name: FacetName): object =>
  isKeyed(name)
    ? { ...counted(name, `facet_keys.${name}`, maxFacetValues), aggs: { written: counted(name, `facets.${name}`, 1) } }
    : counted(name, `facets.${name}`, maxFacetValues);

const counted = (name: FacetName, field: string, size: number) => ({ terms: { field, size, order: orderOf(name) } });

const orderOf = (name: FacetName) => (name === 'month' ? { _key: 'asc' } : [{ _count: 'desc' }, { _key: 'asc' }]);

type Bucket = { key: string; doc_count: number; written?: { buckets: { key: string }[] } };

export type FacetAnswer = { values: { buckets: Bucket[] } };

export function facetsOf(names: readonly FacetName[], answer: Partial<Record<FacetName, FacetAnswer>>): Facets {
  const counts: Partial<Record<FacetName, FacetValue[]>> = {};
  for (const name of names) {
    counts[name] = answer[name]!.values.buckets.map(({ key, doc_count, written }) => ({
      value: written?.buckets[0]?.key ?? key,
      count: doc_count,
    }));
  }
  return toFacets(counts);
}
