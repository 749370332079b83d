import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { postgresOrders } from '../../adapters/postgres/orders.ts';
import { postgresReservations } from '../../adapters/postgres/reservations.ts';
import { postgresTickets } from '../../adapters/postgres/tickets.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  confirmTicket,
  createOrder,
  extendReservation,
  outcomeOf,
  refundOrder,
  reserveBest,
  reserveTicket,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
} from '../../testing.ts';
import { seatChoices } from '../seats/best-choices.ts';

let sale: Sale;
/** A sale that ends an hour before the event. */
let early: SaleDeps;
beforeAll(async () => {
  sale = await startSale();
  const window = { salesEndBeforeStartMs: 3_600_000 };
  const tickets = postgresTickets(sale.db, window);
  const { locks } = sale.deps;
  early = {
    ...sale.deps,
    tickets,
    orders: postgresOrders(sale.db, window),
    reservations: postgresReservations(sale.db, window),
    seats: seatChoices({ locks, tickets, mayStrand: true }),
  };
});
afterAll(() => sale.drop());

const begin = (eventUuid: string, when: string) =>
  sale.sql`update events set date = now() + ${when}::interval where uuid = ${eventUuid}`;

/** Every way to hold the event's only free seat. */
const ways = (deps: SaleDeps, { uuid: eventUuid, tickets }: { uuid: string; tickets: string[] }) => {
  const userUuid = randomUUID();
  return [
    () => reserveTicket(deps, tickets[0]!, userUuid),
    () => reserveTickets(deps, { userUuid, ticketUuids: tickets }),
    () => reserveBest(deps, { userUuid, eventUuid, quantity: 1 }),
  ];
};

test.each([
  ['an event of yesterday', '-1 day', () => sale.deps],
  ['an event that begins now', '0', () => sale.deps],
  ['an event that begins within SALES_END_BEFORE_START', '59 minutes', () => early],
])('no seat of %s can be held', async (_, when, deps) => {
  const event = await makeEvent(sale.sql, { seats: 1 });
  await begin(event.uuid, when);
  const [single, ...others] = ways(deps(), event);
  // The original's message, for its clients; with a hint beside it.
  const refusal = await single!().catch((error) => error);
  expect([refusal.code, refusal.message]).toEqual(['sales_ended', 'Ticket is not available for reservation']);
  expect(refusal.details.hint).toContain('choose another event');
  for (const way of others) {
    const error = await way().catch((thrown) => thrown);
    expect([error.code, error.message]).toEqual(['sales_ended', expect.stringContaining('choose another event')]);
  }
  expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
});

test.each([
  ['a second before its start', '1 minute', () => sale.deps],
  ['before the margin', '61 minutes', () => early],
])('%s a seat is sold', async (_, when, deps) => {
  for (const way of [0, 1, 2]) {
    const event = await makeEvent(sale.sql, { seats: 1 });
    await begin(event.uuid, when);
    await ways(deps(), event)[way]!();
    expect(await sale.deps.locks.list(event.uuid)).toEqual(event.tickets);
  }
});

test('a hold from before the start is not bought after it, by either way; nothing is charged', async () => {
  const event = await makeEvent(sale.sql, { seats: 2 });
  const [single = '', other = ''] = event.tickets;
  const userUuid = randomUUID();
  await sale.reserve(single, userUuid);
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: [other] });
  await begin(event.uuid, '0');
  const methodUuid = randomUUID();
  expect(await outcomeOf(confirmTicket(sale.deps, { ticketUuid: single, userUuid, methodUuid }))).toMatchObject({
    code: 'sales_ended',
  });
  expect(await outcomeOf(createOrder(sale.deps, { reservationUuid, methodUuid }))).toEqual({ code: 'sales_ended' });
  expect(await sale.deps.orders.list({ userUuid, limit: 1 })).toEqual([]);
  await begin(event.uuid, '1 hour');
  expect(await createOrder(sale.deps, { reservationUuid, methodUuid })).toMatchObject({ status: 'paid' });
});

test('a reservation can be neither repeated nor extended after the start', async () => {
  const event = await makeEvent(sale.sql, { seats: 1 });
  const request = { userUuid: randomUUID(), ticketUuids: event.tickets };
  const { uuid } = await reserveTickets(sale.deps, request);
  await begin(event.uuid, '0');
  expect(await outcomeOf(reserveTickets(sale.deps, request))).toEqual({ code: 'sales_ended' });
  expect(await outcomeOf(extendReservation(sale.deps, uuid))).toEqual({ code: 'sales_ended' });
  await begin(event.uuid, '1 hour');
  expect(await reserveTickets(sale.deps, request)).toMatchObject({ uuid });
  expect(await extendReservation(sale.deps, uuid)).toMatchObject({ state: 'held' });
});

test('a payment that was under way at the start may finish', async () => {
  const event = await makeEvent(sale.sql, { seats: 1 });
  const userUuid = randomUUID();
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const order = () => createOrder(sale.deps, { reservationUuid, methodUuid: sandboxMethods.lostAnswer });
  expect(await order()).toMatchObject({ status: 'pending' });
  await begin(event.uuid, '-1 minute');
  await sale.sweep();
  expect(await order()).toMatchObject({ status: 'paid' });
  await sale.audit();
});

test('after the start a buyer can give nothing back, and an organiser can', async () => {
  const event = await makeEvent(sale.sql, { seats: 1 });
  const userUuid = randomUUID();
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const { uuid: orderUuid } = await createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() });
  const refund = (isOrganiser: boolean) =>
    outcomeOf(
      refundOrder(
        sale.deps,
        { orderUuid, userUuid },
        { ...(isOrganiser ? { is: 'organiser', organiserUuid: null } : { is: 'user' }), userUuid },
      ),
    );
  await begin(event.uuid, '0');
  expect(await refund(false)).toEqual({ code: 'event_begun' });
  expect(await outcomeOf(refundOrder(sale.deps, { orderUuid, userUuid }))).toEqual({ code: 'event_begun' });
  expect(await refund(true)).toMatchObject({ status: 'succeeded' });
  await sale.audit();
});

test('best seats of an event without tickets are sold out, and of an unknown event are not found', async () => {
  const event = await makeEvent(sale.sql, { seats: 0 });
  const best = (eventUuid: string) =>
    outcomeOf(reserveBest(sale.deps, { userUuid: randomUUID(), eventUuid, quantity: 1 }));
  expect(await best(event.uuid)).toEqual({ code: 'ticket_not_available', conflicts: [] });
  expect(await best(randomUUID())).toEqual({ code: 'event_not_found' });
});

test('best seats are of one currency', async () => {
  const event = await makeEvent(sale.sql, { seats: 4 });
  await sale.sql`update tickets set currency = 'EUR', price = 90000 where seat in ('A2', 'A4') and event_id = ${event.id}`;
  for (let times = 0; times < 2; times++) {
    const { tickets, currency } = await reserveBest(sale.deps, {
      userUuid: randomUUID(),
      eventUuid: event.uuid,
      quantity: 2,
    });
    expect(new Set(tickets.map(({ price }) => price)).size).toBe(1);
    expect(['EUR', 'USD']).toContain(currency);
  }
});

test('a choice that strands a seat is refused where it may not, and another is not', async () => {
  const event = await makeEvent(sale.sql, { seats: 5 });
  const [a, b, c, d, e] = event.tickets as [string, string, string, string, string];
  const careful: SaleDeps = { ...sale.deps, mayStrand: false };
  const choose = (deps: SaleDeps, ...ticketUuids: string[]) =>
    outcomeOf(reserveTickets(deps, { userUuid: randomUUID(), ticketUuids }));
  expect(await choose(careful, b, c)).toEqual({ code: 'seat_stranded', stranded: [a] });
  expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
  expect(await choose(careful, a, b)).toMatchObject({ eventUuid: event.uuid });
  expect(await choose(careful, d)).toEqual({ code: 'seat_stranded', stranded: [c, e] });
  expect(await choose(sale.deps, d)).toMatchObject({ eventUuid: event.uuid });
});
