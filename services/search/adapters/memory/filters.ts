import { distanceKm } from '../../domain/query/distance.ts';
import { type FilterGroup, isDay, type Near, type SearchFilters, wantedTerms } from '../../domain/query/filters.ts';
import { type Attributes, dayNumber } from './attributes.ts';

/** A condition on a slot. */
export type Condition = { group: FilterGroup; isMet: (slot: number) => boolean };

/** Returns the conditions that the filters set; `dateMs` is when the event of a slot begins. */
export function conditions(
  attributes: Attributes,
  filters: SearchFilters,
  { now, dateMs }: { now: number; dateMs: (slot: number) => number },
): Condition[] {
  const { terms, day, price, seats, opens, closes } = attributes;
  const { from, to, priceMin, priceMax, available, onSale, near } = filters;
  const found: Condition[] = [];
  const add = (group: FilterGroup, isMet: Condition['isMet']) => found.push({ group, isMet });

  for (const { group, name, term } of wantedTerms(filters)) {
    const { code, has } = terms[name];
    const wanted = code(term);
    add(group, wanted === undefined ? () => false : (slot) => has(slot, wanted));
  }
  if (from !== undefined) add('month', atLeast(isDay(from) ? [day.get, dayNumber(from)] : [dateMs, Date.parse(from)]));
  if (to !== undefined) add('month', atMost(isDay(to) ? [day.get, dayNumber(to)] : [dateMs, Date.parse(to)]));
  if (priceMin !== undefined) add('price', atLeast([price.get, priceMin]));
  if (priceMax !== undefined) add('price', atMost([price.get, priceMax]));
  const goesOn = (slot: number) => closes.get(slot) > now && dateMs(slot) > now;
  if (available) add('other', (slot) => seats.get(slot) > 0 && goesOn(slot));
  if (onSale === 'now') add('on_sale', (slot) => opens.get(slot) <= now && goesOn(slot));
  if (onSale === 'soon') add('on_sale', (slot) => opens.get(slot) > now && goesOn(slot));
  if (near) add('other', isNear(attributes, near));
  return found;
}

type Bound = [of: (slot: number) => number, bound: number];

/** What is not there, NaN, is neither. */
const atLeast =
  ([of, bound]: Bound) =>
  (slot: number) =>
    of(slot) >= bound;
const atMost =
  ([of, bound]: Bound) =>
  (slot: number) =>
    of(slot) <= bound;

/** A little less than a degree of latitude has: most events are ruled out without their distance. */
const kmOfDegree = 111;

function isNear({ lat, lon }: Attributes, near: Near): (slot: number) => boolean {
  const degrees = near.radiusKm / kmOfDegree;
  return (slot) =>
    Math.abs(lat.get(slot) - near.lat) <= degrees &&
    distanceKm(near, { lat: lat.get(slot), lon: lon.get(slot) }) <= near.radiusKm;
}

/** Returns whether a slot meets all of several conditions. */
export function allMet(tests: readonly Condition['isMet'][]): Condition['isMet'] {
  const [first, second, ...more] = tests;
  if (!first) return () => true;
  if (!second) return first;
  const rest = allMet([second, ...more]);
  return (slot) => first(slot) && rest(slot);
}
