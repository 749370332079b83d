/**
 * Port: who may buy a ticket for the next minutes. A lock has an owner and a token; it ends by release or by time, and
 * only the store's own clock decides when that is. A lock keeps people from waiting in vain: what keeps a seat from
 * being sold twice is the database.
 *
 * A hold has an end of its own (`expiresAt`). While a payment is under way its lock may outlive that, so that a buyer whose
 * time is nearly over is not overtaken; the owner then holds it no more, and nobody else can take it yet.
 *
 * All tickets of one call belong to one event. Every operation is atomic against every other, from any process.
 * An operation throws `unavailable` when the store does not answer.
 */
export type TicketLocks = {
  /**
   * Takes all of the tickets or none. What the owner already holds stays as it is, token and expiry included, so that
   * repeating a call changes nothing. Refused when anyone else holds one of them: `conflicts` names those. With a `limit`
   * it is refused, too, when it would take more and the owner would then hold too many tickets of the event: `overLimit`; and
   * `others` names what the owner holds besides. A `note` is kept with what this call takes.
   */
  acquire(request: {
    eventUuid: string;
    ticketUuids: string[];
    owner: string;
    ttlMs: number;
    limit?: number;
    note?: string;
  }): Promise<Acquired | Refused>;

  /** What the owner holds among the tickets. */
  held(request: { eventUuid: string; ticketUuids: string[]; owner: string }): Promise<Hold[]>;

  /**
   * Takes part in locks that another call has taken, all or none: from then on `giveBack` leaves them alone. False when one
   * of them is not held under its token any more.
   */
  adopt(request: { eventUuid: string; locks: LockKey[] }): Promise<boolean>;

  /** Frees the locks that are still under their token and that no other call has adopted; returns how many it freed. */
  giveBack(request: { eventUuid: string; locks: LockKey[] }): Promise<number>;

  /** Makes holds last at least `ttlMs` from now, all or none; false when one is not held under its token any more. */
  extend(request: { eventUuid: string; locks: LockKey[]; ttlMs: number }): Promise<boolean>;

  /**
   * Makes locks, but not their holds, last at least `windowMs` from now, all or none; false when one is not held under its
   * token any more: no payment may begin then.
   */
  cover(request: { eventUuid: string; locks: LockKey[]; windowMs: number }): Promise<boolean>;

  /** Lets the locks that are still under their token end with their holds again; returns how many it freed by that. */
  uncover(request: { eventUuid: string; locks: LockKey[] }): Promise<number>;

  /** Frees the locks that are still under their token and leaves others alone; returns how many it freed. */
  release(request: { eventUuid: string; locks: LockKey[] }): Promise<number>;

  /** The uuids of all tickets of an event that are locked now, in one call. */
  list(eventUuid: string): Promise<string[]>;

  /** Clears away what has expired (it is free already) and tells which, so that live views can be told. */
  purgeExpired(): Promise<{ eventUuid: string; ticketUuid: string }[]>;
};

/** `taken` are those of `holds` that this call took; it was `repeated` when there are none. */
export type Acquired = { ok: true; holds: Hold[]; taken: Hold[]; repeated: boolean; others: string[] };
export type Refused = { ok: false; conflicts: string[]; overLimit?: true };

/** What names a lock: its ticket, and the token that a successor's lock on the ticket does not have. */
export type LockKey = { ticketUuid: string; token: string };

/** `expiresAt` is in milliseconds since 1970 by the store's clock; `note` is what its taker wrote on it. */
export type Hold = LockKey & { expiresAt: number; note?: string };
