import type { EventDocument } from '../../domain/index/event-document.ts';
import { remembering } from '../../domain/remembering.ts';

/** Most texts that are remembered. */
const most = 100_000;

/** Lets the documents share their equal texts: many events have one venue, and each row came with a copy of its own. */
export function createTexts() {
  const known = remembering<string>(most);
  const one = (text: string) => known(text, () => text);
  const orNull = (text: string | null) => (text === null ? null : one(text));

  const linesOfOne = remembering<string[]>(most);
  /** Most line-ups are of one. */
  function lineUp(names: string[]): string[] {
    if (names.length !== 1) return names.map(one);
    return linesOfOne(names[0]!, () => [one(names[0]!)]);
  }

  const points = remembering<EventDocument['coordinates']>(most);
  const point = (at: NonNullable<EventDocument['coordinates']>) => points(`${at.lat} ${at.lon}`, () => at);

  return {
    /** All members stand here by name, for an object that is made of another takes half as much more. */
    shared: (event: EventDocument): EventDocument => ({
      id: event.id,
      uuid: event.uuid,
      name: event.name,
      description: event.description,
      date: one(event.date),
      currency: orNull(event.currency),
      location: one(event.location),
      performers: lineUp(event.performers),
      performer_uuids: lineUp(event.performer_uuids),
      venue_uuid: orNull(event.venue_uuid),
      venue_name: orNull(event.venue_name),
      city: orNull(event.city),
      country: orNull(event.country),
      time_zone: orNull(event.time_zone),
      local_date: one(event.local_date),
      coordinates: event.coordinates && point(event.coordinates),
      category: orNull(event.category),
      genre: orNull(event.genre),
      image_url: event.image_url,
      status: one(event.status) as EventDocument['status'],
      on_sale_from: event.on_sale_from,
      on_sale_until: event.on_sale_until,
      presales: event.presales.length > 0 ? event.presales : noPresales,
      price_from: event.price_from,
      seats_left: event.seats_left,
      popularity: event.popularity,
    }),
  };
}

const noPresales: EventDocument['presales'] = [];
