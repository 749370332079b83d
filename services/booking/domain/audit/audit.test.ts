import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { postgresBooks } from '../../adapters/postgres/books.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import { createOrder, refundOrder, reserveTickets, type Sale, startSale } from '../../testing.ts';
import { type AuditDeps, type AuditRule, audit, auditLive } from './audit.ts';

let sale: Sale;
let deps: AuditDeps;
beforeAll(async () => {
  sale = await startSale();
  deps = { books: postgresBooks(sale.db), payments: sale.deps.payments, locks: sale.deps.locks };
});
afterAll(() => sale.drop());

const minute = { ageMs: 60_000, actionMs: 0 };
const anyAge = { ageMs: -1000, actionMs: 0 };

async function bought(seats = 2, methodUuid: string = randomUUID()) {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats });
  const reservation = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const order = await createOrder(sale.deps, { reservationUuid: reservation.uuid, methodUuid });
  return { event, order, userUuid };
}

test('nothing is found in a sound sale, whatever state it is in', async () => {
  await bought();
  await bought(1, sandboxMethods.lostAnswer);
  const { event, order, userUuid } = await bought(3);
  await refundOrder(sale.deps, { orderUuid: order.uuid, userUuid, ticketUuids: [event.tickets[0]!] });
  await reserveTickets(sale.deps, { userUuid, ticketUuids: [event.tickets[0]!] });
  expect(await audit(deps, minute)).toEqual([]);
});

const aged = (orderUuid: string, by: string) => `alter table orders disable trigger orders_touch;
  update orders set updated_at = now() - interval '${by}' where uuid = '${orderUuid}';
  alter table orders enable trigger orders_touch`;

/** Each way to break the books, undone afterwards; the rule that must be reported, for the order or the ticket. */
const spoilt: [AuditRule, (made: Awaited<ReturnType<typeof bought>>) => [spoil: string, undo: string, uuid: string]][] =
  [
    [
      'sold twice',
      ({ event, order }) => [
        `insert into order_tickets (order_id, ticket_id, price) select o.id, t.id, 0 from orders o, tickets t
        where o.uuid <> '${order.uuid}' and o.status = 'paid' and t.uuid = '${event.tickets[0]}' limit 1`,
        `delete from order_tickets where price = 0`,
        event.tickets[0]!,
      ],
    ],
    [
      'booked without a paid order',
      ({ event, order }) => [
        `update tickets set order_id = null where uuid = '${event.tickets[0]}'`,
        `update tickets set order_id = (select id from orders where uuid = '${order.uuid}') where uuid = '${event.tickets[0]}'`,
        event.tickets[0]!,
      ],
    ],
    [
      'paid without its ticket',
      ({ event, order }) => [
        `update tickets set status = 'available' where uuid = '${event.tickets[0]}'`,
        `update tickets set status = 'booked' where uuid = '${event.tickets[0]}'`,
        order.uuid,
      ],
    ],
    [
      'claimed by an order that has ended',
      ({ event, order }) => [
        `update orders set status = 'failed' where uuid = '${order.uuid}'`,
        `update orders set status = 'paid' where uuid = '${order.uuid}'`,
        event.tickets[0]!,
      ],
    ],
    [
      'order pending for too long',
      ({ order }) => [
        `update orders set status = 'pending', created_at = now() - interval '1 hour' where uuid = '${order.uuid}'`,
        `update orders set status = 'paid' where uuid = '${order.uuid}'`,
        order.uuid,
      ],
    ],
    [
      'authorised and not captured for too long',
      ({ order }) => [aged(order.uuid, '1 hour'), aged(order.uuid, '0'), order.uuid],
    ],
    [
      'payment does not fit its order',
      ({ order }) => [
        `update payments set status = 'declined' where order_id = (select id from orders where uuid = '${order.uuid}')`,
        `update payments set status = 'authorised' where order_id = (select id from orders where uuid = '${order.uuid}')`,
        order.uuid,
      ],
    ],
    [
      'history does not match',
      ({ order }) => [
        `update order_history set payment_status = 'succeeded' where payment_status = 'authorised'
        and order_id = (select id from orders where uuid = '${order.uuid}')`,
        `update order_history set payment_status = 'authorised' where payment_status = 'succeeded'
        and order_id = (select id from orders where uuid = '${order.uuid}')`,
        order.uuid,
      ],
    ],
    [
      'lock on a sold ticket',
      ({ event, order }) => [
        `insert into ticket_locks values ('${event.tickets[0]}', '${event.uuid}', 'left', 'token', now() + interval '1 hour');
        ${aged(order.uuid, '1 hour')}`,
        `delete from ticket_locks where owner = 'left'; ${aged(order.uuid, '0')}`,
        event.tickets[0]!,
      ],
    ],
    [
      'wrong total',
      ({ order }) => [
        `update orders set total = total + 1 where uuid = '${order.uuid}'`,
        `update orders set total = total - 1 where uuid = '${order.uuid}'`,
        order.uuid,
      ],
    ],
    [
      'wrong total',
      ({ order, event }) => [
        `update order_tickets set order_id = (select min(id) from orders where uuid <> '${order.uuid}'), price = 0
        where ticket_id = (select id from tickets where uuid = '${event.tickets[0]}')`,
        `update order_tickets set order_id = (select id from orders where uuid = '${order.uuid}'), price = 35000
        where ticket_id = (select id from tickets where uuid = '${event.tickets[0]}')`,
        order.uuid,
      ],
    ],
    [
      'wrong total',
      ({ order }) => [
        `update order_tickets set order_id = (select min(id) from orders where uuid <> '${order.uuid}'), price = -price
        where order_id = (select id from orders where uuid = '${order.uuid}')`,
        `update order_tickets set order_id = (select id from orders where uuid = '${order.uuid}'), price = -price
        where price < 0`,
        order.uuid,
      ],
    ],
    [
      'wrong total',
      ({ order }) => [
        `update payments set amount = amount + 1 where order_id = (select id from orders where uuid = '${order.uuid}')`,
        `update payments set amount = amount - 1 where order_id = (select id from orders where uuid = '${order.uuid}')`,
        order.uuid,
      ],
    ],
    [
      'price differs from its reservation',
      ({ order }) => [
        `update reservation_tickets set price = price + 1 where reservation_id = (select reservation_id from orders where uuid = '${order.uuid}')`,
        `update reservation_tickets set price = price - 1 where reservation_id = (select reservation_id from orders where uuid = '${order.uuid}')`,
        order.uuid,
      ],
    ],
    [
      'code used too often',
      () => [
        `with p as (
          insert into presales (event_id, name, starts_at, ends_at)
          select max(id), 'Fans', now(), now() + interval '1 day' from events returning id
        ), c as (
          insert into access_codes (uuid, presale_id, code, max_uses) select 'c', id, 'C', 1 from p returning id
        )
        update reservations set access_code_id = (select id from c)
        where id in (select reservation_id from orders where status = 'paid' order by id desc limit 2)`,
        `delete from presales; update reservations set access_code_id = null`,
        'c',
      ],
    ],
    [
      'rate sold too often',
      ({ order }) => [
        `with r as (
          insert into rates (uuid, event_id, name, max_tickets, updated_at)
          select 'r', max(id), 'Child', 1, '-infinity' from events returning id
        ), h as (
          update reservation_tickets set rate_id = (select id from r)
          where reservation_id = (select reservation_id from orders where uuid = '${order.uuid}')
        )
        update order_tickets set rate_id = (select id from r)
        where order_id = (select id from orders where uuid = '${order.uuid}')`,
        `update reservation_tickets set rate_id = null; update order_tickets set rate_id = null; delete from rates`,
        'r',
      ],
    ],
    [
      'tickets of a disputed payment',
      ({ order }) => [
        `update sandbox_charges set disputed = true where key = '${order.uuid}'`,
        `update sandbox_charges set disputed = false where key = '${order.uuid}'`,
        order.uuid,
      ],
    ],
    [
      'money does not match',
      ({ order }) => [
        `update sandbox_charges set amount = amount + 1 where key = '${order.uuid}'`,
        `update sandbox_charges set amount = amount - 1 where key = '${order.uuid}'`,
        order.uuid,
      ],
    ],
    [
      'money without an order',
      () => [
        `insert into sandbox_charges values ('astray', 500, 'USD', 'succeeded', now())`,
        `delete from sandbox_charges where key = 'astray'`,
        'astray',
      ],
    ],
  ];

test.each(spoilt)('%s is found', async (rule, how) => {
  await bought();
  const [spoil, undo, uuid] = how(await bought());
  expect(await audit(deps, minute)).toEqual([]);
  await sale.sql.unsafe(spoil);
  expect(
    (await audit(deps, minute)).filter((finding) => finding.rule === rule).map((finding) => finding.uuid),
  ).toContain(uuid);
  await sale.sql.unsafe(undo);
  expect(await audit(deps, minute)).toEqual([]);
});

test('a rate whose maximum became less than was sold before is no fault', async () => {
  const { order } = await bought();
  await sale.sql`
    with r as (
      insert into rates (event_id, name, max_tickets) select max(id), 'Child', 1 from events returning id
    ), h as (
      update reservation_tickets set rate_id = r.id from r
      where reservation_id = (select reservation_id from orders where uuid = ${order.uuid})
    )
    update order_tickets set rate_id = r.id from r where order_id = (select id from orders where uuid = ${order.uuid})`;
  expect(await audit(deps, minute)).toEqual([]);
  await sale.sql`update rates set updated_at = now() - interval '1 hour'`;
  expect((await audit(deps, minute)).map(({ rule }) => rule)).toEqual(['rate sold too often']);
  await sale.sql`update rates set max_tickets = null`;
});

test('a seat that is sold has nothing to do with the locks of others, nor with those of a moment ago', async () => {
  const userUuid = randomUUID();
  const { uuid: eventUuid, tickets } = await makeEvent(sale.sql, { seats: 3 });
  const [sold = '', fresh = '', held = ''] = tickets;
  const buy = async (ticket: string) => {
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: [ticket] });
    return createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() });
  };
  const old = await buy(sold);
  await buy(fresh);
  await sale.sweep();
  await sale.sql.unsafe(aged(old.uuid, '1 hour'));
  await reserveTickets(sale.deps, { userUuid, ticketUuids: [held] });
  await sale.sql`insert into ticket_locks values (${fresh}, ${eventUuid}, 'left', 'token', now() + interval '1 hour')`;
  expect(await audit(deps, minute)).toEqual([]);
  await sale.sql`delete from ticket_locks where owner = 'left'`;
});

test('an order may wait for its buyer for the allowed time', async () => {
  const { order } = await bought(1, sandboxMethods.requiresAction);
  await sale.sql`update orders set created_at = now() - interval '5 minutes' where uuid = ${order.uuid}`;
  expect(await audit(deps, { ...minute, actionMs: 600_000 })).toEqual([]);
  expect(await audit(deps, minute)).toMatchObject([{ rule: 'order pending for too long', uuid: order.uuid }]);
  await sale.sweep();
});

test('an unpaid refund is found, once it is old', async () => {
  const { order, userUuid } = await bought();
  const payments = { ...sale.deps.payments, refund: () => Promise.reject(new Error('gone')) };
  await refundOrder({ ...sale.deps, payments }, { orderUuid: order.uuid, userUuid }).catch(() => {});
  expect(await audit(deps, minute)).toEqual([]);
  expect((await audit(deps, anyAge)).map(({ rule }) => rule)).toContain('refund pending for too long');
  await sale.sweep();
});

test('each of thousands of orders is looked at once', async () => {
  await sale.sql`
    with o as (
      insert into orders (user_uuid, total, currency, status)
      select 'many', 0, 'USD', 'failed' from generate_series(1, 5003) returning id
    )
    insert into payments (order_id, method_uuid, amount, currency, provider, status)
    select id, '', 0, 'USD', 'sandbox', 'voided' from o`;
  const seen: string[] = [];
  for await (const batch of deps.books.owed('sandbox')) seen.push(...batch.map(({ orderUuid }) => orderUuid));
  expect(new Set(seen).size).toBe(seen.length);
  const [row] = await sale.sql`select count(*)::int as n from orders where status <> 'pending'`;
  expect(seen.length).toBe(row!.n);
  await sale.sql`delete from payments where order_id in (select id from orders where user_uuid = 'many')`;
  await sale.sql`delete from orders where user_uuid = 'many'`;
});

test('a finding on a live system is reported only if it stays', async () => {
  const { order } = await bought();
  const change = (by: number) => sale.sql`update sandbox_charges set amount = amount + ${by} where key = ${order.uuid}`;
  await change(1);
  const live = (sleep: () => Promise<unknown>) =>
    auditLive(deps, { ...minute, pauseMs: 1, sleep: async () => void (await sleep()) });
  expect(await live(async () => {})).toHaveLength(1);
  expect(await live(() => change(-1))).toEqual([]);
});
