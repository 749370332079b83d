/** The slow part of an event, and the sale of each seat when it was read. */
export type EventSnapshot = {
  uuid: string;
  name: string;
  description: string;
  /** RFC 3339, UTC. */
  date: string;
  /** ISO 4217, the one of all its tickets; null when it has none or several. */
  currency: string | null;
  venue: { uuid: string; location: string; seat_map: Record<string, unknown> };
  performers: { uuid: string; name: string; age: number; description: string }[];
  tickets: TicketRow[];
  mark: Mark;
};

/** A ticket as the database has it: uuid, seat, price in minor units, and how far its sale has come. */
export type TicketRow = [uuid: string, seat: string, price: number, sale: Sale];

/** `claimed` is between the claim of a seat and the end of its payment. */
export type Sale = 'free' | 'claimed' | 'booked';

/** The status that a visitor sees. */
export type SeatStatus = 'available' | 'reserved' | 'booked';

/**
 * A point in the database's history. `version` changes with the event, its venue, its performers, its line-up, and when
 * a ticket is deleted; `since` finds the tickets that were written after it.
 */
export type Mark = { version: string; since: string };

export type EventSummary = {
  uuid: string;
  name: string;
  description: string;
  date: string;
  currency: string | null;
  venue: { uuid: string; location: string };
};

/** Port: the events in the database. Throws `unavailable` when the database is not in reach. */
export type EventStore = {
  /** Returns the whole event, read in one snapshot; undefined when there is none. */
  load(eventUuid: string): Promise<EventSnapshot | undefined>;
  /**
   * Returns the tickets written since a mark, those of the mark's own moment perhaps again; undefined without the
   * event.
   */
  changesSince(eventUuid: string, since: string): Promise<{ mark: Mark; tickets: TicketRow[] } | undefined>;
  /** Returns upcoming events by date, then uuid, after a position in that order. */
  upcoming(page: {
    from: Date;
    after?: EventPosition;
    limit: number;
  }): Promise<{ event: EventSummary; position: EventPosition }[]>;
};

/** A place in the list of upcoming events; the date is exact to the microsecond. */
export type EventPosition = { date: string; uuid: string };
