import type { Identities } from '../../shared/auth/identities.ts';
import { authorOf } from '../../shared/http/author.ts';
import { checkTokens } from '../../shared/http/bearer.ts';
import { limitUsers } from '../../shared/http/rate-limits.ts';
import { createShell, type ShellDeps } from '../../shared/http/shell.ts';
import { tellVersion } from '../../shared/http/tell-version.ts';
import type { Bank } from './domain/payment/approve-payment.ts';
import type { Ports } from './domain/ports.ts';
import { knownRules } from './domain/sale-rules/known-rules.ts';
import { seatChoices } from './domain/seats/best-choices.ts';
import { knownSeats } from './domain/seats/known-seats.ts';
import { knownTickets } from './domain/seats/known-tickets.ts';
import { about } from './http/about.ts';
import { eventChangeRoutes } from './http/event-changes.ts';
import { eventSalesRoutes } from './http/event-sales.ts';
import { exportRoutes } from './http/exports.ts';
import { orderRoutes } from './http/orders.ts';
import { paymentMethodRoutes } from './http/payment-methods.ts';
import { reservationRoutes } from './http/reservations.ts';
import { sandboxRoutes } from './http/sandbox.ts';
import { ticketRoutes } from './http/tickets.ts';
import { type ReadWebhook, webhookRoutes } from './http/webhooks.ts';

/** The ports that live in this process. */
type InProcess = 'knownTickets' | 'knownRules' | 'knownSeats' | 'seats';

/** The routes that a provider adds: the sandbox's, or webhooks. */
export type PaymentSides = { sandbox?: Bank; readWebhook?: ReadWebhook };

export type BookingDeps = ShellDeps &
  Omit<Ports, InProcess> &
  PaymentSides & {
    /** Verifies tokens; without it every caller is taken for the user that they name. */
    identities?: Identities | undefined;
  };

/** The booking service over its ports: hold a ticket, and buy it. */
export function createBookingApp(deps: BookingDeps) {
  const ports: Ports = {
    ...deps,
    knownTickets: knownTickets(deps.tickets),
    knownRules: knownRules(deps.tickets),
    knownSeats: knownSeats(deps.tickets),
    seats: seatChoices(deps),
  };
  return createShell(about, deps, (app) => {
    checkTokens(app, '/api/v1/booking/*', deps.identities, deps.log);
    limitUsers(app, '/api/v1/booking/*', deps);
    for (const change of ['cancel', 'postpone', 'reschedule']) {
      app.on('POST', `/api/v1/booking/events/:uuid/${change}`, tellVersion(deps.dataVersion, deps.log));
    }
    const routes = app
      .route('/', ticketRoutes(ports))
      .route('/', reservationRoutes(ports))
      .route('/', orderRoutes(ports, authorOf(deps.server.proxies)))
      .route('/', paymentMethodRoutes(ports))
      .route('/', eventChangeRoutes(ports, authorOf(deps.server.proxies)))
      .route('/', eventSalesRoutes(ports))
      .route('/', exportRoutes(ports, deps.log));
    if (deps.sandbox) routes.route('/', sandboxRoutes(ports, deps.sandbox));
    if (deps.readWebhook) routes.route('/', webhookRoutes(ports, deps.readWebhook));
    return routes;
  });
}

/** The type of the app, from which `hc` makes a client's; a provider's own routes are not in it. */
export type BookingApp = ReturnType<typeof createBookingApp>;
