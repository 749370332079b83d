import type { GivenBack, PaymentAction, Settled } from './payment-provider.ts';

/** A ticket as far as its sale is concerned. `order` is the live order that claims or owns it. */
export type Ticket = {
  uuid: string;
  eventUuid: string;
  booked: boolean;
  order?: Order;
};

export type OrderStatus = 'pending' | 'paid' | 'failed' | 'refunded';

/** One purchase. `total` is in minor units of `currency`. */
export type Order = {
  uuid: string;
  userUuid: string;
  status: OrderStatus;
  total: number;
  currency: string;
  methodUuid: string;
};

export type Ended = Exclude<OrderStatus, 'pending'>;

/** How an order has ended, whether this call ended it, and how many tickets it then booked. */
export type Ending = { status: Ended; changed: boolean; booked?: number };

/**
 * Port: tickets and orders in the database, the fence that keeps a seat from being sold twice. Each operation is one
 * transaction. Throws `unavailable` when the database does not answer; the operation may then have happened or not.
 */
export type Sales = {
  /** The event of a ticket, which never changes; undefined for an unknown ticket. */
  eventOf(ticketUuid: string): Promise<string | undefined>;

  find(ticketUuid: string): Promise<Ticket | undefined>;

  /**
   * Claims every ticket for a new pending order at the tickets' prices, or does nothing and answers undefined when one
   * of them is not free (booked, claimed, or unknown) or they differ in currency.
   */
  claim(request: { ticketUuids: string[]; userUuid: string; methodUuid: string }): Promise<Order | undefined>;

  /** Makes a pending order, whose money is authorised, paid and books its tickets; an order that has ended stays as it is. */
  settle(orderUuid: string): Promise<Ending>;

  /** Makes a pending order failed and frees its tickets; an order that has ended already stays as it is. */
  fail(orderUuid: string, how: Exclude<Settled, { is: 'authorised' }>): Promise<Ending>;

  /** Notes what the buyer must do before the provider goes on; of an order that is not pending it notes nothing. */
  awaitAction(orderUuid: string, action: PaymentAction): Promise<void>;

  /** Notes that the money of a failed order, which came too late, was given back. */
  recordGivenBack(orderUuid: string, how: Exclude<GivenBack, 'nothing'>): Promise<void>;

  /** Notes that what was authorised has been taken, or (`gone`) can't be; answers how the order stands. */
  recordCapture(orderUuid: string, how: 'captured' | 'gone'): Promise<OrderStatus>;

  get(orderUuid: string): Promise<KnownOrder | undefined>;

  /**
   * Leases orders that have been pending for at least `ageMs`: until `leaseMs` are over no other
   * call gets them. One that waits for its buyer `waits`, until it is older than `actionMs`.
   */
  leasePending(request: { ageMs: number; actionMs: number; leaseMs: number; limit: number }): Promise<PendingOrder[]>;

  /** Leases orders whose money is authorised and not captured, likewise, with the tickets that they own. */
  leaseUncaptured(request: { leaseMs: number; limit: number }): Promise<UncapturedOrder[]>;

  /** What is unfinished in the database, by its clock. */
  unfinished(): Promise<Unfinished>;
};

/** An order with the events that it touches. */
export type KnownOrder = { order: Order; eventUuids: string[] };
export type PendingOrder = KnownOrder & { waits: boolean };
export type UncapturedOrder = { order: Order; seats: { eventUuid: string; ticketUuids: string[] }[] };

/** How many there are, and for how long the oldest of them has been so (0 without any). */
export type Backlog = { count: number; oldestAgeSeconds: number };
/** Orders without an answer, those that wait for their buyer, authorisations not captured, refunds not paid. */
export type Unfinished = { pending: Backlog; actions: Backlog; uncaptured: Backlog; refunds: Backlog };

/** What the sale counts; the adapters of this are metrics. */
export type SaleObserver = {
  lockTaken(tickets: number): void;
  lockRefused(): void;
  locksExpired(count: number): void;
  ticketsSold(tickets: number): void;
  paymentDeclined(): void;
  paymentUnanswered(): void;
  /** A sweep or a notice of the provider has brought an order to this end. */
  orderSwept(status: Ended): void;
  /** What was authorised was taken; or was voided with its order; or is gone, and somebody must look at it. */
  paymentCaptured(how: 'captured' | 'voided' | 'gone'): void;
  /** Money came for an order that had been given up, or twice, and went back. */
  paymentGivenBack(how: Exclude<GivenBack, 'nothing'> | 'stray'): void;
  refundPaid(): void;
  /** The provider could not give back what it had agreed to: somebody must look at it. */
  refundFailed(): void;
};
