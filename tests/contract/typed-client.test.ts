import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { eventually } from '../../shared/testing/eventually.ts';
import { startServices, type Target } from '../rig/targets.ts';
import { apiTypes } from './api-types.ts';
import { copyPrograms } from './programs.ts';

describe('a client that is generated from the documents of the running services', () => {
  let target: Target;
  let programs: Awaited<ReturnType<typeof copyPrograms>>;

  beforeAll(async () => {
    target = await startServices('bun');
    await eventually(async () => (await fetch(`${target.search}/readyz`)).ok);
    programs = await copyPrograms('typed');
    for (const service of ['events', 'booking', 'search'] as const) {
      const document = await (await fetch(`${target[service]}/openapi.json`)).text();
      await Bun.write(join(programs.folder, `${service}.ts`), await apiTypes(document));
    }
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

  test('does not compile with anything that the documents do not have', async () => {
    const mistakes = {
      'no-such-member.ts': ['payment_method_uuid:', 'card:'],
      'no-such-code.ts': ["'ticket_not_available'", "'seat_on_fire'"],
      'no-key.ts': ["header: { 'idempotency-key': held.data.uuid }", 'header: {}'],
      'no-such-path.ts': ["'/api/v1/booking/orders'", "'/api/v1/booking/order'"],
    } as const;
    expect(await programs.refused(mistakes)).toEqual(Object.keys(mistakes).sort());
  });
});
