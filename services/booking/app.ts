import type { Identities } from '../../shared/auth/identities.ts';
import { bearerScheme, requireBearer } from '../../shared/http/bearer.ts';
import { type App, createShell, type ShellDeps } from '../../shared/http/shell.ts';
import type { ConfirmDeps } from './domain/order/confirm-ticket.ts';
import type { PaymentMethods } from './domain/payment/payment-methods.ts';
import type { ManageReservationDeps } from './domain/reservation/manage-reservation.ts';
import type { ReserveDeps } from './domain/reservation/reserve-ticket.ts';
import type { ReserveTicketsDeps } from './domain/reservation/reserve-tickets.ts';
import { seatChoices } from './domain/seats/best-choices.ts';
import { knownTickets } from './domain/seats/known-tickets.ts';
import { about } from './http/about.ts';
import { addOrderRoutes, type OrderRoutesDeps } from './http/orders.ts';
import { addPaymentMethodRoutes } from './http/payment-methods.ts';
import { addReservationRoutes } from './http/reservations.ts';
import { addSandboxRoutes, type SandboxRouteDeps } from './http/sandbox.ts';
import { addTicketRoutes } from './http/tickets.ts';
import { addNoticeRoutes, type NoticeRoutesDeps } from './http/webhooks.ts';

export type BookingDeps = ShellDeps & { paymentMethods: PaymentMethods } & PaymentSides &
  Omit<
    ReserveDeps & ReserveTicketsDeps & ManageReservationDeps & ConfirmDeps & OrderRoutesDeps,
    'tickets' | 'seats'
  > & {
    /** Who checks tokens; without, everybody is taken for the user that they name. */
    identities?: Identities | undefined;
  };

/** What a provider has besides its port: a sandbox to play with, or notices of its own. */
export type PaymentSides = Partial<
  Pick<SandboxRouteDeps, 'sandbox'> & Pick<NoticeRoutesDeps, 'readNotice' | 'notices'>
>;

/** The booking service over its ports: hold a ticket, and buy it. */
export function createBookingApp(deps: BookingDeps): App {
  const tickets = knownTickets(deps.sales);
  return createShell(about, deps, (app) => {
    app.openAPIRegistry.registerComponent('securitySchemes', bearerScheme, {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'Asked for where the platform checks who asks: AUTH_JWKS_URL or AUTH_JWT_SECRET is set',
    });
    if (deps.identities) app.use('/api/v1/booking/*', requireBearer(deps.identities, deps.log));
    addTicketRoutes(app, { ...deps, tickets });
    addReservationRoutes(app, { ...deps, tickets, seats: seatChoices(deps) });
    addOrderRoutes(app, deps);
    addPaymentMethodRoutes(app, deps);
    const { sandbox, readNotice, notices } = deps;
    if (sandbox) addSandboxRoutes(app, { ...deps, sandbox });
    if (readNotice && notices) addNoticeRoutes(app, { ...deps, readNotice, notices });
  });
}
