/** An event as search keeps it. */
export type EventDocument = {
  /** The database's id: names the document in the index, never leaves the service. */
  id: number;
  uuid: string;
  name: string;
  description: string;
  /** RFC 3339 in UTC, to the second: 2026-12-01T19:00:00Z. */
  date: string;
  /** ISO 4217, the one of all its tickets; null when it has none or several. */
  currency: string | null;
  /** The venue's. */
  location: string;
  performers: string[];
  /** The lowest price of a free seat, in minor units of `currency`; null when none is free, or there are several. */
  price_from: number | null;
  /** Seats that are for sale and not sold; null for an event without tickets. */
  seats_left: number | null;
  /** Tickets sold in the last seven days, each the less the longer ago. */
  popularity: number;
};

/** The members of an event that a search shows to everybody, in the order of the response. */
export const hitFields = ['uuid', 'name', 'description', 'date', 'location', 'currency'] as const;

export type EventHit = Pick<EventDocument, (typeof hitFields)[number]>;

/** Takes the members of a hit out of an event. A member that an older release did not keep is null. */
export function hitOf(event: EventHit): EventHit {
  return Object.fromEntries(hitFields.map((field) => [field, event[field] ?? null])) as EventHit;
}

/** An event as a row or an index has it: with more around it, and perhaps kept by an older release, which knew less. */
export type KeptEvent = Omit<EventDocument, 'id' | 'currency' | keyof Moving> & {
  id: number | string;
  currency?: string | null;
} & Partial<Moving>;

/** The members that move by themselves, with the sale. */
type Moving = Pick<EventDocument, 'price_from' | 'seats_left' | 'popularity'>;

/** Takes the members of a document out of a row, or of what an index has. */
export function documentOf(event: KeptEvent): EventDocument {
  const { id, uuid, name, description, date, currency = null, location, performers } = event;
  const { price_from = null, seats_left = null, popularity = 0 } = event;
  const moving = { price_from, seats_left, popularity };
  return { id: Number(id), uuid, name, description, date, currency, location, performers, ...moving };
}

export const isSameDocument = (a: EventDocument, b: EventDocument): boolean =>
  isSameButForDemand(a, b) &&
  a.price_from === b.price_from &&
  a.seats_left === b.seats_left &&
  a.popularity === b.popularity;

/** Compares all that does not move by itself: the demand of an index is that of a moment ago. */
export const isSameButForDemand = (a: EventDocument, b: EventDocument): boolean =>
  a.id === b.id &&
  hitFields.every((field) => a[field] === b[field]) &&
  a.performers.length === b.performers.length &&
  a.performers.every((name, i) => name === b.performers[i]);
