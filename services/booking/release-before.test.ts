import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { anyone } from '../../shared/auth/actor.ts';
import type { Db } from '../../shared/db/client.ts';
import { migrate } from '../../shared/db/migrate.ts';
import { emptyDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { cancelEvent } from './domain/event/cancel-event.ts';
import { refundCancelledEvents } from './domain/event/refund-event.ts';
import { findSales } from './domain/sales/find-sales.ts';
import { exportOrders, exportTickets } from './domain/sales/list-event-orders.ts';
import { createOrder, findOrder, refundOrder, reserveTickets, saleOn } from './testing.ts';

const price = 1500;

/** The writes of the release before organisers, in its columns: a ticket is held, and if asked claimed, charged and booked. */
function releaseBefore({ sql, run }: Db) {
  const hold = (ticketUuid: string, userUuid: string) =>
    run(
      () => sql<{ uuid: string; token: string }[]>`
        with t as (
          select t.id, t.uuid, t.event_id, t.price, t.currency, e.uuid as event_uuid, gen_random_uuid()::text as token
          from tickets t join events e on e.id = t.event_id where t.uuid = ${ticketUuid}
        ), locked as (
          insert into ticket_locks (ticket_uuid, event_uuid, owner, token, expires_at)
          select uuid, event_uuid, ${userUuid}, token, now() + interval '15 minutes' from t
        ), r as (
          insert into reservations (uuid, user_uuid, event_id, total, currency)
          select gen_random_uuid()::text, ${userUuid}, event_id, price, currency from t returning id, uuid
        ), lines as (
          insert into reservation_tickets (reservation_id, ticket_id, price, token)
          select r.id, t.id, t.price, t.token from r, t
        )
        select r.uuid, t.token from r, t`,
    ).then(([held]) => held!);

  async function sell(ticketUuid: string): Promise<string> {
    const userUuid = randomUUID();
    const { uuid, token } = await hold(ticketUuid, userUuid);
    const [order] = await run(
      () => sql<{ uuid: string }[]>`
        with wanted as (
          select id, price, currency from tickets
          where uuid = ${ticketUuid} and status = 'available' and order_id is null for update
        ), o as (
          insert into orders (uuid, user_uuid, total, currency, reservation_id)
          select gen_random_uuid()::text, ${userUuid}, price, currency, (select id from reservations where uuid = ${uuid})
          from wanted returning id, uuid, total, currency
        ), claimed as (
          update tickets t set order_id = o.id from o, wanted where t.id = wanted.id
        ), bought as (
          insert into order_tickets (order_id, ticket_id, price, token) select o.id, wanted.id, wanted.price, ${token} from o, wanted
        ), p as (
          insert into payments (order_id, method_uuid, amount, currency, provider)
          select id, gen_random_uuid()::text, total, currency, 'sandbox' from o
        ), h as (
          insert into order_history (order_id, order_status, payment_status, amount, cause)
          select id, 'pending', 'pending', total, 'claimed' from o
        ), c as (
          insert into sandbox_charges (key, amount, currency, status) select uuid, total, currency, 'authorised' from o
        ) select uuid from o`,
    );
    await run(
      () => sql`
        with o as (
          update orders set status = 'paid' where uuid = ${order!.uuid} returning id, total
        ), b as (
          update tickets t set status = 'booked' from o where t.order_id = o.id
        ), p as (
          update payments set status = 'authorised', sweep_at = now() from o where order_id = o.id
        ) insert into order_history (order_id, order_status, payment_status, amount, cause)
        select id, 'paid', 'authorised', total, 'payment authorised' from o`,
    );
    await run(() => sql`delete from ticket_locks where ticket_uuid = ${ticketUuid}`);
    return order!.uuid;
  }

  return { hold, sell };
}

test('what the release before sells during the migrations and after them is sold, seen, given back and cancelled', async () => {
  const database = await emptyDatabase();
  try {
    await migrate(database.config, { upTo: '0009_locks_and_indexes' });
    const before = releaseBefore(database.db);
    const event = await makeEvent(database.sql, { seats: 400, price });
    const free = [...event.tickets];
    const sold: string[] = [];
    let isMigrated = false;
    const seller = async () => {
      while (!isMigrated && free.length > 100) sold.push(await before.sell(free.pop()!));
    };
    const sellers = [seller(), seller()];
    await eventually(() => expect(sold.length).toBeGreaterThan(4));
    const applied = await migrate(database.config);
    const soldMeanwhile = sold.length;
    isMigrated = true;
    await Promise.all(sellers);
    expect(applied).toBeGreaterThan(1);
    // Processes of the release before end after those of this one have begun.
    const later = await before.sell(free.pop()!);
    sold.push(later, await before.sell(free.pop()!));
    expect(sold.length).toBeGreaterThan(soldMeanwhile + 1);

    const { deps, sweep, audit } = saleOn(database.db);
    const [userUuid, ticket] = [randomUUID(), free.pop()!];
    const { uuid: reservationUuid } = await before.hold(ticket, userUuid);
    const bought = [await createOrder(deps, { reservationUuid, methodUuid: randomUUID() })];
    expect(bought[0]).toMatchObject({ status: 'paid', total: price, tickets: [{ uuid: ticket }] });
    const held = await reserveTickets(deps, { userUuid, ticketUuids: free.splice(0, 2) });
    bought.push(await createOrder(deps, { reservationUuid: held.uuid, methodUuid: randomUUID() }));
    await sweep();
    const { userUuid: buyer } = await findOrder(deps, later);
    expect(await refundOrder(deps, { orderUuid: later, userUuid: buyer })).toMatchObject({ amount: price });
    await audit();

    const count = sold.length + 2;
    const asked = { actor: anyone, eventUuid: event.uuid };
    const sales = await findSales(deps, { ...asked, unit: 'hour', last: 2 });
    expect(sales.tickets).toMatchObject({ total: 400, sold: count, pending: 0, held: 0 });
    const revenue = (count + 1) * price;
    expect(sales.money).toEqual([
      { currency: 'USD', revenue, refunded: price, refundsPending: 0, net: revenue - price },
    ]);
    const uuids = [...sold, ...bought.map(({ uuid }) => uuid)].sort();
    const orders = (await Array.fromAsync(await exportOrders(deps, { ...asked, filter: {} }))).flat();
    expect(orders.map(({ uuid }) => uuid).sort()).toEqual(uuids);
    const tickets = (await Array.fromAsync(await exportTickets(deps, asked))).flat();
    expect(tickets.filter(({ status }) => status === 'sold')).toHaveLength(count);

    await cancelEvent(deps, { actor: anyone }, { eventUuid: event.uuid, operationUuid: randomUUID(), reason: null });
    expect(await refundCancelledEvents(deps, { leaseMs: 60_000, againMs: 0, settleMs: 0 })).toBe(1);
    await sweep();
    const after = await findSales(deps, { ...asked, unit: 'hour', last: 2 });
    expect([after.tickets.sold, after.money]).toMatchObject([0, [{ revenue, refunded: revenue, net: 0 }]]);
    const [kept] = await database.sql`
      select (select count(*)::int from orders where status <> 'refunded') as orders,
        (select sum(amount) from sandbox_charges)::int - (select sum(amount) from sandbox_refunds)::int as money,
        (select sum(amount) from sandbox_refunds)::int as back`;
    expect(kept).toEqual({ orders: 0, money: 0, back: revenue });
    await audit();
  } finally {
    await database.drop();
  }
}, 120_000);
