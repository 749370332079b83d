import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { SeatFlag } from '../../../../shared/plan/plan.ts';

/** The offer of an event, by a seating plan: prices in minor units by category, rates, and what is held back. */
export type Offer = {
  prices: Record<string, number>;
  rates: Rate[];
  holdBacks: HoldBack[];
};

/** A rate sells in the categories of its prices. */
export type Rate = { name: string; prices: Record<string, number>; maxTickets: number | null };

/** A named set of places that is not for sale: the union of what it names. */
export type HoldBack = {
  name: string;
  seats: string[];
  sections: string[];
  areas: string[];
  flags: SeatFlag[];
  /** Of a row with an accessible seat among `flags`: its companion seats, too. */
  withCompanions: boolean;
  /** RFC 3339; null: by hand only. */
  releaseAt: string | null;
};

/** A fault at a member of an offer, such as `hold_backs[0].seats[2]`. */
export type OfferFault = { path: string; message: string };

/**
 * The seats that an offer makes, in the plan's order: a list for each of their members. `heldBack` is an index into the
 * names of the offer's hold-backs, or -1.
 */
export type OfferedSeats = {
  labels: string[];
  categories: string[];
  prices: number[];
  heldBack: number[];
  holdBackNames: string[];
};

/** The event of an offer. */
export type OfferEvent = {
  uuid: string;
  organiserUuid: string | null;
  venueUuid: string;
  isCancelled: boolean;
  /** ISO 4217; null when it has none yet. */
  currency: string | null;
  hasTickets: boolean;
};

/** An offer that was made for an event. `hash` is that of its content. */
export type MadeOffer = {
  hash: string;
  planUuid: string;
  currency: string;
  offer: Offer;
  /** Seats that were sold or held meanwhile, and are otherwise than in the offer, by label. */
  kept: string[];
  /** Prices were changed in bulk since. */
  isRepriced: boolean;
};

export type OperationStatus = 'running' | 'succeeded' | 'failed';

/** The making of an event's tickets. `done` of `total` counts seats. */
export type Operation = {
  uuid: string;
  eventUuid: string;
  organiserUuid: string | null;
  status: OperationStatus;
  done: number;
  total: number;
  error: { error: string; message: string } | null;
  /** RFC 3339, UTC. */
  createdAt: string;
  made: MadeOffer;
};

/** A ticket of an event, by the uuid of its lock. */
export type Seat = { uuid: string; label: string };

/** The seats `from` up to `to` of an offer. */
export type Batch = { from: number; to: number };

export type Beginning = { eventUuid: string; made: MadeOffer; total: number; leaseMs: number };

/** Port: offers in the database, and the operations that make tickets of them. Throws `unavailable`. */
export type Offers = {
  event(eventUuid: string): Promise<OfferEvent | undefined>;
  /** Returns the newest operation on an event's offer. */
  newest(eventUuid: string): Promise<Operation | undefined>;
  operation(uuid: string): Promise<Operation | undefined>;

  /**
   * Returns the tickets of an event that have none of these labels. `sold` are those which an order has bought, is
   * buying, or has given back: they can't be deleted.
   */
  others(eventUuid: string, labels: string[]): Promise<{ free: Seat[]; sold: Seat[] }>;
  /** Returns the tickets that were sold in another currency. */
  soldOtherwise(eventUuid: string, currency: string): Promise<Seat[]>;

  /**
   * Begins to make the tickets of an offer, in one transaction: its rates and hold-backs are there from now on, and the
   * audit log tells of it. While another plan takes over, the event has none. Another offer may be under way, the event
   * cancelled, its currency another one, or the plan gone meanwhile.
   */
  begin(author: Author, beginning: Beginning): Promise<{ begun: Operation } | { underWay: Operation } | Gone>;

  /** Leases an operation that no process is at work on; undefined when there is none. */
  lease(ms: number): Promise<string | undefined>;
  /** Ends the lease of an operation that goes on elsewhere. */
  giveUp(operationUuid: string): Promise<void>;

  /** Returns the tickets of the seats that are to be held back and are for sale, or being paid for, now. */
  toHoldBack(operationUuid: string, labels: string[]): Promise<Seat[]>;
  /**
   * Makes or changes the tickets of a batch, in one transaction, and counts it as done. Sold ones take the price for
   * when they were given back, unless their currency is another, and are held back from then on; those in `kept`, and
   * those that are being paid for, are not held back. Doing it again changes nothing. Returns what is done now;
   * undefined when the operation no longer runs: then nothing was written.
   */
  write(operationUuid: string, seats: OfferedSeats, batch: Batch, kept: string[], leaseMs: number): Promise<Written>;
  /** Deletes those of these tickets that are free, whose locks the caller has, and returns them. */
  remove(operationUuid: string, seats: Seat[], leaseMs: number): Promise<Seat[] | undefined>;
  /**
   * Ends an operation: the event sells by its plan. `kept`: see `MadeOffer`. The seats `outside` the plan have no place
   * in it. Returns false when it no longer runs.
   */
  finish(operationUuid: string, kept: string[], outside: string[]): Promise<boolean>;
};

/** Meanwhile the event was deleted or cancelled, or the plan was deleted. */
export type Gone = 'no event' | 'cancelled' | 'no plan' | 'other currency';

export type Written = { done: number } | undefined;
