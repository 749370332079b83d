import { type App, createShell, type ShellDeps } from '../../shared/http/shell.ts';
import { chooseBest } from './domain/best-choices.ts';
import type { ConfirmDeps } from './domain/confirm-ticket.ts';
import type { ManageReservationDeps } from './domain/manage-reservation.ts';
import type { ReserveDeps } from './domain/reserve-ticket.ts';
import type { ReserveTicketsDeps } from './domain/reserve-tickets.ts';
import { ticketEvents } from './domain/ticket-events.ts';
import { addOrderRoutes, type OrderRoutesDeps } from './http/orders.ts';
import { addReservationRoutes } from './http/reservations.ts';
import { addTicketRoutes } from './http/tickets.ts';

export type BookingDeps = ShellDeps &
  Omit<
    ReserveDeps & ReserveTicketsDeps & ManageReservationDeps & ConfirmDeps & OrderRoutesDeps,
    'eventOf' | 'chooseBest'
  >;

/** The booking service over its ports: hold a ticket, and buy it. */
export function createBookingApp(deps: BookingDeps): App {
  const eventOf = ticketEvents(deps.sales);
  return createShell('Onsale booking', deps, (app) => {
    addTicketRoutes(app, { ...deps, eventOf });
    addReservationRoutes(app, { ...deps, eventOf, chooseBest: chooseBest(deps) });
    addOrderRoutes(app, deps);
  });
}
