import type { EventDocument } from '../index/event-document.ts';
import { nameOfCode } from '../relevance/places.ts';
import { cityName, cityOf } from './city-names.ts';
import { cityKey, filterKey, longestTerm } from './filters.ts';

export type FacetName = (typeof facetNames)[number];

export const facetNames = ['city', 'category', 'month', 'price', 'performer'] as const;

/**
 * Exactly how many events there are by the values of a facet, under all filters but the facet's own. Months are in
 * their order, the first ones; of others the commonest, equals in the order of their text or key. Prices are ranges of
 * the lowest free price, both bounds included, by currency and price. Values of one `facetKey` are one, shown as most
 * of these events write it; of writings that are equally common, as the first in the order of text.
 */
export type Facets = {
  [name in Exclude<FacetName, 'city' | 'price'>]?: FacetValue[];
} & { city?: CityValue[]; price?: PriceRange[] };

export type FacetValue = { value: string; count: number };

/** Cities of one name in two countries are two values; without a country where it is not known. */
export type CityValue = FacetValue & { country?: string };

export type PriceRange = { currency: string; from: number; to: number; count: number };

/** Most values of a facet. */
export const maxFacetValues = 20;

/** The facets whose values are what organisers type, one an event: those of one key are one value. */
export const keyedFacets = ['city', 'category'] as const satisfies FacetName[];

export type KeyedFacet = (typeof keyedFacets)[number];

export const isKeyed = (name: FacetName): name is KeyedFacet => (keyedFacets as readonly FacetName[]).includes(name);

/** Returns what the values of a facet have in common that the filter of its name does not tell apart. */
export function facetKey(name: KeyedFacet, value: string): string {
  if (name === 'category') return filterKey(value);
  const city = cityOf(value);
  const key = cityKey(city.name);
  return cityName({ ...city, name: nameOfCode(key) ?? key });
}

/** Returns the values of an event in each facet, each once, as an index counts them. */
export function facetValues(event: EventDocument): Record<FacetName, string[]> {
  const { city, country, category, local_date, currency, price_from, performers } = event;
  const all = {
    city: [city && tidy(city) ? cityName({ name: tidy(city), country }) : null],
    category: [category && tidy(category)],
    month: [local_date.slice(0, 'YYYY-MM'.length)],
    price: [currency !== null && price_from !== null ? `${currency} ${rangeStart(price_from)}` : null],
    performer: performers,
  };
  const entries = Object.entries(all).map(([name, values]) => [name, [...new Set(values)].filter(isValue)]);
  return Object.fromEntries(entries);
}

const tidy = (text: string) => text.replace(/\s+/g, ' ').trim();

const isValue = (value: string | null) => value !== null && value !== '' && value.length <= longestTerm;

/** Returns the facets from an index's counts, of at most `maxFacetValues` values each, in any order. */
export function toFacets(counts: Partial<Record<FacetName, FacetValue[]>>): Facets {
  const { city, price, ...others } = counts;
  return {
    ...others,
    ...(city && { city: city.map(toCity) }),
    ...(price && { price: price.map(toRange).sort(byPrice) }),
  };
}

function toCity({ value, count }: FacetValue): CityValue {
  const { name, country } = cityOf(value);
  return { value: name, ...(country && { country }), count };
}

/** Ranges begin at 1, 2 and 5 times a power of ten, in minor units: they fit any currency. */
function rangeStart(price: number): number {
  const digits = String(Math.max(0, Math.trunc(price)));
  const start = [5, 2, 1, 0].find((one) => one <= Number(digits[0]))!;
  return start * 10 ** (digits.length - 1);
}

function toRange({ value, count }: FacetValue): PriceRange {
  const [currency = '', start] = value.split(' ');
  const from = Number(start);
  const next = from === 0 ? 1 : String(from).startsWith('2') ? from * 2.5 : from * 2;
  return { currency, from, to: next - 1, count };
}

const byPrice = (a: PriceRange, b: PriceRange) =>
  a.currency < b.currency ? -1 : a.currency > b.currency ? 1 : a.from - b.from;
