import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { unavailable } from '../../../../shared/errors.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import {
  outcomeOf,
  releaseReservation,
  reserveBest,
  reserveTickets,
  type Sale,
  type SaleDeps,
  saleOn,
  startSale,
} from '../../testing.ts';
import { tooManyTickets } from '../errors.ts';
import type { HeldReservation } from '../reservation/hold-seats.ts';
import { seatChoices } from './best-choices.ts';
import type { Wish } from './candidates.ts';

let sale: Sale;
/** Another process over the same database. */
let other: SaleDeps;
beforeAll(async () => {
  sale = await startSale();
  other = saleOn(sale.db).deps;
});
afterAll(() => sale.drop());

const ask = (eventUuid: string, wish: Wish, deps: SaleDeps = sale.deps, userUuid = randomUUID()) =>
  reserveBest(deps, { userUuid, eventUuid, ...wish });
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
const seatsOf = (made: HeldReservation) => made.tickets.map(({ seat }) => seat).sort();
const uuidsOf = (made: HeldReservation) => made.tickets.map(({ ticketUuid }) => ticketUuid);
const soldOut = { code: 'ticket_not_available', conflicts: [] };

/** Every buyer has got their seats, and no seat was sold twice. */
async function expectHeld(eventUuid: string, asked: Promise<HeldReservation>[], seats: number) {
  const outcomes = await Promise.all(asked.map(outcomeOf));
  expect(outcomes.filter((one) => (one as { code?: string }).code)).toEqual([]);
  const held = (outcomes as HeldReservation[]).flatMap(uuidsOf);
  expect(held).toHaveLength(seats);
  expect(await sale.deps.locks.list(eventUuid)).toEqual(expect.arrayContaining(held));
  expect(new Set(held).size).toBe(seats);
}

/** Counts the whole reads of the seats, and the reads of the locks. */
function counting(nowMs?: () => number) {
  const { locks, tickets } = sale.deps;
  const counts = { whole: 0, looks: 0 };
  const parts = {
    mayStrand: true,
    locks: {
      ...locks,
      list(uuid: string) {
        counts.looks++;
        return locks.list(uuid);
      },
    },
    tickets: {
      ...tickets,
      seatsOf(uuid: string) {
        counts.whole++;
        return tickets.seatsOf(uuid);
      },
    },
  };
  return { counts, deps: { ...sale.deps, ...parts, seats: seatChoices({ ...parts, ...(nowMs && { nowMs }) }) } };
}

test('the seats of an event are cached for a minute after the last request for the best of them', async () => {
  const [one, other] = [await makeEvent(sale.sql, { seats: 20 }), await makeEvent(sale.sql, { seats: 20 })];
  let now = 1;
  const { counts, deps } = counting(() => now);
  const wholeAfter = async (ms: number, { uuid }: { uuid: string }) => {
    now += ms;
    await ask(uuid, { quantity: 1 }, deps);
    return counts.whole;
  };
  expect(await wholeAfter(0, one)).toBe(1);
  expect(await wholeAfter(59_000, one)).toBe(1);
  expect(await wholeAfter(59_000, one)).toBe(1);
  expect(await wholeAfter(61_000, other)).toBe(2);
  expect(await wholeAfter(0, one)).toBe(3);
});

describe('a rush for the best seats', () => {
  test('of 300 buyers of a pair among 2,000 seats each gets one', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 2000 });
    const asked = times(300, () => ask(uuid, { quantity: 2 }));
    await expectHeld(uuid, asked, 600);
  });

  test('for different numbers of seats serves all', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 2000 });
    const asked = times(300, (n) => ask(uuid, { quantity: 1 + (n % 5) }));
    await expectHeld(uuid, asked, 900);
  });

  test('at 100 different highest prices reads the seats once', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 2000, price: 1000 });
    const { counts, deps } = counting();
    const asked = times(100, (n) => ask(uuid, { quantity: 2, maxPrice: 1000 + n }, deps));
    await expectHeld(uuid, asked, 200);
    expect(counts.whole).toBe(1);
    expect(counts.looks).toBeLessThan(50);
  });

  test('has no more than its connections’ worth of sets tried at a time', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 400 });
    const { deps } = counting();
    let [tried, most] = [0, 0];
    const acquire: typeof deps.locks.acquire = async (request) => {
      most = Math.max(most, ++tried);
      return await deps.locks.acquire(request).finally(() => tried--);
    };
    const counted = { ...deps, locks: { ...deps.locks, acquire } };
    const asked = times(120, () => ask(uuid, { quantity: 2 }, counted));
    await expectHeld(uuid, asked, 240);
    expect(most).toBeLessThanOrEqual(48);
  });

  test('in two processes serves all', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 1000 });
    const asked = times(200, (n) => ask(uuid, { quantity: 2 }, n % 2 ? sale.deps : other));
    await expectHeld(uuid, asked, 400);
  });

  test('gives out all pairs, in two processes, before it finds none', async () => {
    const { uuid, tickets } = await makeEvent(sale.sql, { seats: 60 });
    // Pairs with a taken seat between; in the end a single seat is left.
    await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: tickets.filter((_, n) => n % 3 === 2) });
    await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: [tickets[0]!] });
    const asked = times(60, (n) => outcomeOf(ask(uuid, { quantity: 2 }, n % 2 ? sale.deps : other)));
    const outcomes = await Promise.all(asked);
    expect(outcomes.filter((one) => (one as HeldReservation).tickets)).toHaveLength(19);
    expect(outcomes.filter((one) => (one as { code?: string }).code)).toEqual(times(41, () => soldOut));
    expect(await sale.deps.locks.list(uuid)).toHaveLength(59);
  });
});

describe('a set of seats', () => {
  test.each([
    ['a refusal', () => tooManyTickets(1)],
    ['a failure', () => unavailable('the locks', new Error('away'))],
  ])('that was promised and became free by %s goes to who waits', async (_, failure) => {
    const { uuid } = await makeEvent(sale.sql, { seats: 2 });
    const { counts, deps } = counting();
    const [tried, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const acquire = async () => {
      tried.resolve();
      await gate.promise;
      throw failure();
    };
    const first = outcomeOf(ask(uuid, { quantity: 2 }, { ...deps, locks: { ...deps.locks, acquire } }));
    await tried.promise;
    const looks = counts.looks;
    const second = ask(uuid, { quantity: 2 }, deps);
    await eventually(() => counts.looks > looks + 2);
    gate.resolve();
    expect(await first).toMatchObject({ code: failure().code });
    expect(seatsOf(await second)).toEqual(['A1', 'A2']);
  });

  test('that was released is found at once, in any process', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 6 });
    const [best, ...more] = [
      await ask(uuid, { quantity: 2 }),
      await ask(uuid, { quantity: 2 }, other),
      await ask(uuid, { quantity: 2 }),
    ];
    for (const deps of [other, sale.deps]) expect(await outcomeOf(ask(uuid, { quantity: 1 }, deps))).toEqual(soldOut);
    await releaseReservation(sale.deps, more[0]!.uuid);
    await releaseReservation(sale.deps, best.uuid);
    expect(seatsOf(await ask(uuid, { quantity: 2 }, other))).toEqual(['A3', 'A4']);
  });

  test('is another one for a user who asks again before the first is known', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 6 });
    const late = { ...sale.deps.locks, list: async () => [] };
    const parts = { mayStrand: true, tickets: sale.deps.tickets, locks: late };
    const user = randomUUID();
    const first = await ask(uuid, { quantity: 2 }, sale.deps, user);
    const second = await ask(uuid, { quantity: 2 }, { ...sale.deps, seats: seatChoices(parts) }, user);
    expect(second.uuid).not.toBe(first.uuid);
    expect(uuidsOf(second)).not.toContain(uuidsOf(first)[0]);
    expect(await sale.deps.locks.list(uuid)).toHaveLength(4);
  });

  test('that others always take first is given up after seconds, with an error that allows a retry', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 2 });
    let now = 0;
    const parts = { mayStrand: true, locks: sale.deps.locks, tickets: sale.deps.tickets };
    const search = seatChoices({ ...parts, nowMs: () => now }).best(uuid, { quantity: 2 });
    const first = (await search.next())!.set!;
    first.lost(first.ticketUuids);
    now += 5000;
    expect(await outcomeOf(search.next())).toEqual({ code: 'unavailable' });
  });
});

test('40 named choices at once are checked for stranded seats by one whole read', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 400 });
  const { counts, deps } = counting();
  const choose = (n: number) => tickets.slice(10 * n, 10 * n + 2);
  const outcomes = await Promise.all(
    times(40, (n) =>
      outcomeOf(reserveTickets({ ...deps, mayStrand: false }, { userUuid: randomUUID(), ticketUuids: choose(n) })),
    ),
  );
  expect(outcomes).toEqual(times(40, () => expect.objectContaining({ userUuid: expect.any(String) })));
  expect(counts.whole).toBe(1);
  await reserveTickets(deps, { userUuid: randomUUID(), ticketUuids: [tickets[303]!] });
  const lonely = { userUuid: randomUUID(), ticketUuids: [tickets[305]!] };
  expect(await outcomeOf(reserveTickets({ ...deps, mayStrand: false }, lonely))).toEqual({
    code: 'seat_stranded',
    stranded: [tickets[304]!],
  });
  expect(counts.whole).toBe(1);
  expect(await sale.deps.locks.list(uuid)).toHaveLength(81);
});

describe('the best seats', () => {
  test('are those of a hall that has changed', async () => {
    const { uuid, id, tickets } = await makeEvent(sale.sql, { seats: 8 });
    expect(seatsOf(await ask(uuid, { quantity: 1 }))).toEqual(['A4']);
    await sale.sql`update tickets set price = 99000 where uuid = ${tickets[7]!}`;
    expect(seatsOf(await ask(uuid, { quantity: 1 }))).toEqual(['A8']);
    await sale.sql`delete from tickets where uuid = ${tickets[4]!}`;
    await sale.sql`insert into tickets (event_id, seat, price, currency) values (${id}, 'B1', 98000, 'USD')`;
    expect(seatsOf(await ask(uuid, { quantity: 1 }))).toEqual(['B1']);
    expect(seatsOf(await ask(uuid, { quantity: 2 }))).toEqual(['A6', 'A7']);
    expect(seatsOf(await ask(uuid, { quantity: 2 }))).toEqual(['A2', 'A3']);
  });

  test('may be others than those by rows', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 9 });
    const { mayStrand, locks, tickets } = sale.deps;
    const seats = seatChoices({
      mayStrand,
      locks,
      tickets,
      *candidatesOf(all) {
        return {
          seats: all,
          strandedBy: () => [],
          keyOf: JSON.stringify,
          find: ({ quantity }, taken) => {
            const free = [...all.keys()].filter((place) => !taken[place]);
            return free.length < quantity ? [] : [free.slice(-quantity)];
          },
        };
      },
    });
    const deps = { ...sale.deps, seats };
    expect(seatsOf(await ask(uuid, { quantity: 2 }, deps))).toEqual(['A8', 'A9']);
    expect(seatsOf(await ask(uuid, { quantity: 2 }, deps))).toEqual(['A6', 'A7']);
  });
});
