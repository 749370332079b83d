import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Running } from '../../shared/process/lifecycle.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { sweepTimes } from './config.ts';
import { start } from './main.ts';

/** A service for each test, on one database, started as `main.ts` starts it: every variable has its effect. */
let database: TestDatabase;
const running: Running[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await database.drop();
});

async function service(more: Record<string, string>) {
  const usual = { ...postgresEnv(database.config), SERVER_ADDR: '127.0.0.1:0', LOG_LEVEL: 'fatal' };
  const one = await start({ ...usual, ...more });
  running.push(one);
  return async (path: string, body: object): Promise<{ status: number; json: Record<string, unknown> }> => {
    const response = await fetch(`http://127.0.0.1:${one.port}/api/v1/booking/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
}

const some = (seats: number, inHours = 720) =>
  makeEvent(database.sql, { seats, date: new Date(Date.now() + inHours * 3_600_000) });

test('TICKET_LOCK_TTL_SECONDS sets how long seats are held', async () => {
  const post = await service({ TICKET_LOCK_TTL_SECONDS: '120' });
  const { tickets } = await some(1);
  const before = Date.now();
  const { json } = await post('reservations', { user_uuid: randomUUID(), ticket_uuids: tickets });
  const seconds = (Date.parse(json.expires_at as string) - before) / 1000;
  expect(seconds).toBeGreaterThan(115);
  expect(seconds).toBeLessThan(180);
});

test('MAX_TICKETS_PER_USER limits the tickets of a user', async () => {
  const post = await service({ MAX_TICKETS_PER_USER: '2' });
  const { tickets } = await some(3);
  const hold = (count: number) =>
    post('reservations', { user_uuid: randomUUID(), ticket_uuids: tickets.slice(0, count) });
  expect((await hold(3)).json.error).toBe('too_many_tickets');
  expect((await hold(2)).status).toBe(201);
});

test('SALES_END_BEFORE_START ends the sale, of named and of best seats', async () => {
  const post = await service({ SALES_END_BEFORE_START: '2h' });
  const [late, early] = [await some(2, 1), await some(2, 3)];
  const hold = (ticket_uuids: string[]) => post('reservations', { user_uuid: randomUUID(), ticket_uuids });
  const best = (event_uuid: string) => post('reservations', { user_uuid: randomUUID(), event_uuid, quantity: 1 });
  expect((await hold(late.tickets.slice(0, 1))).json.error).toBe('sales_ended');
  expect((await best(late.uuid)).json.error).toBe('sales_ended');
  expect((await hold(early.tickets.slice(0, 1))).status).toBe(201);
  expect((await best(early.uuid)).status).toBe(201);
});

test.each([
  ['refuse', 409],
  ['allow', 201],
])('STRANDED_SEATS=%s decides about a choice that leaves a seat alone', async (word, status) => {
  const post = await service({ STRANDED_SEATS: word });
  const { tickets } = await some(4);
  const held = await post('reservations', { user_uuid: randomUUID(), ticket_uuids: tickets.slice(1, 3) });
  expect([held.status, held.json.error]).toEqual([status, status === 409 ? 'seat_stranded' : undefined]);
});

test.each([
  ['0', 409],
  ['1h', 201],
])('REFUND_WINDOW=%s decides whether an order is given back', async (window, status) => {
  const post = await service({ REFUND_WINDOW: window });
  const user_uuid = randomUUID();
  const { tickets } = await some(1);
  const { json: held } = await post('reservations', { user_uuid, ticket_uuids: tickets });
  const order = { reservation_uuid: held.uuid, payment_method_uuid: randomUUID() };
  const { json: bought } = await post('orders', order);
  expect((await post(`orders/${bought.uuid}/refunds`, { user_uuid })).status).toBe(status);
});

test('PAYMENT_SWEEP_AFTER and PAYMENT_ACTION_TIMEOUT set when a sweep takes an order', () => {
  const config = { PAYMENT_SWEEP_AFTER: 60_000, PAYMENT_ACTION_TIMEOUT: 600_000 };
  expect(sweepTimes(config)).toEqual({ ageMs: 60_000, actionMs: 600_000 });
});

test('a process whose payments another provider must end is not ready', async () => {
  await database.sql`
    with o as (
      insert into orders (user_uuid, total, currency) values (${randomUUID()}, 500, 'USD') returning id
    )
    insert into payments (order_id, method_uuid, amount, currency, provider)
    select id, ${randomUUID()}, 500, 'USD', 'stripe:live' from o`;
  await service({});
  const ready = () => fetch(`http://127.0.0.1:${running.at(-1)!.port}/readyz`);
  const answer = await ready();
  expect([answer.status, await answer.json()]).toMatchObject([503, { dependencies: { payments: 'unavailable' } }]);
  await database.sql`update payments set status = 'voided' where provider = 'stripe:live'`;
  expect((await ready()).status).toBe(200);
});
