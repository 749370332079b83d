import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { example } from '../../../shared/http/schemas.ts';
import type { Suite } from './suite.ts';

const asksFor = (accept: string) => ({ headers: { Accept: accept, 'X-Request-Id': 'my-own_id' } });
const wanted = 'application/problem+json, application/json';

export function problemCases(suite: Suite): void {
  const unknown = () => `${suite.target.events}${suite.api.paths.events}/${randomUUID()}`;

  test('an error is a problem of RFC 9457 for those who ask for it, with the members of the plain body', async () => {
    const response = await fetch(unknown(), asksFor(wanted));
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await response.json()).toEqual({
      error: 'event_not_found',
      message: 'Event not found',
      type: 'urn:onsale:error:event_not_found',
      title: 'Event not found',
      status: 404,
      detail: 'Event not found',
      instance: 'urn:onsale:request:my-own_id',
    });
  });

  test('an error is plain for everybody else', async () => {
    for (const accept of ['*/*', 'application/json', 'application/*', 'application/problem+json;q=0', 'text/html']) {
      const response = await fetch(unknown(), asksFor(accept));
      expect([accept, response.headers.get('content-type')]).toEqual([accept, 'application/json']);
      expect(await response.json()).toEqual({ error: 'event_not_found', message: 'Event not found' });
    }
  });

  test('each service has problems, also where no route is met, with their details', async () => {
    for (const base of [suite.target.events, suite.target.booking, suite.target.search]) {
      const nowhere = await fetch(`${base}/nothing`, asksFor(wanted));
      expect(await nowhere.json()).toMatchObject({
        type: 'urn:onsale:error:not_found',
        title: 'Not found',
        status: 404,
      });
    }
    const response = await fetch(`${suite.target.search}${suite.api.paths.search}?page=0`, asksFor(wanted));
    expect(await response.json()).toMatchObject({
      type: 'urn:onsale:error:invalid_request',
      issues: [{ path: 'page', message: expect.any(String) }],
    });
  });

  test('a refusal that is given again under its key is a problem, or plain, as each request asks', async () => {
    const { seats } = await suite.api.freeSeats(1);
    const held = await suite.api.post('/api/v1/booking/reservations', {
      user_uuid: randomUUID(),
      ticket_uuids: [seats[0]!.uuid],
    });
    const { uuid } = (await held.json()) as { uuid: string };
    const body = { reservation_uuid: uuid, payment_method_uuid: example.method.declined };
    const key = { 'Idempotency-Key': randomUUID() };
    const order = async (accept: string) => {
      const response = await suite.api.post('/api/v1/booking/orders', body, { ...key, Accept: accept });
      const { type } = (await response.json()) as { type?: string };
      return [response.status, type, response.headers.get('idempotent-replayed')];
    };
    expect(await order('*/*')).toEqual([402, undefined, null]);
    expect(await order(wanted)).toEqual([402, 'urn:onsale:error:payment_declined', 'true']);
    expect(await order('*/*')).toEqual([402, undefined, 'true']);
  });

  test('no cache keeps an error', async () => {
    for (const accept of ['*/*', wanted]) {
      expect((await fetch(unknown(), asksFor(accept))).headers.get('cache-control')).toBe('no-store');
    }
  });
}
