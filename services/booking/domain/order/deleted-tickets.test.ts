import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  createOrder,
  extendReservation,
  findReservation,
  outcomeOf,
  refundOrder,
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

async function held() {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats: 3 });
  const [a, b, c] = event.tickets as [string, string, string];
  for (const [i, uuid] of event.tickets.entries()) {
    await sale.sql`update tickets set price = ${1000 * (i + 1)} where uuid = ${uuid}`;
  }
  const { uuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const order = () => outcomeOf(createOrder(sale.deps, { reservationUuid: uuid, methodUuid: randomUUID() }));
  const remove = (...tickets: string[]) => sale.sql`delete from tickets where uuid = any(${tickets})`;
  const insert = (ticket: string, price: number) =>
    sale.sql`insert into tickets (uuid, event_id, seat, price) values (${ticket}, ${event.id}, 'B1', ${price})`;
  return { event, uuid, userUuid, a, b, c, order, remove, insert };
}

const charges = async () =>
  (await sale.sql<{ n: number }[]>`select count(*)::int as n from sandbox_charges where status <> 'voided'`)[0]!.n;

test('an order of seats of which one was deleted names it, and charges nothing', async () => {
  const { event, uuid, b, order, remove, userUuid, a, c } = await held();
  await remove(b);
  const before = await charges();
  for (let times = 0; times < 2; times++) {
    expect(await order()).toMatchObject({ code: 'ticket_not_available', conflicts: [b] });
  }
  expect(await charges()).toBe(before);
  // The rest is still the buyer's, until they give it back.
  expect(await findReservation(sale.deps, uuid)).toMatchObject({ state: 'held', total: 6000 });
  expect((await findReservation(sale.deps, uuid)).tickets.map(({ ticketUuid, seat }) => [ticketUuid, seat])).toEqual([
    [a, 'A1'],
    [b, 'A2'],
    [c, 'A3'],
  ]);
  await releaseReservation(sale.deps, uuid);
  const other = await reserveTickets(sale.deps, { userUuid, ticketUuids: [a, c] });
  const made = await createOrder(sale.deps, { reservationUuid: other.uuid, methodUuid: randomUUID() });
  expect(made).toMatchObject({ status: 'paid', total: 4000 });
  const refund = await refundOrder(sale.deps, { orderUuid: made.uuid, userUuid });
  expect(refund).toMatchObject({ status: 'succeeded', amount: 4000 });
  expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
  await sale.audit();
});

test('an order whose seats were all deleted names them all; the reservation can be seen, extended and given back', async () => {
  const { event, uuid, order, remove } = await held();
  await remove(...event.tickets);
  expect(await order()).toMatchObject({ code: 'ticket_not_available', conflicts: event.tickets });
  expect(await findReservation(sale.deps, uuid)).toMatchObject({ state: 'held', total: 6000 });
  expect(await extendReservation(sale.deps, uuid)).toMatchObject({ state: 'held' });
  await releaseReservation(sale.deps, uuid);
  expect(await findReservation(sale.deps, uuid)).toMatchObject({ state: 'released' });
  await sale.audit();
});

test('a reservation of the first releases, whose lines went with their tickets, is no longer held or buys the rest', async () => {
  for (const left of [0, 1]) {
    const { uuid, order } = await held();
    await sale.sql`
      delete from reservation_tickets where ticket_id in (
        select rt.ticket_id from reservation_tickets rt join reservations r on r.id = rt.reservation_id
        where r.uuid = ${uuid} order by rt.ticket_id desc limit ${3 - left})`;
    const bought = left === 0 ? { code: 'reservation_expired' } : { status: 'paid', total: 1000 };
    expect(await order()).toMatchObject(bought);
  }
  await sale.audit();
});

test('a seat that was deleted and made anew under its uuid is the holder’s, at the price of the hold', async () => {
  const { b, order, remove, insert } = await held();
  await remove(b);
  await insert(b, 9999);
  expect(await sale.reserve(b, randomUUID())).toBe('ticket_not_available');
  expect(await order()).toMatchObject({ status: 'paid', total: 6000 });
  await sale.audit();
});

test('a seat that was deleted and made anew under another uuid is anybody’s, and not in the order', async () => {
  const { a, b, c, order, remove, insert } = await held();
  const anew = randomUUID();
  await remove(b);
  await insert(anew, 2000);
  const other = randomUUID();
  expect(await sale.reserve(anew, other)).toBe('ok');
  expect(await order()).toMatchObject({ code: 'ticket_not_available', conflicts: [b] });
  expect(await sale.confirm(anew, other, randomUUID())).toBe('ok');
  const rows = await sale.sql`select uuid from tickets where uuid in (${a}, ${c}) and order_id is not null`;
  expect(rows).toHaveLength(0);
  await sale.audit();
});

test('a seat that was deleted while it was held can neither be reserved again nor confirmed', async () => {
  const event = await makeEvent(sale.sql, { seats: 1 });
  const [ticket = ''] = event.tickets;
  const user = randomUUID();
  expect(await sale.reserve(ticket, user)).toBe('ok');
  await sale.sql`delete from tickets where uuid = ${ticket}`;
  expect(await sale.reserve(ticket, user)).toBe('ticket_not_available');
  expect(await sale.confirm(ticket, user, randomUUID())).toBe('ticket_not_reserved');
  await sale.sql`delete from events where uuid = ${event.uuid}`;
  expect(await sale.reserve(ticket, user)).toBe('ticket_not_available');
});

test('a seat that was deleted, and made anew in another event, is held there', async () => {
  const [one, two] = [await makeEvent(sale.sql, { seats: 1 }), await makeEvent(sale.sql, { seats: 1 })];
  const [ticket = ''] = one.tickets;
  expect(await sale.reserve(ticket, randomUUID())).toBe('ok');
  await sale.expire(ticket);
  await sale.sql`delete from tickets where uuid = ${ticket}`;
  await sale.sql`insert into tickets (uuid, event_id, seat, price) values (${ticket}, ${two.id}, 'B1', 500)`;
  const user = randomUUID();
  expect(await sale.reserve(ticket, user)).toBe('ok');
  expect(await sale.deps.locks.list(two.uuid)).toEqual([ticket]);
  expect(await sale.confirm(ticket, user, randomUUID())).toBe('ok');
  await sale.audit();
});

test('seats that were deleted, and made anew in another event, are refused together once, and then held there', async () => {
  const [one, two] = [await makeEvent(sale.sql, { seats: 2 }), await makeEvent(sale.sql, { seats: 1 })];
  const reserve = () => outcomeOf(reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: one.tickets }));
  await reserve();
  for (const ticket of one.tickets) await sale.expire(ticket);
  await sale.sql`delete from tickets where event_id = ${one.id}`;
  await sale.sql`insert into tickets (uuid, event_id, seat, price)
    select uuid, ${two.id}, uuid, 500 from unnest(${one.tickets}::text[]) uuid`;
  expect(await reserve()).toEqual({ code: 'ticket_not_available', conflicts: expect.arrayContaining(one.tickets) });
  expect(await reserve()).toMatchObject({ eventUuid: two.uuid, total: 1000 });
});

test('an event whose only order was declined can be deleted, and its buyer still sees the order', async () => {
  const { event, uuid, userUuid, a, b, c } = await held();
  const methodUuid = sandboxMethods.declined;
  expect(await outcomeOf(createOrder(sale.deps, { reservationUuid: uuid, methodUuid }))).toMatchObject({
    code: 'payment_declined',
  });
  await sale.sql`delete from events where uuid = ${event.uuid}`;
  const [order] = await sale.deps.orders.list({ userUuid, limit: 1 });
  expect(order).toMatchObject({ status: 'failed', total: 6000 });
  expect(order!.tickets.map((line) => [line.uuid, line.eventUuid, line.seat, line.price])).toEqual([
    [a, event.uuid, 'A1', 1000],
    [b, event.uuid, 'A2', 2000],
    [c, event.uuid, 'A3', 3000],
  ]);
  await sale.audit();
});

test('an event with money in it, paid, under way or given back, can’t be deleted, and says why', async () => {
  for (const method of [randomUUID(), sandboxMethods.requiresAction]) {
    const { event, uuid, userUuid } = await held();
    const { uuid: orderUuid } = await createOrder(sale.deps, { reservationUuid: uuid, methodUuid: method });
    const remove = async () => sale.sql`delete from events where uuid = ${event.uuid}`;
    await expect(remove()).rejects.toThrow('orders have bought, or are buying, 3 of its seats');
    if (method === sandboxMethods.requiresAction) continue;
    await refundOrder(sale.deps, { orderUuid, userUuid });
    await expect(remove()).rejects.toThrow('can’t be deleted'.replace('’', "'"));
  }
  await sale.audit();
});
