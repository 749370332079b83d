import type { EventDocument } from '../index/event-document.ts';
import { isCountry, placeCodes } from '../relevance/places.ts';
import type { FacetName } from './facets.ts';
import { fold } from './text.ts';

/**
 * The conditions that an event must meet besides the words, each member optional; an event that lacks what one looks at
 * does not meet it. A member that is undefined counts as left out. Values must be fit for JSON, for they are part of
 * `queryKey`; names are folded (`filterKey`).
 */
export type SearchFilters = Readonly<{
  /** The first and the last moment at which it may begin: a day at the venue (2030-06-01), or an instant (RFC 3339). */
  from?: string;
  to?: string;
  city?: string;
  country?: string;
  /** A name, or a uuid. */
  venue?: string;
  performer?: string;
  category?: string;
  genre?: string;
  /** Of its tickets. */
  currency?: string;
  /** Bounds of the lowest free price, both included, in minor units. */
  priceMin?: number;
  priceMax?: number;
  /** It has seats left, and its sale has neither ended nor been called off. */
  available?: true;
  /** `now`: the general sale is open. `soon`: it is to begin. */
  onSale?: 'now' | 'soon';
  near?: Near;
}>;

export type Near = Readonly<{ lat: number; lon: number; radiusKm: number }>;

/** A filter, by what it looks at: the facet of that name ignores it. */
export type FilterGroup = FacetName | 'on_sale' | 'other';

/** Returns whether a bound of dates is a day; else it is an instant. */
export const isDay = (bound: string): boolean => bound.length === 'YYYY-MM-DD'.length;

/** Returns whether what a search finds depends on the clock beyond the dates of events. */
export const followsSales = ({ available, onSale }: SearchFilters): boolean =>
  available === true || onSale !== undefined;

/** Returns a name as filters compare it: without case and accents. */
export const filterKey = (name: string): string => fold(name).replace(/\s+/g, ' ').trim();

/** Returns a city as filters compare it: Munich is München. */
export const cityKey = (name: string): string => placeCodes(name).find((code) => !isCountry(code)) ?? filterKey(name);

/** The statuses of events that sell. */
export const sellingStatuses: readonly EventDocument['status'][] = ['published', 'rescheduled'];

/** The longest text that an index keeps as one term; a longer name has none: no filter asks for it, no facet counts it. */
export const longestTerm = 1000;

/** The filters that ask for one value of an event's, and what they look at. */
const termFilters = {
  city: 'city',
  country: 'other',
  venue: 'other',
  performer: 'performer',
  category: 'category',
  genre: 'other',
  currency: 'price',
} as const satisfies Record<string, FilterGroup>;

export type TermFilter = keyof typeof termFilters;

export const termFilterNames = Object.keys(termFilters) as TermFilter[];

/** Returns the terms that an event has for each of these filters: it meets one that asks for any of them. */
export function filterTerms(event: EventDocument): Record<TermFilter, string[]> {
  const { city, country, venue_uuid, venue_name, location, performer_uuids, performers, category, genre } = event;
  return {
    city: city ? [cityKey(city)].filter((term) => term.length <= longestTerm) : [],
    country: termsOf(country),
    venue: termsOf(venue_uuid, venue_name, location),
    performer: termsOf(...performer_uuids, ...performers),
    category: termsOf(category),
    genre: termsOf(genre),
    currency: termsOf(event.currency),
  };
}

function termsOf(...names: (string | null)[]): string[] {
  const terms = names.flatMap((name) => (name ? [filterKey(name)] : []));
  return [...new Set(terms)].filter((term) => term.length <= longestTerm);
}

/** Returns the terms that the filters ask for. With a city its country is a part of what the facet of cities ignores. */
export const wantedTerms = (filters: SearchFilters): { group: FilterGroup; name: TermFilter; term: string }[] =>
  termFilterNames.flatMap((name) => {
    const value = filters[name];
    const group = name === 'country' && filters.city !== undefined ? 'city' : termFilters[name];
    if (value === undefined) return [];
    return [{ group, name, term: name === 'city' ? cityKey(value) : filterKey(value) }];
  });
