import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { eventually } from '../../shared/testing/eventually.ts';
import { startServices, type Target } from '../rig/targets.ts';
import { copyPrograms } from './programs.ts';

describe('a client that Hono types from the services’ apps', () => {
  let target: Target;
  let programs: Awaited<ReturnType<typeof copyPrograms>>;

  beforeAll(async () => {
    target = await startServices('bun');
    await eventually(async () => (await fetch(`${target.search}/readyz`)).ok);
    programs = await copyPrograms('hono');
  }, 90_000);
  afterAll(async () => {
    await target?.stop();
    await programs?.remove();
  });

  test('compiles, and buys a seat', async () => {
    expect(await programs.compile()).toBe('');
    const buySeat = await programs.load();
    const buyer = { userUuid: randomUUID(), methodUuid: randomUUID() };
    const { order, seat } = await buySeat(target, 'madisn sqare', buyer);
    expect(order).toMatchObject({ status: 'paid', action: null, tickets: [{ uuid: seat!.uuid, refunded: false }] });
    expect(seat!.status).toBe('booked');
  });

  test('does not compile with anything that the routes do not have', async () => {
    const mistakes = {
      'no-such-path.ts': ['booking.orders.$post', 'booking.order.$post'],
      'no-such-method.ts': ['booking.orders.$post', 'booking.orders.$put'],
      'no-such-query.ts': ['q: words', 'words'],
      'no-such-member.ts': ['payment_method_uuid:', 'card:'],
      'no-key.ts': ["header: { 'idempotency-key': reservation.uuid }", 'header: {}'],
      'no-such-code.ts': ["'ticket_not_available'", "'seat_on_fire'"],
      'no-such-status.ts': ["'available'", "'free'"],
      'no-seats-of-the-page.ts': ['page.json()).tickets', 'page.json()).seats'],
    } as const;
    expect(await programs.refused(mistakes)).toEqual(Object.keys(mistakes).sort());
  });
});
