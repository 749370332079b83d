import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  createOrder,
  extendReservation,
  findReservation,
  outcomeOf,
  reserveTicket,
  reserveTickets,
  type Sale,
  startSale,
} from '../../testing.ts';
import { paymentWindowMs } from '../payment/payment-window.ts';

// The lock store's clock can't be moved, so its locks are moved the other way.

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const minute = 60_000;
const { declined, requiresAction, lostAnswer } = sandboxMethods;

async function held(ttlMs: number) {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats: 2 });
  const deps = { ...sale.deps, lockTtlMs: ttlMs };
  const { uuid } = await reserveTickets(deps, { userUuid, ticketUuids: event.tickets });
  const order = (methodUuid: string) => outcomeOf(createOrder(deps, { reservationUuid: uuid, methodUuid }));
  const see = () => findReservation(deps, uuid);
  const pass = (ms: number) => sale.sql`
    update ticket_locks set expires_at = expires_at - ${ms} * interval '1 ms', held_until = held_until - ${ms} * interval '1 ms'
    where event_uuid = ${event.uuid}`;
  const locked = async () => (await sale.deps.locks.list(event.uuid)).length;
  return { event, deps, uuid, order, see, pass, locked };
}

test('declined cards extend no hold: it ends at its time, however many were tried', async () => {
  const { order, see, pass, locked } = await held(minute);
  const before = await see();
  for (let times = 0; times < 3; times++) {
    expect(await order(declined)).toMatchObject({ code: 'payment_declined' });
    expect(await see()).toEqual(before);
  }
  await pass(minute);
  expect(await see()).toMatchObject({ state: 'ended' });
  expect(await locked()).toBe(0);
  expect(await order(randomUUID())).toEqual({ code: 'reservation_expired' });
});

test('a payment that began in time may finish after the hold’s end, and its seats stay locked meanwhile', async () => {
  const { event, order, see, pass, locked } = await held(minute);
  expect(await order(lostAnswer)).toMatchObject({ status: 'pending' });
  await pass(minute + 1000);
  expect(await locked()).toBe(2);
  expect(await see()).toMatchObject({ state: 'ended' });
  expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ticket_not_available');
  await sale.sweep();
  expect(await order(randomUUID())).toMatchObject({ status: 'paid' });
  expect(await locked()).toBe(0);
});

test('no payment begins after the hold’s end, though one before it has kept the seats', async () => {
  const { event, order, pass, locked } = await held(minute);
  expect(await order(requiresAction)).toMatchObject({ status: 'pending' });
  await pass(minute + 1000);
  // The bank refuses: the seats are free at once, and not only at the end of the payment's time.
  await sale.sweep();
  expect(await locked()).toBe(0);
  expect(await order(randomUUID())).toEqual({ code: 'reservation_expired' });
  expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ok');
});

test('the lock lasts for two minutes from the begin of a payment, and a hold that ends later is as it was', async () => {
  expect(paymentWindowMs).toBe(2 * minute);
  const short = await held(minute);
  await short.order(requiresAction);
  await short.pass(paymentWindowMs - 5000);
  expect(await short.locked()).toBe(2);
  await short.pass(10_000);
  expect(await short.locked()).toBe(0);
  const long = await held(15 * minute);
  const before = await long.see();
  await long.order(declined);
  expect(await long.see()).toEqual(before);
  await sale.sweep();
});

test('where no payment begins, for the sale has ended or a seat is gone, the lock ends with the hold', async () => {
  const ended = await held(minute);
  await sale.sql`update events set date = now() where uuid = ${ended.event.uuid}`;
  expect(await ended.order(randomUUID())).toEqual({ code: 'sales_ended' });
  const gone = await held(minute);
  await sale.sql`update tickets set status = 'booked' where uuid = ${gone.event.tickets[0]!}`;
  expect(await gone.order(randomUUID())).toMatchObject({ code: 'ticket_not_available' });
  const [ticket = ''] = (await makeEvent(sale.sql, { seats: 1 })).tickets;
  const userUuid = randomUUID();
  await reserveTicket(gone.deps, ticket, userUuid);
  await sale.sql`update events set date = now() where id = (select event_id from tickets where uuid = ${ticket})`;
  expect(await sale.confirm(ticket, userUuid, randomUUID())).toBe('sales_ended');
  await sale.sql`update ticket_locks set expires_at = expires_at - interval '61 seconds' where ticket_uuid = ${ticket}`;
  for (const one of [ended, gone]) {
    expect(await one.locked()).toBe(2);
    await one.pass(minute + 1000);
    expect(await one.locked()).toBe(0);
  }
  expect(await sale.sql`select from ticket_locks where ticket_uuid = ${ticket} and expires_at > now()`).toHaveLength(0);
});

test('an extension adds the full time, once, also beside a payment', async () => {
  const { deps, uuid, order, pass, see } = await held(minute);
  await pass(minute / 2);
  expect(await extendReservation(deps, uuid)).toMatchObject({ state: 'held' });
  expect(await order(declined)).toMatchObject({ code: 'payment_declined' });
  await pass(minute - 5000);
  expect(await see()).toMatchObject({ state: 'held' });
  expect(await outcomeOf(extendReservation(deps, uuid))).toEqual({ code: 'reservation_extended' });
  await pass(5000);
  expect(await see()).toMatchObject({ state: 'ended' });
});

test('the original’s confirm begins no payment after the hold’s end either', async () => {
  const { tickets } = await makeEvent(sale.sql, { seats: 1 });
  const [ticket = ''] = tickets;
  const user = randomUUID();
  await sale.reserve(ticket, user);
  const pass = () => sale.sql`
    update ticket_locks set expires_at = expires_at - interval '15 minutes', held_until = held_until - interval '15 minutes'
    where ticket_uuid = ${ticket}`;
  await sale.sql`update ticket_locks set expires_at = now() + interval '15 minutes' where ticket_uuid = ${ticket}`;
  await sale.sql`update ticket_locks set expires_at = expires_at - interval '14 minutes' where ticket_uuid = ${ticket}`;
  for (let times = 0; times < 2; times++) expect(await sale.confirm(ticket, user, declined)).toBe('payment_declined');
  await pass();
  expect(await sale.confirm(ticket, user, randomUUID())).toBe('ticket_not_reserved');
  expect(await sale.reserve(ticket, randomUUID())).toBe('ok');
});
