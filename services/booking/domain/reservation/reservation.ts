import type { LockKey } from '../../../../shared/locks/ticket-locks.ts';
import type { KnownOrder, Order } from '../order/order.ts';
import type { HeldPrice } from './held-price.ts';

/** A held ticket: its price when it was held, and the token of its lock. */
export type ReservedTicket = LockKey & { seat: string; price: number };

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
  /** Its event has not begun, nor is it about to. */
  isOnSale: boolean;
  /** The order that has bought the reservation, or is buying it. */
  order?: Order;
};

/** Port: reservations in the database, and the tickets that they need. Throws `unavailable`. */
export type Reservations = {
  /**
   * Stores the locked tickets, at the current prices, or at that of a lock which was held before. Writes nothing when
   * one of the tickets is not for sale (booked, claimed by an order, or none of the event's): `conflicts` names those;
   * it is empty when they differ in currency. Nor when the event is off sale, or when one of the locks belongs to a
   * reservation already, such as that of a twin.
   */
  create(request: {
    userUuid: string;
    eventUuid: string;
    locks: (LockKey & { held?: HeldPrice | undefined })[];
  }): Promise<{ made: Reservation } | { conflicts: string[] } | { isReserved: true } | { isEnded: true }>;

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
