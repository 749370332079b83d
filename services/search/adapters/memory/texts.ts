import type { EventDocument } from '../../domain/index/event-document.ts';

/** Most texts that are remembered; then it begins anew. */
const most = 100_000;

/** Lets the documents share their equal texts: many events have one venue, and each row came with a copy of its own. */
export function createTexts() {
  const known = new Map<string, string>();

  function one(text: string): string {
    const same = known.get(text);
    if (same !== undefined) return same;
    if (known.size === most) known.clear();
    known.set(text, text);
    return text;
  }
  const orNull = (text: string | null) => (text === null ? null : one(text));

  return {
    shared: (event: EventDocument): EventDocument => ({
      ...event,
      currency: orNull(event.currency),
      location: one(event.location),
      performers: event.performers.map(one),
      performer_uuids: event.performer_uuids.map(one),
      venue_uuid: orNull(event.venue_uuid),
      venue_name: orNull(event.venue_name),
      city: orNull(event.city),
      country: orNull(event.country),
      time_zone: orNull(event.time_zone),
      local_date: one(event.local_date),
      category: orNull(event.category),
      genre: orNull(event.genre),
      status: one(event.status) as EventDocument['status'],
      presales: event.presales.length > 0 ? event.presales : noPresales,
    }),
  };
}

const noPresales: EventDocument['presales'] = [];
