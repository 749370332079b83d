export type EventStatus = 'draft' | 'published' | 'postponed' | 'rescheduled' | 'cancelled';

/**
 * The slow part of an event, and the sale of each seat when it was read. Instants are RFC 3339, UTC, with milliseconds;
 * `date`, a member of the original, is without.
 */
export type EventSnapshot = {
  uuid: string;
  name: string;
  description: string;
  date: string;
  /** ISO 4217, the one of all its tickets; null when it has none or several. */
  currency: string | null;
  venue: {
    uuid: string;
    location: string;
    seat_map: Record<string, unknown>;
    name: string | null;
    address: string | null;
    city: string | null;
    country: string | null;
    coordinates: { latitude: number; longitude: number } | null;
  };
  performers: { uuid: string; name: string; age: number; description: string }[];
  status: EventStatus;
  /** The venue's, by IANA's name. */
  time_zone: string | null;
  category: string | null;
  genre: string | null;
  image_url: string | null;
  doors_at: string | null;
  ends_at: string | null;
  ticket_limit: number | null;
  previous_dates: string[];
  refund_until: string | null;
  /** Null: the platform. */
  organiser: { uuid: string; name: string } | null;
  on_sale: SaleWindows;
  /** Null without tickets, and with several currencies. */
  prices: EventPrices | null;
  /** The members that calendars follow. */
  calendar: { sequence: number; updated_at: string };
  /** The hash of the plan from which its tickets were made. */
  plan: string | null;
  tickets: TicketRow[];
  mark: Mark;
};

/** The windows of the general sale and of the presales; null: from the publication, to the start of the event. */
export type SaleWindows = {
  from: string | null;
  until: string | null;
  presales: { name: string; starts_at: string; ends_at: string }[];
};

/** The lowest and the highest price of its tickets, and those of each category with its rates, in minor units. */
export type EventPrices = {
  from: number;
  to: number;
  categories: {
    category: string | null;
    from: number;
    to: number;
    rates: { uuid: string; name: string; price: number }[];
  }[];
};

/** A ticket as the database has it: uuid, seat, price in minor units, how far its sale has come, and its category. */
export type TicketRow = [uuid: string, seat: string, price: number, sale: Sale, category?: string | null];

/** `claimed` is between the claim of a seat and the end of its payment. */
export type Sale = 'free' | 'claimed' | 'booked';

/** The status that a visitor sees. */
export type SeatStatus = 'available' | 'reserved' | 'booked';

/**
 * A point in the database's history. `version` changes with the event, its venue, its performers, its line-up, its
 * presales and rates, and when a ticket is deleted; `since` finds the tickets that were written after it.
 */
export type Mark = { version: string; since: string };

export type EventSummary = {
  uuid: string;
  name: string;
  description: string;
  date: string;
  currency: string | null;
  venue: { uuid: string; location: string; name: string | null; city: string | null; country: string | null };
  status: EventStatus;
  time_zone: string | null;
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
  /** Returns upcoming events that are no drafts by date, then uuid, after a position in that order. */
  upcoming(page: {
    from: Date;
    after?: EventPosition;
    limit: number;
  }): Promise<{ event: EventSummary; position: EventPosition }[]>;
};

/** A place in the list of upcoming events; the date is exact to the microsecond. */
export type EventPosition = { date: string; uuid: string };
