/**
 * Port: who may buy a ticket for the next minutes. A lock has an owner and a token; it ends by release or by time, and
 * only the store's own clock decides when that is. A lock keeps people from waiting in vain: what keeps a seat from
 * being sold twice is the database.
 *
 * All tickets of one call belong to one event. Every operation is atomic against every other, from any process.
 * An operation throws `unavailable` when the store does not answer.
 */
export type TicketLocks = {
  /**
   * Takes all of the tickets or none. What the owner already holds stays as it is, token and expiry included, so that
   * repeating a call changes nothing. Refused when anyone else holds one of them: `conflicts` names those. With a `limit`
   * it is refused, too, when the owner would then hold more tickets of the event: `overLimit`; and `others` names what
   * the owner holds besides.
   */
  acquire(request: {
    eventUuid: string;
    ticketUuids: string[];
    owner: string;
    ttlMs: number;
    limit?: number;
  }): Promise<Acquired | Refused>;

  /** The live locks among the tickets that the owner holds. */
  held(request: { eventUuid: string; ticketUuids: string[]; owner: string }): Promise<Hold[]>;

  /** Makes locks last at least `ttlMs` from now, all or none; false when one of them is no longer under its token. */
  extend(request: { eventUuid: string; locks: LockKey[]; ttlMs: number }): Promise<boolean>;

  /** Frees the locks that are still under their token and leaves others alone; tells how many it freed. */
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

/** `expiresAt` is in milliseconds since 1970 by the store's clock. */
export type Hold = LockKey & { expiresAt: number };
