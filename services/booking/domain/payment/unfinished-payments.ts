import type { KnownOrder, OrderStatus } from '../order/order.ts';
import type { ProviderName, RefundOutcome } from './payment-provider.ts';

/** Until `leaseMs` are over no other call gets what this one got. */
export type Lease = { provider: ProviderName; leaseMs: number; limit: number };

export type PendingOrder = KnownOrder & { waits: boolean };

/** How many there are, and for how long the oldest of them has been so (0 without any). */
export type Backlog = { count: number; oldestAgeSeconds: number };

/** Orders without an answer, those that wait for their buyer, authorisations not captured, refunds not paid. */
export type Backlogs = { pending: Backlog; actions: Backlog; uncaptured: Backlog; refunds: Backlog };

/** Port: what the provider has still to do for orders, in the database. Each operation is one transaction. Throws `unavailable`. */
export type UnfinishedPayments = {
  /**
   * Leases orders of a provider that have been pending for at least `ageMs`. One that waits for its buyer `waits`, until it
   * is older than `actionMs`.
   */
  leasePending(request: Lease & { ageMs: number; actionMs: number }): Promise<PendingOrder[]>;

  /** Leases orders of a provider whose money is authorised and not captured. */
  leaseUncaptured(request: Lease): Promise<KnownOrder[]>;

  /** Notes that what was authorised has been taken, or (`gone`) can't be; returns how the order stands. */
  recordCapture(orderUuid: string, how: 'captured' | 'gone'): Promise<OrderStatus>;

  /** Notes that the money of a failed order, which came too late, was given back. */
  recordGivenBack(orderUuid: string, how: Exclude<RefundOutcome, 'nothing'>): Promise<void>;

  /**
   * Notes that the buyer has had their bank take the payment back, or (not `isOpen`) that the seller has won, after which a
   * refund that met it may be tried again. Returns false when that was noted before.
   */
  recordDispute(orderUuid: string, isOpen: boolean): Promise<boolean>;

  /** Counts the unfinished payments and refunds that only other providers can end, by their names. */
  elsewhere(provider: ProviderName): Promise<Record<string, number>>;

  /** Counts what is unfinished, by the database's clock. */
  backlogs(): Promise<Backlogs>;
};
