import { describe, expect, test } from 'bun:test';
import { describedApps } from '../../scripts/api.ts';
import { type BookingDeps, createBookingApp } from '../../services/booking/app.ts';
import { createEventsApp, type EventsDeps } from '../../services/events/app.ts';
import { jwtIdentities } from '../../shared/auth/jwt.ts';
import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { silentLog } from '../../shared/process/log.ts';
import { testSecret } from '../../shared/testing/tokens.ts';

/**
 * The required credentials of each route of each service:
 *
 * - `anyone`, also where tokens are checked.
 * - `token`: any token. The service's `callers.test.ts` shows whose things it opens.
 * - `signature`: Stripe, whose body is signed.
 * - `secret`: the order's uuid, as at a bank.
 */
type Access = 'anyone' | 'token' | 'signature' | 'secret';

const everyService: Record<string, Access> = {
  'GET /': 'anyone',
  'GET /livez': 'anyone',
  'GET /readyz': 'anyone',
  'GET /metrics': 'anyone',
  'GET /openapi.json': 'anyone',
  'GET /docs': 'anyone',
  'GET /docs/start.js': 'anyone',
  'GET /docs/swagger-ui-bundle.js': 'anyone',
  'GET /docs/swagger-ui.css': 'anyone',
};

const access: Record<'events' | 'booking' | 'search', Record<string, Access>> = {
  events: {
    ...everyService,
    'GET /api/v1/management/events': 'anyone',
    'GET /api/v1/management/events/:uuid': 'anyone',
    'GET /api/v1/management/events/:uuid/live': 'anyone',
    'GET /api/v1/management/events/:uuid/plan': 'anyone',
    'GET /api/v1/management/events/:uuid/plan/:hash': 'anyone',
    'GET /api/v1/management/plan-schema.json': 'anyone',
    'POST /api/v1/management/venues/:uuid/plans': 'token',
    'GET /api/v1/management/venues/:uuid/plans': 'token',
    'GET /api/v1/management/plans/:uuid': 'token',
    'DELETE /api/v1/management/plans/:uuid': 'token',
    'PUT /api/v1/management/events/:uuid/offer': 'token',
    'GET /api/v1/management/events/:uuid/offer': 'token',
    'GET /api/v1/management/operations/:uuid': 'token',
    'POST /api/v1/management/events/:uuid/prices': 'token',
    'GET /api/v1/management/events/:uuid/hold-backs': 'token',
    'POST /api/v1/management/hold-backs/:uuid/release': 'token',
    'GET /api/v1/management/events/:uuid/seats': 'anyone',
    'GET /api/v1/management/events/:uuid/calendar.ics': 'anyone',
    'GET /api/v1/management/events/:uuid/schema.json': 'anyone',
    'POST /api/v1/management/events': 'token',
    'GET /api/v1/management/events/:uuid/settings': 'token',
    'PATCH /api/v1/management/events/:uuid': 'token',
    'DELETE /api/v1/management/events/:uuid': 'token',
    'POST /api/v1/management/events/:uuid/publish': 'token',
    'GET /api/v1/management/own-events': 'token',
    'POST /api/v1/management/events/:uuid/presales': 'token',
    'GET /api/v1/management/events/:uuid/presales': 'token',
    'GET /api/v1/management/presales/:uuid': 'token',
    'PATCH /api/v1/management/presales/:uuid': 'token',
    'DELETE /api/v1/management/presales/:uuid': 'token',
    'POST /api/v1/management/presales/:uuid/codes': 'token',
    'GET /api/v1/management/presales/:uuid/codes': 'token',
    'DELETE /api/v1/management/codes/:uuid': 'token',
    'POST /api/v1/management/organisers': 'token',
    'GET /api/v1/management/organisers': 'token',
    'POST /api/v1/management/api-keys': 'token',
    'GET /api/v1/management/api-keys': 'token',
    'DELETE /api/v1/management/api-keys/:uuid': 'token',
    'GET /api/v1/management/audit-log': 'token',
    'POST /api/v1/management/venues': 'token',
    'GET /api/v1/management/venues': 'token',
    'GET /api/v1/management/venues/:uuid': 'token',
    'PATCH /api/v1/management/venues/:uuid': 'token',
    'DELETE /api/v1/management/venues/:uuid': 'token',
    'POST /api/v1/management/performers': 'token',
    'GET /api/v1/management/performers': 'token',
    'GET /api/v1/management/performers/:uuid': 'token',
    'PATCH /api/v1/management/performers/:uuid': 'token',
    'DELETE /api/v1/management/performers/:uuid': 'token',
  },
  booking: {
    ...everyService,
    'POST /api/v1/booking/tickets/reserve': 'token',
    'POST /api/v1/booking/tickets/confirm': 'token',
    'POST /api/v1/booking/reservations': 'token',
    'GET /api/v1/booking/reservations/:uuid': 'token',
    'DELETE /api/v1/booking/reservations/:uuid': 'token',
    'POST /api/v1/booking/reservations/:uuid/extend': 'token',
    'POST /api/v1/booking/orders': 'token',
    'GET /api/v1/booking/orders': 'token',
    'GET /api/v1/booking/orders/:uuid': 'token',
    'POST /api/v1/booking/orders/:uuid/refunds': 'token',
    'POST /api/v1/booking/payment-methods': 'token',
    'POST /api/v1/booking/events/:uuid/cancel': 'token',
    'POST /api/v1/booking/events/:uuid/postpone': 'token',
    'POST /api/v1/booking/events/:uuid/reschedule': 'token',
    'GET /api/v1/booking/operations/:uuid': 'token',
    'GET /api/v1/booking/events/:uuid/sales': 'token',
    'GET /api/v1/booking/events/:uuid/orders': 'token',
    'GET /api/v1/booking/events/:uuid/orders.csv': 'token',
    'GET /api/v1/booking/events/:uuid/tickets.csv': 'token',
    'GET /api/v1/booking/orders/:uuid/history': 'token',
    'POST /sandbox/payments/:uuid/approval': 'secret',
    'POST /webhooks/stripe': 'signature',
  },
  search: { ...everyService, 'GET /api/v1/search/events': 'anyone', 'GET /api/v1/search/suggest': 'anyone' },
};

const apps = describedApps();

describe.each(['events', 'booking', 'search'] as const)('%s', (service) => {
  test('has no route without an entry in the table', () => {
    const routes = apps[service].routes
      // On every path they are no routes, but middleware.
      .filter(({ method, path }) => method !== 'ALL' && path !== '/*')
      .map((one) => `${one.method} ${one.path}`);
    expect([...new Set(routes)].sort()).toEqual(Object.keys(access[service]).sort());
  });
});

const shell = () => ({
  log: silentLog,
  metrics: createMetrics('test'),
  server: serverConfig(readConfig(serverVariables, {})),
  dependencies: {},
  closing: new AbortController().signal,
  identities: jwtIdentities({ keys: { secret: testSecret } }, silentLog),
});

/** Where tokens are checked; a service that checks none needs no more than its routes. */
const withTokens = {
  ...apps,
  events: createEventsApp(shell() as unknown as EventsDeps).app,
  booking: createBookingApp({ ...shell(), sandbox: {}, readWebhook: async () => undefined } as unknown as BookingDeps),
};

describe.each(['events', 'booking', 'search'] as const)('%s with tokens checked', (service) => {
  test.each(Object.entries(access[service]))('%s: %s', async (route, who) => {
    const [method = '', path = ''] = route.split(' ');
    const { status } = await withTokens[service].request(path, { method });
    if (who === 'token') expect(status).toBe(401);
    else expect(status).not.toBe(401);
  });
});
