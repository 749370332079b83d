import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { eventually } from '../../shared/testing/eventually.ts';
import { startServices, type Target } from '../rig/targets.ts';
import { apiTypes } from './api-types.ts';
import { copyPrograms } from './programs.ts';

let target: Target;
beforeAll(async () => {
  target = await startServices('bun');
  await eventually(async () => (await fetch(`${target.search}/readyz`)).ok);
}, 90_000);
afterAll(() => target?.stop());

/** A compiler reads the whole platform's types, on a machine that may be busy. */
const compileMs = 240_000;

/** Mistakes by the name of a file: a text of the program, and what stands in its place. */
type Mistakes = Record<string, readonly [right: string, wrong: string]>;

/** The programs of a folder buy a seat by a client with types; `prepare` adds the types that are not in the clone. */
function clientSuite(name: string, mistakes: Mistakes, prepare: (folder: string) => Promise<void> = async () => {}) {
  let programs: Awaited<ReturnType<typeof copyPrograms>>;
  beforeAll(async () => {
    programs = await copyPrograms(name);
    await prepare(programs.folder);
  }, 30_000);
  afterAll(() => programs?.remove());

  test(
    'compiles, and buys a seat',
    async () => {
      expect(await programs.compile()).toBe('');
      const buySeat = await programs.load();
      const buyer = { userUuid: randomUUID(), methodUuid: randomUUID() };
      const { order, seat } = await buySeat(target, 'madisn sqare', buyer);
      expect(order).toMatchObject({ status: 'paid', action: null, tickets: [{ uuid: seat!.uuid, refunded: false }] });
      expect(seat!.status).toBe('booked');
    },
    compileMs,
  );

  test(
    'does not compile with anything that its types do not have',
    async () => {
      expect(await programs.refused(mistakes)).toEqual(Object.keys(mistakes).sort());
    },
    compileMs,
  );
}

describe('a client that Hono types from the services’ apps', () => {
  clientSuite('hono', {
    'no-such-path.ts': ['booking.orders.$post', 'booking.order.$post'],
    'no-such-method.ts': ['booking.orders.$post', 'booking.orders.$put'],
    'no-such-query.ts': ['q: words', 'words'],
    'no-such-member.ts': ['payment_method_uuid:', 'card:'],
    'no-key.ts': ["header: { 'idempotency-key': reservation.uuid }", 'header: {}'],
    'no-such-code.ts': ["'ticket_not_available'", "'seat_on_fire'"],
    'no-such-status.ts': ["'available'", "'free'"],
    'no-seats-of-the-page.ts': ['page.json()).tickets', 'page.json()).seats'],
  });
});

describe('a client that is generated from the documents of the running services', () => {
  clientSuite(
    'typed',
    {
      'no-such-member.ts': ['payment_method_uuid:', 'card:'],
      'no-such-code.ts': ["'ticket_not_available'", "'seat_on_fire'"],
      'no-key.ts': ["header: { 'idempotency-key': held.data.uuid }", 'header: {}'],
      'no-such-path.ts': ["'/api/v1/booking/orders'", "'/api/v1/booking/order'"],
    },
    async (folder) => {
      for (const service of ['events', 'booking', 'search'] as const) {
        const document = await (await fetch(`${target[service]}/openapi.json`)).text();
        await Bun.write(join(folder, `${service}.ts`), await apiTypes(document));
      }
    },
  );
});
