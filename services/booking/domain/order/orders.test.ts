import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../shared/errors.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  createOrder,
  findOrder,
  findReservation,
  releaseReservation,
  reserveTickets,
  type Sale,
  startSale,
} from '../../testing.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());
const card = randomUUID();

async function reserved(seats = 2, userUuid = randomUUID()) {
  const event = await makeEvent(sale.sql, { seats });
  const reservation = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  return { event, reservation, userUuid };
}

const order = (reservationUuid: string, methodUuid: string = card, deps = sale.deps) =>
  createOrder(deps, { reservationUuid, methodUuid });

const codeOf = (work: Promise<unknown>) =>
  work.then(
    (): string => 'ok',
    (error): string => {
      if (!(error instanceof AppError)) throw error;
      return error.code;
    },
  );

const charged = async () =>
  (
    await sale.sql`select coalesce(sum(amount), 0)::int as sum from sandbox_charges
      where status in ('authorised', 'succeeded')`
  )[0]!.sum;

describe('an order', () => {
  test('buys exactly the seats that were held, at the prices of the reservation', async () => {
    const { event, reservation, userUuid } = await reserved(3);
    await sale.sql`update tickets set price = 999 where event_id = ${event.id}`;
    const before = await charged();
    const made = await order(reservation.uuid);
    expect(made).toMatchObject({ status: 'paid', userUuid, total: 105_000, currency: 'USD' });
    expect(made.tickets.map(({ uuid, price }) => [uuid, price])).toEqual(event.tickets.map((uuid) => [uuid, 35_000]));
    expect(await charged()).toBe(before + 105_000);
    expect(await findOrder(sale.deps, made.uuid)).toEqual(made);
    expect(await findReservation(sale.deps, reservation.uuid)).toMatchObject({ state: 'ended' });
    expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
    await sale.audit();
  });

  test('is one, and charged once, when it is asked for many times at once', async () => {
    const { reservation } = await reserved();
    const before = await charged();
    const orders = await Promise.all(Array.from({ length: 20 }, () => order(reservation.uuid)));
    expect(new Set(orders.map(({ uuid }) => uuid)).size).toBe(1);
    expect(await charged()).toBe(before + 70_000);
    await sale.audit();
  });

  test('declined, the seats stay held, and another card buys them', async () => {
    const { reservation } = await reserved();
    expect(await codeOf(order(reservation.uuid, sandboxMethods.declined))).toBe('payment_declined');
    expect(await findReservation(sale.deps, reservation.uuid)).toMatchObject({ state: 'held' });
    expect(await order(reservation.uuid)).toMatchObject({ status: 'paid' });
    await sale.audit();
  });

  test.each([
    [sandboxMethods.lostAnswer, 'paid'],
    [sandboxMethods.lostRequest, 'failed'],
  ] as const)('without an answer (%s) it is pending, and the sweeper settles it: %s', async (method, end) => {
    const { event, reservation } = await reserved();
    const pending = await order(reservation.uuid, method);
    expect(pending.status).toBe('pending');
    expect(await order(reservation.uuid, card)).toEqual(pending);
    await sale.sweep();
    expect((await findOrder(sale.deps, pending.uuid)).status).toBe(end);
    const [row] =
      await sale.sql`select count(*)::int as n from tickets where event_id = ${event.id} and status = 'booked'`;
    expect(row!.n).toBe(end === 'paid' ? 2 : 0);
    await sale.audit();
  });

  test('of a reservation that has ended, was given back or never was is refused', async () => {
    const late = await reserved();
    await sale.expire(late.event.tickets[0]!);
    expect(await codeOf(order(late.reservation.uuid))).toBe('reservation_expired');
    const given = await reserved();
    await releaseReservation(sale.deps, given.reservation.uuid);
    expect(await codeOf(order(given.reservation.uuid))).toBe('reservation_expired');
    expect(await codeOf(order(randomUUID()))).toBe('reservation_not_found');
    expect(await codeOf(findOrder(sale.deps, randomUUID()))).toBe('order_not_found');
    await sale.audit();
  });

  test('that met another order of the same seats and buyer, which has failed since, is made after all', async () => {
    const { event, reservation } = await reserved();
    const conflicts = [...event.tickets];
    const claim: (typeof sale.deps.orders)['claim'] = async (request) =>
      conflicts.length > 0 ? { conflicts: conflicts.splice(0, 1) } : sale.deps.orders.claim(request);
    const deps = { ...sale.deps, orders: { ...sale.deps.orders, claim } };
    expect(await order(reservation.uuid, card, deps)).toMatchObject({ status: 'paid' });
    await sale.audit();
  });

  test('of seats that two users hold, as the locks were lost in between, is made for one of them, whole', async () => {
    const { event, reservation } = await reserved(3);
    await sale.sql`truncate ticket_locks`;
    const other = await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: event.tickets.slice(1) });
    // Both have their locks: as after a failover that brought old ones back.
    const cover = () => Promise.resolve(true);
    const deps = { ...sale.deps, locks: { ...sale.deps.locks, cover } };
    const codes = await Promise.all([
      codeOf(order(reservation.uuid, card, deps)),
      codeOf(order(other.uuid, card, deps)),
    ]);
    expect(codes.sort()).toEqual(['ok', 'ticket_not_available']);
    await sale.audit();
  });

  test('a user sees all orders, the newest first, page by page', async () => {
    const userUuid = randomUUID();
    const made = [];
    for (let i = 0; i < 3; i++) made.unshift((await order((await reserved(1, userUuid)).reservation.uuid)).uuid);
    const { orders } = sale.deps;
    const first = await orders.list({ userUuid, limit: 2 });
    const rest = await orders.list({ userUuid, limit: 2, after: first[1]!.uuid });
    expect([...first, ...rest].map(({ uuid }) => uuid)).toEqual(made);
    expect(await orders.list({ userUuid: randomUUID(), limit: 2 })).toEqual([]);
  });
});
