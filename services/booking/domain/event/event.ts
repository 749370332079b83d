import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Ending } from '../../../../shared/idempotency/idempotency.ts';

export type EventStatus = 'draft' | 'published' | 'postponed' | 'rescheduled' | 'cancelled';

/** An event as its organiser changes it during the sale. Instants are RFC 3339, UTC. */
export type EventState = {
  uuid: string;
  status: EventStatus;
  date: string;
  doorsAt: string | null;
  endsAt: string | null;
  onSaleFrom: string | null;
  onSaleUntil: string | null;
  /** The oldest first. */
  previousDates: string[];
  /** Until then each buyer may give back, whatever the window of refunds is. */
  refundUntil: string | null;
  /** Counts the changes that calendars follow. */
  sequence: number;
};

/** The event's organiser by uuid; null: the platform. */
export type Organised = { organiserUuid: string | null };

/** `keepsMoney`: orders of it are paid or pending, and no operation gives the money back. `nowMs`: the database's time. */
export type EventMoment = { event: EventState; keepsMoney: boolean; nowMs: number };

/** How an event is from now on; what is left out stays as it is. */
export type EventChange = {
  status: EventStatus;
  date?: string;
  doorsAt?: string | null;
  endsAt?: string | null;
  onSaleUntil?: string | null;
  /** Its date is set anew; another one joins the former ones. */
  wasMoved?: boolean;
  refundUntil?: string | null;
  /** The operation that gives its buyers their money back, by a uuid that is the same when the request is repeated. */
  refunds?: { operationUuid: string; reason: string | null };
};

export type EventEnding = Ending<EventState>;

/** Port: changes of events that stop the sale or move money, in the database. Throws `unavailable`. */
export type EventChanges = {
  /** Returns an event's organiser; undefined for an unknown event. */
  find(eventUuid: string): Promise<Organised | undefined>;

  /**
   * Has `decide` say how an event is from now on, and stores that, with the next `sequence` and a note in the audit log:
   * in one transaction, in which nobody else changes the event. Nothing is written when `decide` throws, which is thrown
   * on. Returns undefined for an unknown event. With an `ending`, the response to the request is stored in it, too.
   */
  change(
    request: { eventUuid: string; action: string; author: Author; ending?: EventEnding | undefined },
    decide: (moment: EventMoment) => EventChange,
  ): Promise<EventState | undefined>;
};
