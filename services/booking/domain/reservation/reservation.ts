import type { LockKey } from '../../../../shared/locks/ticket-locks.ts';
import type { KnownOrder, Order } from '../order/order.ts';
import type { HeldPrice } from './held-price.ts';

/** A ticket as it is held: at the price of that moment, under its lock's token. */
export type ReservedTicket = LockKey & { seat: string; price: number };

/**
 * Seats of one event that a buyer holds together. Prices and `total` are in minor units of `currency` (ISO 4217). Whether
 * the seats are still held only their locks can tell.
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
  /** The order that has bought all of it, or is buying it. */
  order?: Order;
};

/** Port: reservations in the database, and what one must know of tickets to make one. Throws `unavailable`. */
export type Reservations = {
  /**
   * Writes down the tickets that were locked, at the prices of now, or at that of a lock which was held before. Writes
   * nothing when one of the tickets is not for sale (booked, claimed by an order, or none of the event's): `conflicts`
   * names those; none are named when they differ in currency. Nor when the event is off sale, or when one of the locks belongs to a reservation already, such as that of a twin.
   */
  create(request: {
    userUuid: string;
    eventUuid: string;
    locks: (LockKey & { held?: HeldPrice | undefined })[];
  }): Promise<{ made: Reservation } | { conflicts: string[] } | { isReserved: true } | { isEnded: true }>;

  find(uuid: string): Promise<Reservation | undefined>;

  /** The reservations that were made of these locks, released ones as well. */
  ofLocks(locks: LockKey[]): Promise<Reservation[]>;

  /**
   * Decides between giving a reservation back and buying it: notes that it is released, from when on no order can claim it,
   * and returns true; or returns the order that is paid or being paid for all of its seats, or being paid for one.
   */
  release(uuid: string): Promise<true | KnownOrder>;

  /** Forgets one that nobody was told of; its locks may become part of another. */
  discard(uuid: string): Promise<void>;

  /** Notes that it was extended; false when it had been before. */
  useExtension(uuid: string): Promise<boolean>;

  /** Deletes some reservations that are older than `keptMs`; returns how many. Orders keep what they bought. */
  purge(keptMs: number): Promise<number>;
};
