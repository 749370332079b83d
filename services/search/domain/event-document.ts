/** What search knows of an event. */
export type EventDocument = {
  /** The database's id: names the document in the index, never leaves the service. */
  id: number;
  uuid: string;
  name: string;
  description: string;
  /** RFC 3339 in UTC, to the second: 2026-12-01T19:00:00Z. */
  date: string;
  /** The venue's. */
  location: string;
  performers: string[];
};

/** What a search answers of an event. */
export type EventHit = Pick<EventDocument, 'uuid' | 'name' | 'description' | 'date' | 'location'>;
