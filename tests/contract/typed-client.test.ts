import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../shared/testing/eventually.ts';
import { bun, root, startServices, type Target } from '../rig/targets.ts';
import { apiTypes } from './api-types.ts';

/** As `typed/buy-seat.ts` has it, which is nothing without the generated types. */
type BuySeat = (
  at: Target,
  words: string,
  buyer: { userUuid: string; methodUuid: string },
) => Promise<{ order: object; seat?: { uuid: string; status: string } }>;

describe('a client that is generated from the documents of the running services', () => {
  let target: Target;
  /** In the clone, so that its packages are found. */
  let folder: string;

  beforeAll(async () => {
    target = await startServices('bun');
    await eventually(async () => (await fetch(`${target.search}/readyz`)).ok);
    await mkdir(join(root, '.onsale'), { recursive: true });
    folder = await mkdtemp(join(root, '.onsale', 'typed-'));
    await cp(join(import.meta.dirname, 'typed'), folder, { recursive: true });
    for (const service of ['events', 'booking', 'search'] as const) {
      const document = await (await fetch(`${target[service]}/openapi.json`)).text();
      await Bun.write(join(folder, `${service}.ts`), await apiTypes(document));
    }
  }, 90_000);
  afterAll(async () => {
    await target?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** The compiler's findings in the folder; empty when all is right. */
  async function compile(): Promise<string> {
    const tsc = Bun.spawn([bun, 'x', '--bun', 'tsc', '-p', folder], { cwd: root, stdout: 'pipe', stderr: 'inherit' });
    return await tsc.stdout.text();
  }

  test('compiles, and buys a seat', async () => {
    expect(await compile()).toBe('');
    const { buySeat } = (await import(join(folder, 'buy-seat.ts'))) as { buySeat: BuySeat };
    const buyer = { userUuid: randomUUID(), methodUuid: randomUUID() };
    const { order, seat } = await buySeat(target, 'madisn sqare', buyer);
    expect(order).toMatchObject({ status: 'paid', action: null, tickets: [{ uuid: seat!.uuid, refunded: false }] });
    expect(seat!.status).toBe('booked');
  });

  test('does not compile when it asks for what the documents do not have', async () => {
    const text = await Bun.file(join(folder, 'buy-seat.ts')).text();
    const mistakes = {
      'no-such-member.ts': ['payment_method_uuid:', 'card:'],
      'no-such-code.ts': ["'ticket_not_available'", "'seat_on_fire'"],
      'no-key.ts': ["header: { 'idempotency-key': held.data.uuid }", 'header: {}'],
      'no-such-path.ts': ["'/api/v1/booking/orders'", "'/api/v1/booking/order'"],
    } as const;
    for (const [file, [right, wrong]] of Object.entries(mistakes)) {
      expect(text).toContain(right);
      await Bun.write(join(folder, file), text.replace(right, wrong));
    }
    const refused = new Set([...(await compile()).matchAll(/([\w-]+\.ts)\(/g)].map((match) => match[1]!));
    expect([...refused].sort()).toEqual(Object.keys(mistakes).sort());
  });
});
