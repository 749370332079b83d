/**
 * The material of the demo and the large data set: real cities and halls, and per language the parts of invented names,
 * titles and sentences. `cast.ts` makes performers of them, `compose.ts` events.
 */
export { type City, type Currency, cities, currencies, type Language, languages } from './cities.ts';
export type { EventKind, LanguagePack, PerformerKind } from './languages/pack.ts';
export { type Venue, venueOf, venues } from './venues.ts';
