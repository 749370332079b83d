import type { EventDocument } from '../index/event-document.ts';
import type { FacetName } from './facets.ts';
import { fold } from './text.ts';

/**
 * The conditions that an event must meet besides the words, each member optional; an event that lacks what one looks at
 * does not meet it. A member that is undefined counts as left out. Values must be fit for JSON, for they are part of
 * `queryKey`; names are folded (`nameKey`).
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
export const nameKey = (name: string): string => fold(name).replace(/\s+/g, ' ').trim();

/** The statuses of events that sell. */
export const sellingStatuses: readonly EventDocument['status'][] = ['published', 'rescheduled'];

/** What an index may keep as one term; a longer name has none, and no filter can ask for it. */
const longestKey = 1000;

/**
 * Returns the terms that an event has for filters which ask for one value: an event meets such a filter if it has its
 * term.
 */
export function filterKeys(event: EventDocument): string[] {
  const keys = [
    ...named('city', event.city),
    ...named('venue', event.venue_uuid, event.venue_name, event.location),
    ...named('performer', ...event.performer_uuids, ...event.performers),
    ...named('category', event.category),
    ...named('genre', event.genre),
    ...named('country', event.country),
    ...named('currency', event.currency),
  ];
  return [...new Set(keys)].filter((key) => key.length <= longestKey);
}

const named = (member: KeyFilter, ...names: (string | null)[]): string[] =>
  names.flatMap((name) => (name ? [`${member}:${nameKey(name)}`] : []));

const keyFilters = ['city', 'country', 'venue', 'performer', 'category', 'genre', 'currency'] as const;

type KeyFilter = (typeof keyFilters)[number];

const groups: Partial<Record<KeyFilter, FilterGroup>> = {
  city: 'city',
  category: 'category',
  performer: 'performer',
  currency: 'price',
};

/** Returns the terms that the filters ask for. */
export const wantedKeys = (filters: SearchFilters): { group: FilterGroup; key: string }[] =>
  keyFilters.flatMap((member) => {
    const value = filters[member];
    return value === undefined ? [] : [{ group: groups[member] ?? 'other', key: `${member}:${nameKey(value)}` }];
  });
