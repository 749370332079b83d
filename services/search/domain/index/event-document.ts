/** What search knows of an event. */
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
};

/** What a search answers of an event. */
export type EventHit = Pick<EventDocument, 'uuid' | 'name' | 'description' | 'date' | 'location' | 'currency'>;

export const isSameDocument = (a: EventDocument, b: EventDocument): boolean =>
  a.id === b.id &&
  a.uuid === b.uuid &&
  a.name === b.name &&
  a.description === b.description &&
  a.date === b.date &&
  a.currency === b.currency &&
  a.location === b.location &&
  a.performers.length === b.performers.length &&
  a.performers.every((name, i) => name === b.performers[i]);
