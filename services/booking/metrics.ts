import type { Logger } from 'pino';
import { type Metrics, sharedRead } from '../../shared/http/metrics.ts';
import type { Operations } from './domain/event/operation.ts';
import type { SaleObserver } from './domain/observer.ts';
import type { PaymentProvider } from './domain/payment/payment-provider.ts';
import type { Backlog, Backlogs, UnfinishedPayments } from './domain/payment/unfinished-payments.ts';

/** Counts the sale in the service's metrics, and shows at each scrape which orders are pending in the database. */
export function saleMetrics(
  metrics: Metrics,
  unfinishedPayments: Pick<UnfinishedPayments, 'backlogs' | 'elsewhere'>,
  { name }: Pick<PaymentProvider, 'name'>,
  log: Pick<Logger, 'error'>,
): SaleObserver {
  const { counter, gauge, labelled } = metrics;
  // Every process of the service shows the same, as the number comes from the database.
  const backlogs = sharedRead(unfinishedPayments.backlogs);
  const elsewhere = sharedRead(() => unfinishedPayments.elsewhere(name));
  const backlog = (name: string, what: string, read: (all: Backlogs) => Backlog) => {
    gauge(name, `${what} in the database`, async () => read(await backlogs()).count);
    gauge(
      `${name}_oldest_age_seconds`,
      `How old the oldest of them is; 0 without any: ${what}`,
      async () => read(await backlogs()).oldestAgeSeconds,
    );
  };
  backlog('pending_orders', 'Orders whose payment has no answer yet', ({ pending }) => pending);
  backlog('orders_waiting_for_buyer', 'Orders whose buyer must approve the payment', ({ actions }) => actions);
  backlog('uncaptured_payments', 'Payments that are authorised and not captured yet', ({ uncaptured }) => uncaptured);
  backlog('pending_refunds', 'Refunds that the provider has not confirmed', ({ refunds }) => refunds);
  backlog('failed_refunds', 'Refunds whose money came back, and the buyer has not got', (all) => all.failedRefunds);
  gauge('pending_refunds_most_attempts', 'How often the provider has refused one of them, at most', async () => {
    return (await backlogs()).refundAttempts;
  });
  gauge('payments_elsewhere', 'Payments and refunds under way that only another provider can end', async () =>
    Object.values(await elsewhere()).reduce((sum, count) => sum + count, 0),
  );
  const refusals = counter(
    'payment_steps_refused_total',
    'Steps of payments that the provider refuses for a reason that a person must look at',
  );
  return {
    lockTaken: counter('ticket_locks_taken_total', 'Tickets locked for a buyer'),
    lockRefused: counter('ticket_locks_refused_total', 'Reservations refused because the ticket was not free'),
    locksExpired: counter('ticket_locks_expired_total', 'Locks that ended by time'),
    ticketsSold: counter('tickets_sold_total', 'Tickets booked and paid'),
    paymentDeclined: counter('payments_declined_total', 'Payments that the provider declined'),
    paymentUnanswered: counter('payments_unanswered_total', 'Payments whose answer did not come'),
    orderSwept: labelled(
      'orders_swept_total',
      'Pending orders that a sweep or a webhook of the provider has ended, by how',
      'status',
      ['paid', 'failed'],
    ),
    paymentCaptured: labelled(
      'payments_captured_total',
      'Authorisations that ended, by how; gone is money not got',
      'how',
      ['captured', 'voided', 'gone'],
    ),
    paymentGivenBack: labelled(
      'late_payments_given_back_total',
      'Payments that came too late or twice and went back',
      'how',
      ['voided', 'refunded', 'stray'],
    ),
    refundFailed: counter('refunds_failed_total', 'Refunds that the provider agreed to and whose money came back'),
    paymentDisputed: counter('payments_disputed_total', 'Payments that the buyer’s bank was said to take back'),
    refundDisputed: counter('refunds_disputed_total', 'Refunds whose buyer has the money back through their bank'),
    paymentRefused: (reason, err) => {
      refusals();
      log.error({ reason, err }, 'the payment provider refuses a step of a payment: look at its account and keys');
    },
    refundPaid: counter('refunds_paid_total', 'Refunds that the provider has confirmed'),
  };
}

/** Shows at each scrape how many cancelled events still owe their buyers money, as the database has them. */
export function operationMetrics({ gauge }: Pick<Metrics, 'gauge'>, operations: Pick<Operations, 'backlog'>): void {
  const backlog = sharedRead(operations.backlog);
  gauge('mass_refunds', 'Cancelled events whose buyers are being given their money back', async () => {
    return (await backlog()).count;
  });
  gauge('mass_refunds_oldest_age_seconds', 'How old the oldest of them is; 0 without any', async () => {
    return (await backlog()).oldestAgeSeconds;
  });
  gauge('mass_refunds_orders_left', 'Orders that they have to go', async () => (await backlog()).ordersLeft);
}
