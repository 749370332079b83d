import type { EventDocument } from '../../domain/index/event-document.ts';
import { facetKey, facetNames, facetValues, keyedFacets } from '../../domain/query/facets.ts';
import { filterTerms } from '../../domain/query/filters.ts';
import { nameKinds } from '../../domain/query/suggested-names.ts';
import { nameStarts } from './name-terms.ts';

/** The members beside an event's own: the terms that filters ask for, and the values of facets and suggestions. */
export function attributes(event: EventDocument) {
  const facets = facetValues(event);
  return {
    keys: Object.entries(filterTerms(event)).flatMap(([name, terms]) => terms.map((term) => keyOf(name, term))),
    facets,
    facet_keys: Object.fromEntries(keyedFacets.map((name) => [name, facets[name].map((one) => facetKey(name, one))])),
    starts: nameStarts(event),
  };
}

/** One field has the terms of all filters. */
export const keyOf = (name: string, term: string): string => `${name}:${term}`;

/** Kept, and not looked at. */
const kept = { type: 'keyword', index: false, doc_values: false };
const counted = { type: 'keyword', index: false };

/** The mappings of what filters, facets and sorts look at, and of what hits show besides words. */
export const attributeProperties = {
  performer_uuids: kept,
  venue_uuid: kept,
  venue_name: kept,
  city: kept,
  country: kept,
  time_zone: kept,
  category: kept,
  genre: kept,
  image_url: kept,
  presales: { type: 'object', enabled: false },
  // Compared as text: the order of days.
  local_date: { type: 'keyword' },
  coordinates: { type: 'geo_point' },
  status: { type: 'keyword' },
  on_sale_from: { type: 'date' },
  on_sale_until: { type: 'date' },
  price_from: { type: 'long' },
  seats_left: { type: 'long' },
  popularity: { type: 'long' },
  keys: { type: 'keyword', doc_values: false },
  facets: { properties: Object.fromEntries(facetNames.map((name) => [name, counted])) },
  facet_keys: { properties: Object.fromEntries(keyedFacets.map((name) => [name, counted])) },
  starts: { properties: Object.fromEntries(nameKinds.map((kind) => [kind, { type: 'keyword' }])) },
};
