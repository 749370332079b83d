import { tracedPort } from '../../shared/tracing/span.ts';
import type { BookingDeps } from './app.ts';

/** Returns the ports of the sale with their calls as spans; without traces, the same. */
export const tracedPorts = (deps: BookingDeps): BookingDeps => ({
  ...deps,
  tickets: tracedPort('tickets', deps.tickets),
  reservations: tracedPort('reservations', deps.reservations),
  orders: tracedPort('orders', deps.orders),
  refunds: tracedPort('refunds', deps.refunds),
  unfinishedPayments: tracedPort('unfinishedPayments', deps.unfinishedPayments),
  paymentMethods: tracedPort('paymentMethods', deps.paymentMethods),
  webhookEvents: tracedPort('webhookEvents', deps.webhookEvents),
  eventChanges: tracedPort('eventChanges', deps.eventChanges),
  operations: tracedPort('operations', deps.operations),
  // An export is read page by page.
  eventSales: { ...tracedPort('eventSales', deps.eventSales), tickets: deps.eventSales.tickets },
  orderHistories: tracedPort('orderHistories', deps.orderHistories),
  idempotencyKeys: tracedPort('idempotencyKeys', deps.idempotencyKeys),
  dataVersion: tracedPort('dataVersion', deps.dataVersion),
  locks: tracedPort('locks', deps.locks),
  // Bounds are a look into a table.
  payments: {
    ...tracedPort('payments', deps.payments, { 'onsale.payment_provider': deps.payments.name }),
    bounds: deps.payments.bounds,
  },
});
