import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import type { IdempotencyKeys } from '../../../shared/idempotency/idempotency.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import type { DataVersion } from '../../../shared/version/data-version.ts';
import type { EventChanges } from './event/event.ts';
import type { Operations } from './event/operation.ts';
import type { SaleObserver } from './observer.ts';
import type { Orders } from './order/order.ts';
import type { OrderHistories } from './order/order-history.ts';
import type { PaymentMethods } from './payment/payment-methods.ts';
import type { PaymentProvider } from './payment/payment-provider.ts';
import type { UnfinishedPayments } from './payment/unfinished-payments.ts';
import type { WebhookEvents } from './payment/webhook-events.ts';
import type { Refunds } from './refund/refund.ts';
import type { Reservations } from './reservation/reservation.ts';
import type { KnownRules } from './sale-rules/known-rules.ts';
import type { EventSales } from './sales/sales.ts';
import type { SeatChoices } from './seats/best-choices.ts';
import type { KnownSeats } from './seats/known-seats.ts';
import type { KnownTickets } from './seats/known-tickets.ts';
import type { Tickets } from './seats/tickets.ts';

/** The settings of the platform's organiser. */
export type SaleRules = {
  /** How long a ticket is held, in milliseconds. */
  lockTtlMs: number;
  /** The maximum of tickets of one event that a user may hold and have bought together; 0 is no limit. */
  ticketLimit: number;
  /** A choice may leave a single free seat behind that another choice would not. */
  mayStrand: boolean;
  /** How long after its purchase a buyer may give an order back, in milliseconds; 0 is not at all. */
  refundWindowMs: number;
};

/** All ports of the sale. `main.ts` chooses the adapters; a verb names the ports that it needs. */
export type Ports = SaleRules & {
  // In PostgreSQL, each operation one transaction:
  tickets: Tickets;
  reservations: Reservations;
  orders: Orders;
  refunds: Refunds;
  unfinishedPayments: UnfinishedPayments;
  paymentMethods: PaymentMethods;
  webhookEvents: WebhookEvents;
  eventChanges: EventChanges;
  operations: Operations;
  eventSales: EventSales;
  orderHistories: OrderHistories;
  idempotencyKeys: IdempotencyKeys;
  dataVersion: DataVersion;

  /** The locks of held tickets: in Redis, or in PostgreSQL. */
  locks: TicketLocks;
  /** Tells live views which events have changed. It never fails: a view that misses a change polls. */
  feed: Pick<SeatFeed, 'publish'>;
  payments: PaymentProvider;
  observer: SaleObserver;

  // In this process:
  knownTickets: KnownTickets;
  knownRules: KnownRules;
  knownSeats: KnownSeats;
  seats: SeatChoices;
};
