import type { KnownOrder, OrderStatus } from '../order/order.ts';
import type { ProviderName, RefundOutcome } from './payment-provider.ts';

/** Until `leaseMs` are over no other call leases the same rows. */
export type Lease = { provider: ProviderName; leaseMs: number; limit: number };

export type PendingOrder = KnownOrder & { waits: boolean };

/** The number of them, and the age of the oldest (0 without any). */
export type Backlog = { count: number; oldestAgeSeconds: number };

/**
 * Orders without a response, orders that wait for their buyer, authorisations not captured, refunds not paid, refunds
 * whose money came back; and how often the provider has refused the pending refund that it refused most often.
 */
export type Backlogs = {
  pending: Backlog;
  actions: Backlog;
  uncaptured: Backlog;
  refunds: Backlog;
  failedRefunds: Backlog;
  refundAttempts: number;
};

/**
 * Port: the provider's unfinished work for orders, in the database. Each operation is one transaction. Throws
 * `unavailable`.
 */
export type UnfinishedPayments = {
  /**
   * Leases orders of a provider that have been pending for at least `ageMs`. One that waits for its buyer `waits`,
   * until it is older than `actionMs`.
   */
  leasePending(request: Lease & { ageMs: number; actionMs: number }): Promise<PendingOrder[]>;

  /** Leases orders of a provider whose money is authorised and not captured. */
  leaseUncaptured(request: Lease): Promise<KnownOrder[]>;

  /** Notes that an authorisation was captured, or (`gone`) can't be; returns the order. */
  recordCapture(orderUuid: string, how: 'captured' | 'gone'): Promise<OrderStatus>;

  /** Notes that the money of a failed order, which came too late, was refunded. */
  recordGivenBack(orderUuid: string, how: Exclude<RefundOutcome, 'nothing'>): Promise<void>;

  /**
   * Notes that the buyer has disputed the payment, or (not `isOpen`) that the seller has won, after which a refund that
   * met the dispute may be tried again. Returns false when that was noted before.
   */
  recordDispute(orderUuid: string, isOpen: boolean): Promise<boolean>;

  /** Counts the unfinished payments and refunds that only other providers can end, by their names. */
  elsewhere(provider: ProviderName): Promise<Record<string, number>>;

  /** Counts the unfinished ones, by the database's clock. */
  backlogs(): Promise<Backlogs>;
};
