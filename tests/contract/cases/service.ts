import { expect, test } from 'bun:test';
import { steadily } from '../steady.ts';
import type { Suite } from './suite.ts';

export function serviceCases(suite: Suite): void {
  const bases = () => [suite.target.events, suite.target.booking, suite.target.search];

  test('each service is alive and ready, with its dependencies by name', async () => {
    for (const base of bases()) {
      expect(await (await fetch(`${base}/livez`)).json()).toEqual({ status: 'ok' });
      const ready = await fetch(`${base}/readyz`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({ status: 'ok', dependencies: { postgres: 'ok' } });
    }
  });

  test('each response has a request id: the caller’s own, or a new one', async () => {
    for (const base of bases()) {
      const given = await fetch(`${base}/livez`, { headers: { 'X-Request-Id': 'my-own_id1' } });
      expect(given.headers.get('x-request-id')).toBe('my-own_id1');
      const made = await fetch(`${base}/livez`);
      expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      const odd = await fetch(`${base}/livez`, { headers: { 'X-Request-Id': 'a"b{c}' } });
      expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('each response, errors too, has the security headers', async () => {
    for (const base of bases()) {
      for (const path of ['/livez', '/nothing']) {
        const { headers } = await fetch(`${base}${path}`);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('x-frame-options')).toBe('DENY');
        expect(headers.get('content-security-policy')).toContain("default-src 'none'");
        expect(headers.get('server')).toBeNull();
      }
    }
  });

  test('metrics count requests by route and status, not by address', async () => {
    await suite.api.event('00000000-0000-4000-8000-00000000abcd');
    const text = await (await fetch(`${suite.target.events}/metrics`)).text();
    expect(text).toMatch(
      /http_request_duration_seconds_count\{.*route="\/api\/v1\/management\/events\/:uuid".*status="404".*\} \d+/,
    );
    expect(text).not.toContain('00000000abcd');
    const booking = await (await fetch(`${suite.target.booking}/metrics`)).text();
    for (const name of [
      'ticket_locks_taken_total',
      'ticket_locks_refused_total',
      'ticket_locks_expired_total',
      'tickets_sold_total',
    ]) {
      expect(booking).toContain(`# TYPE ${name} counter`);
    }
    const search = await (await fetch(`${suite.target.search}/metrics`)).text();
    for (const name of ['cdc_lag_seconds', 'cache_reads_total']) expect(search).toContain(`# TYPE ${name}`);
  });

  test('HEAD has the length of GET, also for a page that is sent in chunks', async () => {
    const { events, booking, search } = suite.target;
    const { event } = await suite.api.freeSeats(100);
    const uuid = '00000000-0000-4000-8000-00000000abcd';
    for (const url of [
      `${events}${suite.api.paths.events}/${event.uuid}`,
      `${events}${suite.api.paths.events}?limit=3`,
      `${events}${suite.api.paths.events}?limit=x`,
      `${events}${suite.api.paths.events}/${uuid}`,
      `${events}${suite.api.paths.events}/${event.uuid}/seats`,
      `${search}${suite.api.paths.search}?q=a`,
      `${booking}/api/v1/booking/orders?user_uuid=${uuid}`,
      `${booking}/api/v1/booking/reservations/${uuid}`,
    ]) {
      const headers = { 'Accept-Encoding': 'identity' };
      const { response, bytes, seen: head } = await steadily(url, () => fetch(url, { method: 'HEAD', headers }));
      expect({ url, status: head.status, length: head.headers.get('content-length') }).toEqual({
        url,
        status: response.status,
        length: String(bytes.length),
      });
      expect(await head.text()).toBe('');
    }
  });

  test('OpenAPI 3.1 describes every route, and a page shows it with assets of our own', async () => {
    const routes = await Promise.all(
      bases().map(async (base) => {
        const document = (await (await fetch(`${base}/openapi.json`)).json()) as { openapi: string; paths: object };
        expect(document.openapi).toBe('3.1.0');
        return Object.keys(document.paths);
      }),
    );
    expect(routes.flat().sort()).toEqual([
      '/api/v1/booking/events/{uuid}/cancel',
      '/api/v1/booking/events/{uuid}/orders',
      '/api/v1/booking/events/{uuid}/orders.csv',
      '/api/v1/booking/events/{uuid}/postpone',
      '/api/v1/booking/events/{uuid}/reschedule',
      '/api/v1/booking/events/{uuid}/sales',
      '/api/v1/booking/events/{uuid}/tickets.csv',
      '/api/v1/booking/operations/{uuid}',
      '/api/v1/booking/orders',
      '/api/v1/booking/orders/{uuid}',
      '/api/v1/booking/orders/{uuid}/history',
      '/api/v1/booking/orders/{uuid}/refunds',
      '/api/v1/booking/payment-methods',
      '/api/v1/booking/reservations',
      '/api/v1/booking/reservations/{uuid}',
      '/api/v1/booking/reservations/{uuid}/extend',
      '/api/v1/booking/tickets/confirm',
      '/api/v1/booking/tickets/reserve',
      '/api/v1/management/api-keys',
      '/api/v1/management/api-keys/{uuid}',
      '/api/v1/management/audit-log',
      '/api/v1/management/codes/{uuid}',
      '/api/v1/management/events',
      '/api/v1/management/events/{uuid}',
      '/api/v1/management/events/{uuid}/calendar.ics',
      '/api/v1/management/events/{uuid}/hold-backs',
      '/api/v1/management/events/{uuid}/live',
      '/api/v1/management/events/{uuid}/offer',
      '/api/v1/management/events/{uuid}/plan',
      '/api/v1/management/events/{uuid}/plan/{hash}',
      '/api/v1/management/events/{uuid}/presales',
      '/api/v1/management/events/{uuid}/prices',
      '/api/v1/management/events/{uuid}/publish',
      '/api/v1/management/events/{uuid}/schema.json',
      '/api/v1/management/events/{uuid}/seats',
      '/api/v1/management/events/{uuid}/settings',
      '/api/v1/management/hold-backs/{uuid}/release',
      '/api/v1/management/operations/{uuid}',
      '/api/v1/management/organisers',
      '/api/v1/management/own-events',
      '/api/v1/management/performers',
      '/api/v1/management/performers/{uuid}',
      '/api/v1/management/plan-schema.json',
      '/api/v1/management/plans/{uuid}',
      '/api/v1/management/presales/{uuid}',
      '/api/v1/management/presales/{uuid}/codes',
      '/api/v1/management/venues',
      '/api/v1/management/venues/{uuid}',
      '/api/v1/management/venues/{uuid}/plans',
      '/api/v1/search/events',
      '/api/v1/search/suggest',
      '/sandbox/payments/{uuid}/approval',
    ]);
    for (const base of bases()) {
      const docs = await fetch(`${base}/docs`);
      expect(docs.headers.get('content-security-policy')).toContain("script-src 'self'");
      const page = await docs.text();
      const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
      expect(assets.length).toBeGreaterThan(1);
      for (const asset of assets) {
        expect(asset).toStartWith('/');
        expect((await fetch(`${base}${asset}`)).status).toBe(200);
      }
    }
  });
}
