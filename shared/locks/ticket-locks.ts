/**
 * Port: locks on tickets, whose owner may buy them for the next minutes. A lock has an owner and a token; it ends by
 * release or by time, and only the store's own clock decides when that is. A lock keeps people from waiting in vain:
 * the database keeps a seat from being sold twice.
 *
 * A hold has an end of its own (`expiresAt`). While a payment is under way its lock may outlive that, so that a buyer
 * whose time is nearly over keeps the seat; the owner then no longer holds it, and nobody else can take it yet.
 *
 * All tickets of one call belong to one event. Every operation is atomic against every other, from any process.
 * An operation throws `unavailable` when the store does not respond.
 */
export type TicketLocks = {
  /**
   * Takes all of the tickets or none. Tickets that the owner already holds stay as they are, token and expiry included,
   * so that repeating a call changes nothing. Refused when anyone else holds one of them: `conflicts` names those. With
   * a `limit` it is refused, too, when it would take more and the owner would then hold too many tickets of the event:
   * `overLimit`; and `others` names the owner's other tickets. A `note` is kept with the locks that this call takes.
   */
  acquire(request: {
    eventUuid: string;
    ticketUuids: string[];
    owner: string;
    ttlMs: number;
    limit?: number;
    note?: string;
  }): Promise<Acquired | Refused>;

  /** Returns the owner's holds among the tickets. */
  held(request: { eventUuid: string; ticketUuids: string[]; owner: string }): Promise<Hold[]>;

  /**
   * Adopts locks that another call has taken, all or none: from then on `giveBack` leaves them alone. Returns false
   * when one of them is no longer held under its token.
   */
  adopt(request: { eventUuid: string; locks: LockKey[] }): Promise<boolean>;

  /** Frees the locks that are still under their token and that no other call has adopted; returns how many it freed. */
  giveBack(request: { eventUuid: string; locks: LockKey[] }): Promise<number>;

  /** Makes holds last at least `ttlMs` from now, all or none; false when one is no longer held under its token. */
  extend(request: { eventUuid: string; locks: LockKey[]; ttlMs: number }): Promise<boolean>;

  /**
   * Makes locks, but not their holds, last at least `windowMs` from now, all or none; false when one is no longer held
   * under its token: no payment may begin then.
   */
  cover(request: { eventUuid: string; locks: LockKey[]; windowMs: number }): Promise<boolean>;

  /** Lets the locks that are still under their token end with their holds again; returns how many it freed by that. */
  uncover(request: { eventUuid: string; locks: LockKey[] }): Promise<number>;

  /** Frees the locks that are still under their token and leaves others alone; returns how many it freed. */
  release(request: { eventUuid: string; locks: LockKey[] }): Promise<number>;

  /** The uuids of all tickets of an event that are locked now, in one call. */
  list(eventUuid: string): Promise<string[]>;

  /** Clears away expired locks (they are free already) and returns them, for the live views. */
  purgeExpired(): Promise<{ eventUuid: string; ticketUuid: string }[]>;
};

/** `taken` are those of `holds` that this call took; it was `repeated` when there are none. */
export type Acquired = { ok: true; holds: Hold[]; taken: Hold[]; repeated: boolean; others: string[] };
export type Refused = { ok: false; conflicts: string[]; overLimit?: true };

/** The key of a lock: its ticket, and the token, which a later lock on the ticket does not have. */
export type LockKey = { ticketUuid: string; token: string };

/** `expiresAt` is in milliseconds since 1970 by the store's clock; `note` is its taker's. */
export type Hold = LockKey & { expiresAt: number; note?: string };
