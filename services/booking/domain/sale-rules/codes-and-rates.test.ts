import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { openDb } from '../../../../shared/db/client.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import {
  confirmTicket,
  createOrder,
  outcomeOf,
  refundOrder,
  releaseReservation,
  reserveBest,
  reserveTicket,
  reserveTickets,
  type Sale,
  type SaleDeps,
  saleOn,
  startSale,
} from '../../testing.ts';
import type { Creation } from '../reservation/reservation.ts';
import { organiserOf } from './rules.harness.ts';

let sale: Sale;
let organiser: ReturnType<typeof organiserOf>;
/** Four processes. */
let processes: SaleDeps[];
const closed: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  sale = await startSale();
  organiser = organiserOf(sale);
  const dbs = [1, 2, 3].map(() => openDb(sale.config));
  closed.push(...dbs.map((db) => () => db.close()));
  processes = [sale.deps, ...dbs.map((db) => saleOn(db).deps)];
});
afterAll(async () => {
  await Promise.all(closed.map((close) => close()));
  await sale.drop();
});

type Held = { uuid: string; tickets: { price: number; rate?: { name: string } }[]; code?: string };

const hold = (deps: SaleDeps, tickets: string[], more: { accessCode?: string; rateUuids?: (string | null)[] } = {}) =>
  outcomeOf(reserveTickets(deps, { userUuid: randomUUID(), ticketUuids: tickets, ...more })) as Promise<Held>;

const buy = (reservationUuid: string) => createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() });

/** Counts the outcomes by their codes; `held` without one. */
function tally(outcomes: { code?: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code = 'held' } of outcomes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

/** Lets the takers begin while no reservation of the event can be written: each process has counted, or waits to. */
async function atOnce<T>(eventId: number, takers: () => Promise<T>[]): Promise<T[]> {
  const begun = Promise.withResolvers<Promise<T>[]>();
  await sale.sql.begin(async (tx) => {
    await tx`select from events where id = ${eventId} for update`;
    begun.resolve(takers());
    await eventually(async () => {
      const [row] = await sale.sql`
        select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      expect(row!.n).toBe(processes.length);
    });
  });
  return await Promise.all(await begun.promise);
}

describe('an access code', () => {
  test('opens its presale, and each that does not has one text', async () => {
    const event = await makeEvent(sale.sql, { seats: 8 });
    const id = await organiser.presale(event.id);
    const past = await makeEvent(sale.sql, { seats: 1 });
    await organiser.presale(past.id, { code: 'ELSEWHERE' });
    const [a = '', b = '', c = ''] = event.tickets;
    expect((await hold(sale.deps, [a], { accessCode: 'FANS' })).uuid).toBeString();
    const wrong = async (accessCode: string) =>
      await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: [b], accessCode }).catch((error) => error);
    const unknown = await wrong('FAN');
    const elsewhere = await wrong('ELSEWHERE');
    await sale.sql`update access_codes set withdrawn_at = now() where id = ${id}`;
    const withdrawn = await wrong('FANS');
    await sale.sql`update access_codes set withdrawn_at = null where id = ${id}`;
    await sale.sql`update presales set ends_at = now() where event_id = ${event.id}`;
    const over = await wrong('FANS');
    for (const error of [unknown, elsewhere, withdrawn, over]) {
      expect([error.code, error.message, error.details]).toEqual(['code_invalid', unknown.message, {}]);
    }
    expect(await sale.deps.locks.list(event.uuid)).toEqual([a]);
    // Once everybody may buy no code is looked at.
    await organiser.change(event.uuid, 'on_sale_from = now()');
    expect((await hold(sale.deps, [c], { accessCode: 'FAN' })).uuid).toBeString();
    const [row] = await sale.sql`
      select count(*)::int as uses from reservations where event_id = ${event.id} and access_code_id is not null`;
    expect(row!.uses).toBe(1);
  });

  test('opens the best available as well', async () => {
    const event = await makeEvent(sale.sql, { seats: 4 });
    await organiser.presale(event.id);
    const best = (accessCode?: string) =>
      outcomeOf(reserveBest(sale.deps, { userUuid: randomUUID(), eventUuid: event.uuid, quantity: 2, accessCode }));
    expect(await best()).toMatchObject({ code: 'not_on_sale' });
    expect(await best('OTHER')).toEqual({ code: 'code_invalid' });
    expect(await best('FANS')).toMatchObject({ eventUuid: event.uuid });
  });

  const rush = async (among: SaleDeps[], maxUses: number | null) => {
    const event = await makeEvent(sale.sql, { seats: 50 });
    await organiser.presale(event.id, { maxUses });
    const take = (ticket: string, i: number) => hold(among[i % among.length]!, [ticket], { accessCode: 'FANS' });
    return { event, outcomes: await atOnce(event.id, () => event.tickets.map(take)) };
  };

  test('with one use and fifty takers in four processes gives one of them a hold', async () => {
    const { event, outcomes } = await rush(processes, 1);
    expect(tally(outcomes)).toEqual({ held: 1, code_used_up: 49 });
    expect(await sale.deps.locks.list(event.uuid)).toHaveLength(1);
  });

  test('and that rush catches processes that count its uses without a lock', async () => {
    const careless = processes.map((deps) => ({
      ...deps,
      reservations: {
        ...deps.reservations,
        create: async (request: Creation) => {
          const uses = await sale.sql`
            select from reservations where event_id = (select id from events where uuid = ${request.eventUuid})`;
          return uses.length > 0 ? { isCodeUsedUp: true as const } : await deps.reservations.create(request);
        },
      },
    }));
    const { outcomes } = await rush(careless, null);
    expect(tally(outcomes).held).toBeGreaterThan(1);
  });

  test('has its use back when the hold is released or ends, and not while an order lives', async () => {
    const event = await makeEvent(sale.sql, { seats: 8 });
    await organiser.presale(event.id, { maxUses: 1 });
    const take = (seat: number) => hold(sale.deps, [event.tickets[seat]!], { accessCode: 'FANS' });
    const released = await take(0);
    expect(await take(1)).toEqual({ code: 'code_used_up' } as never);
    await releaseReservation(sale.deps, released.uuid);
    const ended = await take(1);
    await organiser.end(ended.uuid);
    const bought = await take(2);
    const order = await buy(bought.uuid);
    await organiser.end(bought.uuid);
    expect(await take(3)).toEqual({ code: 'code_used_up' } as never);
    expect(await outcomeOf(buy(ended.uuid))).toEqual({ code: 'reservation_expired' });
    await refundOrder(sale.deps, { orderUuid: order.uuid, userUuid: order.userUuid });
    expect((await take(3)).uuid).toBeString();
    await sale.audit();
  });

  test('of two presales is used where it has uses left', async () => {
    const event = await makeEvent(sale.sql, { seats: 6 });
    await organiser.presale(event.id, { maxUses: 3 });
    await organiser.presale(event.id, { maxUses: 2 });
    const outcomes: Held[] = [];
    for (const ticket of event.tickets) outcomes.push(await hold(sale.deps, [ticket], { accessCode: 'FANS' }));
    expect(tally(outcomes)).toEqual({ held: 5, code_used_up: 1 });
  });

  test.each<{ uses: number[]; among: number }>([
    { uses: [3, 2, 4], among: 1 },
    { uses: [3, 2, 4], among: 4 },
    { uses: [1, 1, 1], among: 1 },
  ])(
    'of several presales is used in each by a rush, until none has uses left: $uses, $among processes',
    async ({ uses, among }) => {
      const event = await makeEvent(sale.sql, { seats: 24 });
      for (const maxUses of uses) await organiser.presale(event.id, { maxUses });
      const held = uses.reduce((sum, one) => sum + one);
      const take = (ticket: string, i: number) => hold(processes[i % among]!, [ticket], { accessCode: 'FANS' });
      const outcomes = await Promise.all(event.tickets.map(take));
      expect(tally(outcomes)).toEqual({ held, code_used_up: 24 - held });
      const counted = await sale.sql<{ uses: number }[]>`
      select count(*)::int as uses from reservations where event_id = ${event.id}
      group by access_code_id order by access_code_id`;
      expect(counted.map((one) => one.uses)).toEqual(uses);
    },
  );

  test('counts on when old reservations are purged before the event', async () => {
    const event = await makeEvent(sale.sql, { seats: 2 });
    await organiser.presale(event.id, { maxUses: 1 });
    const { uuid } = await hold(sale.deps, [event.tickets[0]!], { accessCode: 'FANS' });
    await buy(uuid);
    await sale.deps.reservations.purge(0);
    expect(await hold(sale.deps, [event.tickets[1]!], { accessCode: 'FANS' })).toEqual({
      code: 'code_used_up',
    } as never);
  });
});

describe('a rate', () => {
  const theatre = async (most: number | null = null, seats = 6) => {
    const event = await makeEvent(sale.sql, { seats });
    await organiser.categorise(event.id, 'Stalls');
    await organiser.categorise(event.id, 'Box', ['A1']);
    return { event, child: await organiser.rate(event.id, { Stalls: 900, Gallery: 500 }, { most }) };
  };

  test('has its price in the category from the hold to the refund, whatever is changed meanwhile', async () => {
    const { event, child } = await theatre();
    const [, a = '', b = ''] = event.tickets;
    const held = await hold(sale.deps, [b, a], { rateUuids: [null, child] });
    expect(held.tickets.map(({ price, rate }) => [price, rate?.name])).toEqual([
      [900, 'Child'],
      [35_000, undefined],
    ]);
    await sale.sql`update rate_prices set price = 1 where category = 'Stalls'`;
    const order = await buy(held.uuid);
    expect(order.tickets.map(({ price, rate }) => [price, rate])).toEqual([
      [900, { uuid: child, name: 'Child' }],
      [35_000, null],
    ]);
    expect(order.total).toBe(35_900);
    const refund = await refundOrder(sale.deps, {
      ...{ orderUuid: order.uuid, userUuid: order.userUuid, ticketUuids: [a] },
    });
    expect(refund).toMatchObject({ amount: 900, tickets: [{ rate: { name: 'Child' } }] });
    await sale.audit();
  });

  test('is copied by the original’s confirm of a seat of a reservation, too', async () => {
    const { event, child } = await theatre();
    const [, ticketUuid = ''] = event.tickets;
    const userUuid = randomUUID();
    await reserveTickets(sale.deps, { userUuid, ticketUuids: [ticketUuid], rateUuids: [child] });
    await confirmTicket(sale.deps, { ticketUuid, userUuid, methodUuid: randomUUID() });
    const [order] = await sale.deps.orders.list({ userUuid, limit: 1 });
    expect(order!.tickets).toMatchObject([{ price: 900, rate: { uuid: child } }]);
  });

  test('told by a reservation is what the original’s confirm charges, though the seat was held at another before', async () => {
    const { event, child } = await theatre(2);
    const [, ticket = '', other = ''] = event.tickets;
    const userUuid = randomUUID();
    await reserveTicket(sale.deps, ticket, userUuid);
    const { total } = await reserveTickets(sale.deps, { userUuid, ticketUuids: [ticket], rateUuids: [child] });
    await confirmTicket(sale.deps, { ticketUuid: ticket, userUuid, methodUuid: randomUUID() });
    const sold = await sale.sql`
      select o.total::int, ot.price::int from order_tickets ot join orders o on o.id = ot.order_id
      where o.user_uuid = ${userUuid}`;
    expect([...sold]).toEqual([{ total, price: total }]);
    // It counts once, not as held and as sold.
    expect((await hold(sale.deps, [other], { rateUuids: [child] })).code).toBeUndefined();
    await sale.audit();
  });

  test('that has no price for a seat, is withdrawn, unknown or of another event, names the seats', async () => {
    const { event, child } = await theatre();
    const other = await theatre();
    const [box = '', stalls = ''] = event.tickets;
    const refused = { code: 'rate_not_available', conflicts: [box] } as never;
    expect(await hold(sale.deps, [box, stalls], { rateUuids: [child, child] })).toEqual(refused);
    for (const rate of [other.child, randomUUID()]) {
      expect(await hold(sale.deps, [box, stalls], { rateUuids: [rate, null] })).toEqual(refused);
    }
    await sale.sql`update rates set withdrawn_at = now() where uuid = ${child}`;
    expect(await hold(sale.deps, [stalls], { rateUuids: [child] })).toMatchObject({ code: 'rate_not_available' });
    expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
  });

  test('is kept by a repeated request, and another one is refused', async () => {
    const { event, child } = await theatre();
    const [, a = ''] = event.tickets;
    const request = { userUuid: randomUUID(), ticketUuids: [a] };
    const { uuid } = await reserveTickets(sale.deps, { ...request, rateUuids: [child] });
    expect(await reserveTickets(sale.deps, { ...request, rateUuids: [child] })).toMatchObject({ uuid });
    expect(await outcomeOf(reserveTickets(sale.deps, request))).toEqual({
      code: 'ticket_not_available',
      conflicts: [a],
    });
    expect(await reserveTickets(sale.deps, { ...request, rateUuids: [child] })).toMatchObject({ uuid });
  });

  test('is sold to its maximum and no further in a rush of four processes', async () => {
    const { event, child } = await theatre(3, 41);
    const takers = event.tickets.slice(1).map((ticket, i) => hold(processes[i % 2]!, [ticket], { rateUuids: [child] }));
    const outcomes = await Promise.all(takers);
    expect(tally(outcomes)).toEqual({ held: 3, rate_sold_out: 37 });
    const held = outcomes.filter(({ code }) => !code);
    await Promise.all(held.slice(0, 1).map(({ uuid }) => buy(uuid)));
    await organiser.end(held[1]!.uuid);
    await releaseReservation(sale.deps, held[2]!.uuid);
    const again = await Promise.all([
      ...[2, 1, 2].map((count, i) =>
        hold(processes[i % 2]!, event.tickets.slice(20 + 3 * i, 20 + 3 * i + count), {
          rateUuids: Array.from({ length: count }, () => child),
        }),
      ),
    ]);
    const [row] = await sale.sql`
      select count(*)::int as n from reservation_tickets rt join reservations r on r.id = rt.reservation_id
      join rates on rates.id = rt.rate_id where rates.uuid = ${child} and r.released_at is null
        and r.created_at > now() - interval '17 minutes'`;
    expect(row!.n).toBeLessThanOrEqual(3);
    expect(tally(again).held).toBeGreaterThan(0);
    await sale.audit();
  });

  test('of which two are left is not refused to a pair because of three others who ask at once', async () => {
    const { event, child } = await theatre(2, 12);
    const children = (first: number, count: number) =>
      hold(sale.deps, event.tickets.slice(first, first + count), {
        rateUuids: Array.from({ length: count }, () => child),
      });
    const outcomes = await Promise.all([children(1, 3), children(4, 3), children(7, 2)]);
    expect(outcomes.map(({ code }) => code)).toEqual(['rate_sold_out', 'rate_sold_out', undefined]);
  });

  test('goes with the best available, in their order, and with a code', async () => {
    const event = await makeEvent(sale.sql, { seats: 6 });
    await organiser.categorise(event.id, 'Stalls');
    await organiser.presale(event.id, { maxUses: 3 });
    const child = await organiser.rate(event.id, { Stalls: 900 }, { most: 3 });
    const best = () =>
      reserveBest(sale.deps, {
        ...{ userUuid: randomUUID(), eventUuid: event.uuid, quantity: 2 },
        ...{ accessCode: 'FANS', rateUuids: [child, null] },
      });
    const held = await Promise.all([best(), best(), best()]);
    expect(held.map(({ total }) => total)).toEqual([35_900, 35_900, 35_900]);
    await sale.audit();
  });
});
