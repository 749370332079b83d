import type { LockKey } from '../../../../shared/locks/ticket-locks.ts';
import type { KnownOrder, Order } from '../order/order.ts';
import type { HeldPrice } from './held-price.ts';

/** A rate beside the price of a category, such as a child's. */
export type Rate = { uuid: string; name: string };

/** A held ticket: its price when it was held, at which rate if at one, and the token of its lock. */
export type ReservedTicket = LockKey & { seat: string; price: number; rate?: Rate };

/**
 * Seats of one event that a buyer holds together. Prices and `total` are in minor units of `currency` (ISO 4217). Only
 * their locks tell whether the seats are still held.
 */
export type Reservation = {
  uuid: string;
  userUuid: string;
  eventUuid: string;
  tickets: ReservedTicket[];
  total: number;
  currency: string;
  released: boolean;
  /** Its event sells: by its status, and it has not begun, nor is it about to. Windows were decided at the hold. */
  isOnSale: boolean;
  /** The order that has bought the reservation, or is buying it. */
  order?: Order;
};

/**
 * Tickets to be reserved. With a code or rates, `limited` tells the code, and for how long a reservation that was not
 * extended counts as a use of it; a lock's rate is a uuid.
 */
export type Creation = {
  userUuid: string;
  eventUuid: string;
  locks: (LockKey & { held?: HeldPrice | undefined; rateUuid?: string | null | undefined })[];
  limited?: { accessCode?: string | undefined; holdMs: number } | undefined;
};

/** `ticketLimit` is the organiser's, of the moment of the creation. Nothing is written unless it is `made`. */
export type Created =
  | { made: Reservation; ticketLimit: number | null }
  | { conflicts: string[] }
  | { isReserved: true }
  | { isEnded: true }
  | { isCodeInvalid: true }
  | { isCodeUsedUp: true }
  | { notAtRate: string[] }
  | { soldOutRates: string[] };

/** Port: reservations in the database, and the tickets that they need. Throws `unavailable`. */
export type Reservations = {
  /**
   * Stores the locked tickets, at the current prices, at that of a lock which was held before, or at their rates'.
   * Writes nothing:
   *
   * - `conflicts`: those of the tickets that are not for sale (booked, claimed by an order, held back, or none of the
   *   event's); none when they differ in currency.
   * - `isReserved`: one of the locks belongs to a reservation already, such as that of a twin.
   * - `isEnded`: the event is off sale, or not yet on sale to everybody and there is no code.
   * - `isCodeInvalid`, `isCodeUsedUp`: the code opens no presale of now, or has as many uses as it may. Before the
   *   general sale alone a code is looked at, and used.
   * - `notAtRate`: tickets whose category has no price at the rate. `soldOutRates`: rates with fewer tickets left.
   */
  create(request: Creation): Promise<Created>;

  find(uuid: string): Promise<Reservation | undefined>;

  /** Returns the reservations that were made of these locks, released ones as well. */
  ofLocks(locks: LockKey[]): Promise<Reservation[]>;

  /**
   * Decides between releasing a reservation and buying it: notes that it is released, after which no order can claim
   * it, and returns true; or returns the order that is paid or being paid for all of its seats, or being paid for one.
   */
  release(uuid: string): Promise<true | KnownOrder>;

  /** Deletes a reservation that was never returned to its user; its locks may become part of another. */
  discard(uuid: string): Promise<void>;

  /** Notes that it was extended; returns false when it had been before. */
  useExtension(uuid: string): Promise<boolean>;

  /** Deletes some reservations that are older than `keptMs`; returns how many. Orders keep their lines. */
  purge(keptMs: number): Promise<number>;
};
