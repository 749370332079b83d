import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import type { Creation } from '../../domain/reservation/reservation.ts';
import { organiserOf } from '../../domain/sale-rules/rules.harness.ts';
import { type Sale, startSale } from '../../testing.ts';
import { creation } from './create-reservations.ts';
import { openToTheStart } from './fragments.ts';
import { type KnownUses, knownUses } from './known-uses.ts';

let sale: Sale;
let organiser: ReturnType<typeof organiserOf>;
beforeAll(async () => {
  sale = await startSale();
  organiser = organiserOf(sale);
});
afterAll(() => sale.drop());

const most = 6;

/** A sale by a code, or at a rate, of which six may be; `take` asks for a ticket by one of the memories. */
async function limitedSale(by: 'code' | 'rate') {
  const event = await makeEvent(sale.sql, { seats: 60 });
  await organiser.categorise(event.id, 'Stalls');
  if (by === 'code') await organiser.presale(event.id, { maxUses: most });
  const rateUuid = by === 'rate' ? await organiser.rate(event.id, { Stalls: 900 }, { most }) : undefined;
  const tickets = event.tickets.values();
  const request = (): Creation => ({
    userUuid: randomUUID(),
    eventUuid: event.uuid,
    locks: [{ ticketUuid: tickets.next().value!, token: randomUUID(), rateUuid }],
    limited: { accessCode: by === 'code' ? 'FANS' : undefined, holdMs: 60_000 },
  });
  const take = async (uses: KnownUses, count: number) => {
    const requests = Array.from({ length: count }, request);
    const created = await creation(openToTheStart, uses)(sale.db.sql, requests, event.uuid);
    return created.flatMap((one) => ('made' in one ? [one.made.uuid] : []));
  };
  return { take };
}

for (const by of ['code', 'rate'] as const) {
  describe(`the known uses of a ${by}`, () => {
    test('and those of other processes since are never more than the limit, and reach it', async () => {
      const { take } = await limitedSale(by);
      const [one, other] = [knownUses(), knownUses()];
      const made: number[] = [];
      for (const [uses, count] of [
        [one, 1],
        [other, 2],
        [one, 1],
        [other, 3],
        [one, 2],
      ] as const) {
        made.push((await take(uses, count)).length);
      }
      expect(made).toEqual([1, 2, 1, 2, 0]);
    });

    test('are counted anew before anybody is refused', async () => {
      const { take } = await limitedSale(by);
      const uses = knownUses();
      const [released = '', ended = ''] = await take(uses, most);
      expect(await take(uses, 1)).toEqual([]);
      await sale.deps.reservations.release(released);
      await organiser.end(ended);
      expect(await take(uses, 3)).toHaveLength(2);
    });

    test('would be too few without those since, which is caught', async () => {
      const { take } = await limitedSale(by);
      const [broken, other] = [knownUses(), knownUses()];
      const note = broken.note;
      broken.note = (name, all) =>
        note(
          name,
          all.map((use) => ({ ...use, upTo: Number.MAX_SAFE_INTEGER })),
        );
      await take(broken, 1);
      await take(other, most - 1);
      expect(await take(broken, 2)).not.toEqual([]);
    });
  });
}
