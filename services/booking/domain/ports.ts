import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import type { IdempotencyKeys } from '../../../shared/idempotency/idempotency.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import type { SaleObserver } from './observer.ts';
import type { Orders } from './order/order.ts';
import type { PaymentMethods } from './payment/payment-methods.ts';
import type { PaymentProvider } from './payment/payment-provider.ts';
import type { UnfinishedPayments } from './payment/unfinished-payments.ts';
import type { WebhookEvents } from './payment/webhook-events.ts';
import type { Refunds } from './refund/refund.ts';
import type { Reservations } from './reservation/reservation.ts';
import type { SeatChoices } from './seats/best-choices.ts';
import type { KnownTickets } from './seats/known-tickets.ts';
import type { Tickets } from './seats/tickets.ts';

/** What the organiser of the platform has set. */
export type SaleRules = {
  /** How long a ticket is held, in milliseconds. */
  lockTtlMs: number;
  /** Most tickets of one event that a user may hold and have bought together; 0 is no limit. */
  ticketLimit: number;
  /** Whether a choice may leave a single free seat behind that another choice would not. */
  mayStrand: boolean;
  /** How long after its purchase a buyer may give an order back, in milliseconds; 0 is not at all. */
  refundWindowMs: number;
};

/** All that the sale asks of others. `main.ts` chooses the adapters; a verb names those that it needs. */
export type Ports = SaleRules & {
  // In PostgreSQL, each operation one transaction:
  tickets: Tickets;
  reservations: Reservations;
  orders: Orders;
  refunds: Refunds;
  unfinishedPayments: UnfinishedPayments;
  paymentMethods: PaymentMethods;
  webhookEvents: WebhookEvents;
  idempotencyKeys: IdempotencyKeys;

  /** Who may buy a ticket for the next minutes: in Redis, or in PostgreSQL. */
  locks: TicketLocks;
  /** Tells live views which events have changed. It never fails: a view that misses a word looks by itself. */
  feed: Pick<SeatFeed, 'publish'>;
  /** Who takes the money. */
  payments: PaymentProvider;
  observer: SaleObserver;

  // In this process:
  knownTickets: KnownTickets;
  seats: SeatChoices;
};
