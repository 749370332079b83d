import type { Metrics } from '../../shared/http/metrics.ts';
import { type App, createShell, type ShellDeps } from '../../shared/http/shell.ts';
import type { ConfirmDeps } from './domain/confirm-ticket.ts';
import type { ManageReservationDeps } from './domain/manage-reservation.ts';
import type { ReserveDeps } from './domain/reserve-ticket.ts';
import type { ReserveTicketsDeps } from './domain/reserve-tickets.ts';
import type { SaleObserver } from './domain/sale.ts';
import { ticketEvents } from './domain/ticket-events.ts';
import { addOrderRoutes, type OrderRoutesDeps } from './http/orders.ts';
import { addReservationRoutes } from './http/reservations.ts';
import { addTicketRoutes } from './http/tickets.ts';

export type BookingDeps = ShellDeps &
  Omit<ReserveDeps & ReserveTicketsDeps & ManageReservationDeps & ConfirmDeps & OrderRoutesDeps, 'eventOf'>;

/** The booking service over its ports: hold a ticket, and buy it. */
export function createBookingApp(deps: BookingDeps): App {
  const eventOf = ticketEvents(deps.sales);
  return createShell('Onsale booking', deps, (app) => {
    addTicketRoutes(app, { ...deps, eventOf });
    addReservationRoutes(app, { ...deps, eventOf });
    addOrderRoutes(app, deps);
  });
}

/** Counts the sale in the service's metrics. */
export function saleMetrics({ counter }: Metrics): SaleObserver {
  return {
    lockTaken: counter('ticket_locks_taken_total', 'Tickets locked for a buyer'),
    lockRefused: counter('ticket_locks_refused_total', 'Reservations refused because the ticket was not free'),
    locksExpired: counter('ticket_locks_expired_total', 'Locks that ended by time'),
    ticketSold: counter('tickets_sold_total', 'Tickets booked and paid'),
    paymentDeclined: counter('payments_declined_total', 'Payments that the provider declined'),
    paymentUnanswered: counter('payments_unanswered_total', 'Payments whose answer did not come'),
  };
}
