import {
  type FilterGroup,
  isDay,
  type SearchFilters,
  sellingStatuses,
  wantedTerms,
} from '../../domain/query/filters.ts';
import { keyOf } from './attributes.ts';

/** A condition on a document, as a clause of a query. */
export type Condition = { group: FilterGroup; clause: object };

/** Returns the conditions that the filters set. */
export function conditions(filters: SearchFilters, now: number): Condition[] {
  const { from, to, priceMin, priceMax, available, onSale, near } = filters;
  const found: Condition[] = wantedTerms(filters).map(({ group, name, term }) => ({
    group,
    clause: { term: { keys: keyOf(name, term) } },
  }));
  const add = (group: FilterGroup, ...clauses: object[]) => found.push({ group, clause: allOf(clauses) });

  if (from !== undefined) add('month', { range: { [isDay(from) ? 'local_date' : 'date']: { gte: from } } });
  if (to !== undefined) add('month', { range: { [isDay(to) ? 'local_date' : 'date']: { lte: to } } });
  if (priceMin !== undefined) add('price', { range: { price_from: { gte: priceMin } } });
  if (priceMax !== undefined) add('price', { range: { price_from: { lte: priceMax } } });
  if (available) add('other', { range: { seats_left: { gt: 0 } } }, ...goesOn(now));
  if (onSale === 'now') add('on_sale', not(after('on_sale_from', now)), ...goesOn(now));
  if (onSale === 'soon') add('on_sale', after('on_sale_from', now), ...goesOn(now));
  if (near) add('other', { geo_distance: { distance: `${near.radiusKm}km`, coordinates: pointOf(near) } });
  return found;
}

/** In the order that Elasticsearch calls the names: as an object they have no order. */
export const pointOf = ({ lat, lon }: { lat: number; lon: number }) => ({ lat, lon });

export const allOf = (clauses: object[]): object =>
  clauses.length === 1 ? clauses[0]! : { bool: { filter: clauses } };

/** An instant of a document that is later than now, if it has it. */
export const after = (field: string, now: number): object => ({
  range: { [field]: { gt: now, format: 'epoch_millis' } },
});

const not = (clause: object): object => ({ bool: { must_not: clause } });

/** It sells, and its sale has not ended. */
const goesOn = (now: number): object[] => [
  { terms: { status: sellingStatuses } },
  not({ range: { on_sale_until: { lte: now, format: 'epoch_millis' } } }),
  after('date', now),
];
