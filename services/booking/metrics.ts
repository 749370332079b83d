import { type Metrics, sharedRead } from '../../shared/http/metrics.ts';
import type { SaleObserver, Sales } from './domain/sale.ts';

/** Counts the sale in the service's metrics, and shows at each scrape which orders are pending in the database. */
export function saleMetrics(metrics: Metrics, sales: Pick<Sales, 'pending'>): SaleObserver {
  const { counter, gauge } = metrics;
  // Every process of the service answers the same, for it is the database's.
  const pending = sharedRead(sales.pending);
  gauge('pending_orders', 'Orders in the database whose payment has not ended', async () => (await pending()).count);
  gauge(
    'pending_orders_oldest_age_seconds',
    'How long the oldest order in the database has been pending; 0 without any',
    async () => (await pending()).oldestAgeSeconds,
  );
  return {
    lockTaken: counter('ticket_locks_taken_total', 'Tickets locked for a buyer'),
    lockRefused: counter('ticket_locks_refused_total', 'Reservations refused because the ticket was not free'),
    locksExpired: counter('ticket_locks_expired_total', 'Locks that ended by time'),
    ticketsSold: counter('tickets_sold_total', 'Tickets booked and paid'),
    paymentDeclined: counter('payments_declined_total', 'Payments that the provider declined'),
    paymentUnanswered: counter('payments_unanswered_total', 'Payments whose answer did not come'),
    orderSwept: metrics.labelled('orders_swept_total', 'Pending orders that the sweep has ended, by how', 'status', [
      'paid',
      'failed',
    ]),
  };
}
