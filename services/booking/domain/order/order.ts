import type { LockKey } from '../../../../shared/locks/ticket-locks.ts';
import type { FinalPaymentState, PaymentAction, ProviderName } from '../payment/payment-provider.ts';
import type { RefundStatus } from '../refund/refund.ts';
import type { Rate } from '../reservation/reservation.ts';

export type OrderStatus = 'pending' | 'paid' | 'failed' | 'refunded';

/** One purchase. `total` is in minor units of `currency`. */
export type Order = {
  uuid: string;
  userUuid: string;
  status: OrderStatus;
  total: number;
  currency: string;
  methodUuid: string;
  /** The payment provider; null in orders of the first releases. */
  provider: string | null;
};

/** Seats of an order by event, each with the lock under which it was bought, if known. */
export type OrderSeats = { eventUuid: string; locks: LockKey[] }[];

export type KnownOrder = { order: Order; seats: OrderSeats };

/** How an order has ended, whether this call ended it, how many tickets it then booked, and its seats. */
export type OrderOutcome = {
  status: Exclude<OrderStatus, 'pending'>;
  changed: boolean;
  booked?: number;
  seats: OrderSeats;
};

/** A ticket of an order; `refundStatus` is how the refund of one that was given back stands. */
export type OrderTicket = {
  uuid: string;
  eventUuid: string;
  seat: string;
  price: number;
  refunded: boolean;
  refundStatus: RefundStatus | null;
  rate: Rate | null;
};

/** An order as its buyer sees it. Prices and `total` are in minor units of `currency`. */
export type OrderView = {
  uuid: string;
  userUuid: string;
  status: OrderStatus;
  tickets: OrderTicket[];
  total: number;
  currency: string;
  /** The step that the buyer must take before the order can be paid. */
  action: PaymentAction | null;
  /** RFC 3339, UTC. */
  createdAt: string;
};

/** A purchase to be made: tickets of one event, each under its lock and at the price of its hold. */
export type ClaimRequest = {
  eventUuid: string;
  lines: (LockKey & { price: number })[];
  currency: string;
  userUuid: string;
  methodUuid: string;
  provider: ProviderName;
  /** The reservation that is bought. */
  reservationUuid?: string;
  /** Some of its tickets are held at rates. */
  hasRates?: boolean;
};

/**
 * Nothing is written unless there is an `order`: the event is off sale (without a reservation also outside the window of
 * its general sale), a reservation that held under these locks was
 * released, or `conflicts` are not free.
 */
export type Claim = { order: Order } | { isEnded: true } | { isReleased: true } | { conflicts: string[] };

/**
 * Port: orders in the database, the fence that keeps a seat from being sold twice. Each operation is one transaction.
 * Throws `unavailable` when the database is out of reach; the operation may then have happened or not.
 */
export type Orders = {
  /** Claims every ticket for a new pending order, or none. The total is the sum of the claimed tickets. */
  claim(request: ClaimRequest): Promise<Claim>;

  /**
   * Marks a pending order paid, whose payment is authorised, and books its tickets; an order that has ended stays as it
   * is.
   */
  settle(orderUuid: string): Promise<OrderOutcome>;

  /** Marks a pending order failed and frees its tickets; an order that has ended stays as it is. */
  fail(orderUuid: string, how: Exclude<FinalPaymentState, { is: 'authorised' }>): Promise<OrderOutcome>;

  /** Stores the step that the buyer must take before the provider goes on, if the order is pending. */
  awaitAction(orderUuid: string, action: PaymentAction): Promise<void>;

  get(orderUuid: string): Promise<KnownOrder | undefined>;

  /** Returns the order of a reservation that is pending or paid; there is one at most. */
  ofReservation(reservationUuid: string): Promise<Order | undefined>;

  view(uuid: string): Promise<OrderView | undefined>;

  /** Returns the organiser of an order's event, null for the platform; undefined without the event, or the order. */
  organiserOf(uuid: string): Promise<string | null | undefined>;

  /**
   * Returns a user's orders, the newest first, after the given one; none after an unknown one. With `ofOrganiser` only
   * those of its events (null: the platform's).
   */
  list(request: {
    userUuid: string;
    after?: string | undefined;
    limit: number;
    ofOrganiser?: { uuid: string | null };
  }): Promise<OrderView[]>;
};
