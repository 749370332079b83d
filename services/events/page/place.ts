import type { EventSnapshot } from '../domain/event/event.ts';

type Venue = EventSnapshot['venue'];

/** Returns the place of an event in one line: the original's text, unless the parts are known. */
export const placeOf = ({ name, location, address, city }: Venue): string =>
  [name ?? location, address, name ? city : null].filter((part) => part !== null && part !== '').join(', ');
