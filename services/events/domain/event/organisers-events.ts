import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Ending } from '../../../../shared/idempotency/idempotency.ts';
import type { PageRequest, Whose } from '../page.ts';
import type { EventStatus } from './event.ts';

/** The members of an event that its organiser sets. Instants are RFC 3339, UTC, to the millisecond; null: none. */
export type EventInput = {
  name: string;
  description: string | null;
  category: string | null;
  genre: string | null;
  /** In the order of the line-up, by uuid. */
  performers: string[];
  venueUuid: string;
  date: string;
  doorsAt: string | null;
  endsAt: string | null;
  imageUrl: string | null;
  onSaleFrom: string | null;
  onSaleUntil: string | null;
  /** Most tickets of a buyer; null: as the platform has it. */
  ticketLimit: number | null;
  /** ISO 4217: the currency of the tickets that its offer makes. */
  currency: string | null;
};

/** An event as its organiser sees it. */
export type EventSettings = EventInput & {
  uuid: string;
  /** Null: the platform. */
  organiserUuid: string | null;
  status: EventStatus;
  previousDates: string[];
  refundUntil: string | null;
  /** Counts what calendars must follow. */
  sequence: number;
  createdAt: string;
  updatedAt: string;
};

/** `endsAt` is RFC 3339, UTC. */
export type LastPresale = { name: string; endsAt: string };

/** An event with what is decided by besides; `version` names all the members of its settings. */
export type OrganisersEvent = {
  settings: EventSettings;
  version: string;
  venueHasTimeZone: boolean;
  hasTickets: boolean;
  /** Its tickets are of a plan of its venue. */
  hasPlan: boolean;
  /** The operation, by its uuid, that makes its tickets from a plan. */
  offerUnderWay: string | null;
  /** The presale that ends last. */
  lastPresale: LastPresale | null;
};

/** A change of an event, and its name in the audit log, such as `event.published`. */
export type EventChange = {
  action: string;
  event: EventInput;
  status: EventStatus;
  sequence: number;
};

/**
 * Port: the events of organisers. Each write is one transaction, with its line in the audit log. Throws `unavailable`;
 * and `invalid_request` for a venue or a performer that is neither the organiser's nor the platform's.
 */
export type OrganisersEvents = {
  /**
   * Makes a draft with this uuid; when there is one already, changes nothing. Throws `forbidden` when the organiser
   * does not exist.
   */
  create(
    author: Author,
    draft: { uuid: string; organiserUuid: string | null; event: EventInput },
  ): Promise<OrganisersEvent>;

  find(uuid: string): Promise<OrganisersEvent | undefined>;

  /** Returns events, the newest first, after one of them; undefined when that is unknown. */
  list(query: PageRequest & { whose: Whose; status?: EventStatus | undefined }): Promise<OrganisersEvent[] | undefined>;

  /**
   * Changes an event as `decide` says, which gets it as it is, or undefined without it, and may throw. Nobody else
   * changes it meanwhile. With an `ending`, the response to the request is stored with the change.
   */
  change(
    author: Author,
    uuid: string,
    decide: (event: OrganisersEvent | undefined) => EventChange,
    ending?: Ending<OrganisersEvent>,
  ): Promise<OrganisersEvent>;

  /** Deletes an event with all that belongs to it, unless `check` throws, which gets it as it is. */
  remove(author: Author, uuid: string, check: (event: OrganisersEvent | undefined) => void): Promise<void>;
};
