import { distanceKm } from '../../domain/query/distance.ts';
import type { SearchQuery } from '../../domain/query/search-query.ts';
import type { Attributes } from './attributes.ts';

type Rank = (slot: number, score: number) => number;

/** Returns what a list is sorted by, before date and uuid: ascending, infinite where the value is lacking. */
export function ranking({ price, popularity, onSaleFrom, lat, lon }: Attributes, { sort, filters }: SearchQuery): Rank {
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

const orLast = (value: number): number => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
