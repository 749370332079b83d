import type { LockKey } from '../../../../shared/locks/ticket-locks.ts';
import type { GivenBack, PaymentAction, ProviderName, Settled } from '../payment/payment-provider.ts';

/** What seldom changes of a ticket. `price` is in minor units of `currency`. */
export type TicketFacts = { eventUuid: string; price: number; currency: string };

/** A ticket as far as its sale is concerned. `order` is the live order that claims or owns it. */
export type Ticket = TicketFacts & {
  uuid: string;
  /** Its event has not begun, nor is it about to. */
  isOnSale: boolean;
  booked: boolean;
  order?: Order;
  /** Of the lock under which that order claimed it. */
  token?: string;
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
  /** Who takes its money; null in orders of the first releases. */
  provider: string | null;
};

/** Seats of an order by event, each with the lock under which it was bought where that is known. */
export type OrderSeats = { eventUuid: string; locks: LockKey[] }[];

export type Ended = Exclude<OrderStatus, 'pending'>;

/** How an order has ended, whether this call ended it, how many tickets it then booked, and its seats. */
export type Ending = { status: Ended; changed: boolean; booked?: number; seats: OrderSeats };

/** What is to be bought: tickets of one event, each under its lock and at the price of its hold. */
export type ClaimRequest = {
  eventUuid: string;
  lines: (LockKey & { price: number })[];
  currency: string;
  userUuid: string;
  methodUuid: string;
  provider: ProviderName;
  /** The reservation that is bought. */
  reservationUuid?: string;
};

/**
 * Nothing is written unless there is an `order`: the event is off sale, a reservation that held under these locks was
 * released, or `conflicts` are not free.
 */
export type Claim = { order: Order } | { isEnded: true } | { isReleased: true } | { conflicts: string[] };

/**
 * Port: tickets and orders in the database, the fence that keeps a seat from being sold twice. Each operation is one
 * transaction. Throws `unavailable` when the database does not answer; the operation may then have happened or not.
 */
export type Sales = {
  /** Undefined for an unknown ticket. */
  factsOf(ticketUuid: string): Promise<TicketFacts | undefined>;

  find(ticketUuid: string): Promise<Ticket | undefined>;

  /** Claims every ticket for a new pending order, or none. The total is the sum of what is claimed. */
  claim(request: ClaimRequest): Promise<Claim>;

  /** Makes a pending order, whose money is authorised, paid and books its tickets; an order that has ended stays as it is. */
  settle(orderUuid: string): Promise<Ending>;

  /** Makes a pending order failed and frees its tickets; an order that has ended already stays as it is. */
  fail(orderUuid: string, how: Exclude<Settled, { is: 'authorised' }>): Promise<Ending>;

  /** Notes what the buyer must do before the provider goes on; of an order that is not pending it notes nothing. */
  awaitAction(orderUuid: string, action: PaymentAction): Promise<void>;

  /** Notes that the money of a failed order, which came too late, was given back. */
  recordGivenBack(orderUuid: string, how: Exclude<GivenBack, 'nothing'>): Promise<void>;

  /** Notes that what was authorised has been taken, or (`gone`) can't be; returns how the order stands. */
  recordCapture(orderUuid: string, how: 'captured' | 'gone'): Promise<OrderStatus>;

  get(orderUuid: string): Promise<KnownOrder | undefined>;

  /**
   * Notes that the buyer has had their bank take the payment back, or (not `isOpen`) that the seller has won, after which a
   * refund that met it may be tried again. False when that was noted before.
   */
  recordDispute(orderUuid: string, isOpen: boolean): Promise<boolean>;

  /**
   * Leases orders of a provider that have been pending for at least `ageMs`: until `leaseMs` are over no other
   * call gets them. One that waits for its buyer `waits`, until it is older than `actionMs`.
   */
  leasePending(request: Lease & { ageMs: number; actionMs: number }): Promise<PendingOrder[]>;

  /** Leases orders of a provider whose money is authorised and not captured, likewise. */
  leaseUncaptured(request: Lease): Promise<KnownOrder[]>;

  /** How many payments and refunds are unfinished that only other providers can end, by their names. */
  unfinishedElsewhere(provider: ProviderName): Promise<Record<string, number>>;

  /** What is unfinished in the database, by its clock. */
  unfinished(): Promise<Unfinished>;
};

export type Lease = { provider: ProviderName; leaseMs: number; limit: number };

export type KnownOrder = { order: Order; seats: OrderSeats };
export type PendingOrder = KnownOrder & { waits: boolean };

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
  /** A sweep or a webhook of the provider has brought an order to this end. */
  orderSwept(status: Ended): void;
  /** What was authorised was taken; or was voided with its order; or is gone, and somebody must look at it. */
  paymentCaptured(how: 'captured' | 'voided' | 'gone'): void;
  /** Money came for an order that had been given up, or twice, and went back. */
  paymentGivenBack(how: Exclude<GivenBack, 'nothing'> | 'stray'): void;
  refundPaid(): void;
  /** The provider could not give back what it had agreed to: somebody must look at it. */
  refundFailed(): void;
  /** The buyer has had their bank take a payment back. */
  paymentDisputed(): void;
  /** A refund met that: the buyer has the money already. */
  refundDisputed(): void;
  /** The provider has refused a step of a payment for a `reason` that somebody must look at. */
  paymentRefused(reason: string, cause: unknown): void;
};
