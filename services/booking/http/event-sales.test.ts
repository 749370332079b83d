import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Caller } from '../../../shared/auth/actor.ts';
import { makeEvent } from '../../../shared/testing/factories.ts';
import { postgresEventSales } from '../adapters/postgres/event-sales.ts';
import { sandboxMethods } from '../adapters/sandbox/sandbox-payments.ts';
import { appOver } from '../app.harness.ts';
import { createOrder, refundOrder, reserveTickets, type Sale, startSale } from '../testing.ts';

const caller = { now: { is: 'admin', userUuid: randomUUID() } as Caller };
const identities = { verify: async () => caller.now };

let sale: Sale;
let app: ReturnType<typeof appOver>;
beforeAll(async () => {
  sale = await startSale();
  app = appOver(sale, { identities });
});
afterAll(() => sale.drop());

const base = '/api/v1/booking';
const send = async (path: string, init: RequestInit = {}): Promise<Response> =>
  app.request(`${base}${path}`, { ...init, headers: { Authorization: 'Bearer x', ...init.headers } });

type Json = { [member: string]: unknown };
const get = async (path: string) => (await (await send(path)).json()) as Json;
const as = async (who: Caller, path: string, init?: RequestInit) => {
  const before = caller.now;
  caller.now = who;
  const response = await send(path, init);
  caller.now = before;
  return [response.status, ((await response.json().catch(() => ({}))) as Json).error];
};

async function buy(ticketUuids: string[], methodUuid: string = randomUUID(), userUuid: string = randomUUID()) {
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids });
  return createOrder(sale.deps, { reservationUuid, methodUuid });
}

/**
 * An event of twelve seats in two categories. Sold: A1 and A2 (A2 for a child), A3 (given back), A4 (its refund is not
 * confirmed), A5; being paid: A7; held: A8; held back: A9.
 */
async function sold() {
  const event = await makeEvent(sale.sql, { seats: 12, price: 10_000 });
  const [a1, a2, a3, a4, a5, , a7, a8, a9] = event.tickets as [string, ...string[]];
  const { sql } = sale;
  await sql`update tickets set category = case when seat in ('A1', 'A2', 'A3') then 'Front' else 'Rear' end
    where event_id = ${event.id}`;
  const [rate] = await sql<{ id: number; uuid: string }[]>`
    insert into rates (event_id, name) values (${event.id}, 'Child') returning id, uuid`;
  const buyer = randomUUID();
  const pair = await buy([a1, a2!], undefined, buyer);
  await sql`update order_tickets set rate_id = ${rate!.id} where ticket_id = (select id from tickets where uuid = ${a2!})`;
  const back = await buy([a3!]);
  await refundOrder(sale.deps, { orderUuid: back.uuid, userUuid: back.userUuid });
  const waiting = await buy([a4!]);
  await sale.deps.refunds.open({ uuid: randomUUID(), orderUuid: waiting.uuid, provider: 'sandbox' });
  const single = await buy([a5!]);
  const pending = await buy([a7!], sandboxMethods.lostRequest);
  await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: [a8!] });
  const [hold] = await sql`insert into hold_backs (event_id, name) values (${event.id}, 'Sponsor') returning id`;
  await sql`update tickets set hold_back_id = ${hold!.id} where uuid = ${a9!}`;
  const orders = { pair, back, waiting, single, pending };
  return { ...event, buyer, rate: { uuid: rate!.uuid, name: 'Child' }, orders };
}

type Sold = Awaited<ReturnType<typeof sold>>;
let event: Sold;
let path: string;
beforeAll(async () => {
  event = await sold();
  path = `/events/${event.uuid}`;
});

describe('the sales of an event', () => {
  test('count each ticket once, and the money by category and rate', async () => {
    const { series, ...sales } = await get(`${path}/sales`);
    expect(sales).toEqual({
      event_uuid: event.uuid,
      currency: 'USD',
      tickets: { total: 12, sold: 3, pending: 1, held: 1, held_back: 1, free: 6 },
      money: [{ currency: 'USD', revenue: 50_000, refunded: 20_000, refunds_pending: 10_000, net: 30_000 }],
      categories: [
        { category: 'Front', total: 3, sold: 2, pending: 0, held: 0, held_back: 0, free: 1 },
        { category: 'Rear', total: 9, sold: 1, pending: 1, held: 1, held_back: 1, free: 5 },
      ],
      rates: [
        {
          ...{ category: 'Front', rate: null, currency: 'USD', tickets: 1 },
          ...{ revenue: 20_000, refunded: 10_000, refunds_pending: 0 },
        },
        {
          ...{ category: 'Front', rate: event.rate, currency: 'USD', tickets: 1 },
          ...{ revenue: 10_000, refunded: 0, refunds_pending: 0 },
        },
        {
          ...{ category: 'Rear', rate: null, currency: 'USD', tickets: 1 },
          ...{ revenue: 20_000, refunded: 10_000, refunds_pending: 10_000 },
        },
      ],
    });
    expect(series).toHaveLength(60);
  });

  test('have a series of whole minutes or hours up to now, those without a sale too', async () => {
    const other = await makeEvent(sale.sql, { seats: 3 });
    const [now, hourAgo, longAgo] = await Promise.all(other.tickets.map((ticket) => buy([ticket])));
    const age = (uuid: string, by: string) =>
      sale.sql`update orders set created_at = date_trunc('hour', now()) - ${by}::interval where uuid = ${uuid}`;
    await age(now!.uuid, '0');
    await age(hourAgo!.uuid, '1 minute');
    await age(longAgo!.uuid, '3 hours');
    const { series } = (await get(`/events/${other.uuid}/sales?per=hour&last=3`)) as { series: Json[] };
    expect(series.map(({ tickets, revenue }) => [tickets, revenue])).toEqual([
      [0, 0],
      [1, 35_000],
      [1, 35_000],
    ]);
    const starts = series.map(({ from }) => Date.parse(from as string));
    expect([starts[0]! % 3_600_000, starts[2]! - starts[0]!]).toEqual([0, 7_200_000]);
  });

  test('of an event without tickets are nothing', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 0 });
    expect(await get(`/events/${uuid}/sales?last=1`)).toMatchObject({
      ...{ currency: null, money: [], categories: [], rates: [], series: [{ tickets: 0, revenue: 0 }] },
      tickets: { total: 0, sold: 0, pending: 0, held: 0, held_back: 0, free: 0 },
    });
  });
});

/** The orders by their names here. */
const names = (orders: unknown) =>
  (orders as { uuid: string }[]).map(
    ({ uuid }) => Object.entries(event.orders).find(([, one]) => one.uuid === uuid)?.[0] ?? uuid,
  );
const newest = ['pending', 'single', 'waiting', 'back', 'pair'];

describe.each([
  ['that know their event', true],
  ['of the release before', false],
])('orders %s', (_, known) => {
  beforeAll(async () => {
    await sale.sql`update orders set event_id = ${
      known
        ? sale.sql`coalesce((
      select t.event_id from order_tickets ot join tickets t on t.id = ot.ticket_id where ot.order_id = orders.id limit 1
    ), 0)`
        : null
    }`;
    app = appOver(sale, { identities, eventSales: postgresEventSales(sale.db) });
  });

  test('come in pages, the newest first', async () => {
    const first = await get(`${path}/orders?limit=3`);
    expect(names(first.orders)).toEqual(newest.slice(0, 3));
    const second = await get(`${path}/orders?limit=3&cursor=${first.next_cursor}`);
    expect([names(second.orders), second.next_cursor]).toEqual([newest.slice(3), null]);
    const other = await buy((await makeEvent(sale.sql, { seats: 1 })).tickets);
    for (const cursor of [randomUUID(), other.uuid]) {
      expect(await get(`${path}/orders?cursor=${cursor}`)).toMatchObject({ issues: [{ path: 'cursor' }] });
    }
  });

  test('are shown with their buyer, tickets and refunds', async () => {
    const { orders } = (await get(`${path}/orders?seat=A2`)) as { orders: Json[] };
    expect(orders).toEqual([
      {
        ...{ uuid: event.orders.pair.uuid, user_uuid: event.buyer, status: 'paid', total: 20_000, refunded: 0 },
        ...{ currency: 'USD', created_at: expect.any(String) },
        tickets: ['A1', 'A2'].map((seat, i) => ({
          ...{ uuid: event.tickets[i]!, seat, category: 'Front', price: 10_000 },
          ...{ rate: i === 1 ? event.rate : null, refunded: false },
        })),
      },
    ]);
  });

  test('meet each filter', async () => {
    const [hourAgo, soon] = [-3_600_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
    for (const [query, found] of [
      ['status=refunded', ['waiting', 'back']],
      ['status=paid', ['single', 'pair']],
      [`user_uuid=${event.buyer}`, ['pair']],
      [`rate_uuid=${event.rate.uuid}`, ['pair']],
      ['seat=A5', ['single']],
      ['seat=A5&status=failed', []],
      [`from=${hourAgo}&to=${soon}`, newest],
      [`from=${soon}`, []],
      [`to=${hourAgo}`, []],
    ] as const) {
      expect([query, names((await get(`${path}/orders?${query}`)).orders)]).toEqual([query, [...found]]);
    }
    const bad = await send(`${path}/orders?from=yesterday&status=gone`);
    expect([bad.status, ((await bad.json()) as { issues: Json[] }).issues.map((issue) => issue.path)]).toEqual([
      ...[400, ['status', 'from']],
    ]);
  });
});

test('the story of an order has every step of it, of its payment and its refunds', async () => {
  const { back } = event.orders;
  const { refunds, steps, ...order } = (await get(`/orders/${back.uuid}/history`)) as {
    refunds: Json[];
    steps: { refund: Json | null; cause: string }[];
  };
  expect(order).toMatchObject({
    ...{ uuid: back.uuid, event_uuid: event.uuid, user_uuid: back.userUuid, status: 'refunded', total: 10_000 },
    payment: { provider: 'sandbox', amount: 10_000, disputed_at: null },
  });
  expect(refunds).toMatchObject([{ status: 'succeeded', amount: 10_000, seats: ['A3'] }]);
  const causes = steps.map(({ cause }) => cause);
  expect(causes.slice(0, 2)).toEqual(['claimed', 'payment authorised']);
  expect(causes).toContain('tickets given back');
  expect(steps.find(({ cause }) => cause === 'money given back')!.refund).toEqual({
    ...{ uuid: refunds[0]!.uuid, status: 'succeeded' },
  });
});

describe('an export', () => {
  const lines = async (file: string) => (await (await send(`${path}/${file}`)).text()).split('\r\n');

  test('of orders has a line for each, with amounts as numbers and decimals', async () => {
    const [head, ...rows] = await lines('orders.csv');
    expect(head).toBe(
      'order_uuid,user_uuid,status,created_at,tickets,seats,currency,total,total_decimal,refunded,refunded_decimal,net,net_decimal',
    );
    expect(rows.pop()).toBe('');
    expect(rows.map((row) => row.split(',').slice(4).join(','))).toEqual([
      '1,A7,USD,10000,100.00,0,0.00,0,0.00',
      '1,A5,USD,10000,100.00,0,0.00,10000,100.00',
      '1,A4,USD,10000,100.00,10000,100.00,0,0.00',
      '1,A3,USD,10000,100.00,10000,100.00,0,0.00',
      '2,A1 | A2,USD,20000,200.00,0,0.00,20000,200.00',
    ]);
    expect((await lines('orders.csv?status=paid')).length).toBe(4);
  });

  test('of tickets has every one, in the order of the plan, and no formula', async () => {
    await sale.sql`update tickets set place = 0 where uuid = ${event.tickets[11]!}`;
    await sale.sql`update tickets set category = '=HYPERLINK("x")' where uuid = ${event.tickets[10]!}`;
    const [head, ...rows] = await lines('tickets.csv');
    expect(head).toBe(
      'ticket_uuid,seat,category,status,rate,currency,price,price_decimal,order_uuid,user_uuid,bought_at',
    );
    expect(rows.map((row) => row.split(',').slice(1, 5).join(','))).toEqual([
      ...['A12,Rear,free,', 'A1,Front,sold,', 'A2,Front,sold,Child', 'A3,Front,free,', 'A4,Rear,free,'],
      ...['A5,Rear,sold,', 'A6,Rear,free,', 'A7,Rear,pending,', 'A8,Rear,held,', 'A9,Rear,held_back,'],
      ...['A10,Rear,free,', `A11,"'=HYPERLINK(""x"")",free,`, ''],
    ]);
  });

  test('is a file of UTF-8, with a byte order mark on request', async () => {
    const response = await send(`${path}/tickets.csv?bom=true`);
    expect([...(await response.bytes()).slice(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 't'.charCodeAt(0)]);
    expect(['Content-Type', 'Content-Disposition'].map((name) => response.headers.get(name))).toEqual([
      ...['text/csv; charset=utf-8; header=present', `attachment; filename="tickets-${event.uuid}.csv"`],
    ]);
    const head = await send(`${path}/orders.csv`, { method: 'HEAD' });
    expect([head.status, head.headers.get('Content-Length'), await head.text()]).toEqual([200, null, '']);
  });
});

describe('an event and its sales', () => {
  const post = (body = '{}'): RequestInit => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
    body,
  });
  const date = JSON.stringify({ date: '2099-01-01T20:00:00+01:00' });
  let own: { uuid: string; order: string; buyer: string };
  let [mine, theirs] = ['', ''];
  beforeAll(async () => {
    const organisers = await sale.sql<{ id: number; uuid: string }[]>`
      insert into organisers (name) values ('One'), ('Another') returning id, uuid`;
    [mine = '', theirs = ''] = organisers.map(({ uuid }) => uuid);
    const { uuid, tickets } = await makeEvent(sale.sql, { seats: 1 });
    const order = await buy(tickets);
    await sale.sql`update events set organiser_id = ${organisers[0]!.id} where uuid = ${uuid}`;
    own = { uuid, order: order.uuid, buyer: order.userUuid };
  });

  const key = (organiserUuid: string, ...scopes: ('read' | 'sell' | 'manage' | 'check-in')[]): Caller => ({
    ...{ is: 'key', keyUuid: randomUUID(), organiserUuid, scopes },
  });
  const person = (organiserUuid: string | null): Caller => ({
    ...{ is: 'organiser', userUuid: randomUUID(), organiserUuid },
  });

  test.each([
    ['a person of its organiser', () => person(mine), 200, 200],
    ['a key that may read', () => key(mine, 'read'), 200, 403],
    ['a key that may sell', () => key(mine, 'sell'), 200, 403],
    ['a key that may manage', () => key(mine, 'manage'), 403, 200],
    ['a key of another organiser', () => key(theirs, 'read', 'sell', 'manage', 'check-in'), 404, 404],
    ['a person of the platform', () => person(null), 404, 404],
    ['its buyer', (): Caller => ({ is: 'user', userUuid: own.buyer }), 403, 403],
    ['an administrator', (): Caller => ({ is: 'admin', userUuid: randomUUID() }), 200, 200],
  ] as const)('are open to %s: %s', async (_, who, seen, changed) => {
    const paths = [...['sales', 'orders', 'orders.csv', 'tickets.csv'].map((file) => `/events/${own.uuid}/${file}`)];
    for (const one of [...paths, `/orders/${own.order}/history`]) {
      expect([one, (await as(who(), one))[0]]).toEqual([one, seen]);
    }
    expect((await as(who(), `/events/${own.uuid}/reschedule`, post(date)))[0]).toBe(changed);
    const [cancelled, code] = await as(who(), `/events/${randomUUID()}/cancel`, post());
    expect([cancelled, code]).toEqual(who().is === 'user' ? [403, 'forbidden'] : [404, 'event_not_found']);
    expect((await as(who(), `/operations/${randomUUID()}`))[0]).toBe(who().is === 'user' ? 403 : 404);
  });

  test('are cancelled once under a key, and the operation tells how far', async () => {
    const request = post('{"reason":"Rain"}');
    const answers = await Promise.all([1, 2].map(() => send(`/events/${own.uuid}/cancel`, request)));
    const first = answers.find(({ status }) => status === 202)!;
    const operation = (await first.json()) as Json;
    expect(operation).toMatchObject({ kind: 'refunds', event_uuid: own.uuid, status: 'running', done: 0, total: 1 });
    expect(first.headers.get('Location')).toBe(`${base}/operations/${operation.uuid}`);
    expect(await get(`/operations/${operation.uuid}`)).toEqual(operation);
    expect((await send(`/events/${own.uuid}/cancel`, post()).then((one) => one.json())) as Json).toMatchObject({
      ...{ error: 'event_cancelled', event_status: 'cancelled' },
    });
  });

  test('are postponed under a key, and a repetition gets the first response', async () => {
    const { uuid } = await makeEvent(sale.sql, { seats: 1 });
    const request = post('{"refund_until":"2099-01-01T00:00:00Z"}');
    const bodies = [];
    for (let times = 0; times < 2; times++) bodies.push(await (await send(`/events/${uuid}/postpone`, request)).text());
    expect(bodies[1]).toBe(bodies[0]!);
    expect(JSON.parse(bodies[0]!)).toMatchObject({
      ...{ uuid, status: 'postponed', refund_until: '2099-01-01T00:00:00.000Z', previous_dates: [], sequence: 1 },
    });
  });
});
