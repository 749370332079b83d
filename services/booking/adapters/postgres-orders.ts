import type { Db } from '../../../shared/db/client.ts';
import type { Orders, OrderView } from '../domain/orders.ts';
import type { Order } from '../domain/sale.ts';

/** Orders in PostgreSQL. A claim is one statement, so it is one transaction and one round trip. */
export function postgresOrders({ sql, run }: Db): Orders {
  const order = () => sql`
    json_build_object('uuid', o.uuid, 'userUuid', o.user_uuid, 'status', o.status, 'total', o.total,
      'currency', o.currency, 'methodUuid', p.method_uuid)`;

  const views = (condition: ReturnType<typeof sql>) => sql<OrderView[]>`
    select o.uuid, o.user_uuid as "userUuid", o.status, o.total::float8 as total, o.currency,
      to_char(o.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt", (
        select json_agg(json_build_object('uuid', t.uuid, 'eventUuid', e.uuid, 'seat', t.seat, 'price', ot.price,
          'refunded', ot.refund_id is not null) order by t.id)
        from order_tickets ot join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id
        where ot.order_id = o.id
      ) as tickets, (select action::json from payments p where p.order_id = o.id and o.status = 'pending') as action
    from orders o where ${condition}`;

  return {
    ofReservation: (reservationUuid) =>
      run(async () => {
        const [row] = await sql<{ order: Order }[]>`
          select ${order()} as order from orders o join payments p on p.order_id = o.id
          join reservations r on r.id = o.reservation_id
          where r.uuid = ${reservationUuid} and o.status in ('pending', 'paid')`;
        return row?.order;
      }),

    claim: ({ reservationUuid, methodUuid }) =>
      run(async () => {
        // As for a single ticket (postgres-sales.ts): in order of id, and short when somebody was faster.
        const [row] = await sql<{ order: Order }[]>`
          with r as (
            select r.id, r.user_uuid, r.currency, r.total, count(*) as tickets
            from reservations r join reservation_tickets rt on rt.reservation_id = r.id
            where r.uuid = ${reservationUuid} and r.released_at is null group by r.id
          ), wanted as (
            select t.id, rt.price from tickets t join reservation_tickets rt on rt.ticket_id = t.id
            join r on r.id = rt.reservation_id
            where t.status = 'available' and t.order_id is null order by t.id for update of t
          ), o as (
            insert into orders (user_uuid, total, currency, reservation_id)
            select user_uuid, total, currency, id from r
            where (select count(*) from wanted) = r.tickets
            returning id, uuid, user_uuid, status, total, currency
          ), claimed as (
            update tickets t set order_id = o.id from o, wanted where t.id = wanted.id
          ), lines as (
            insert into order_tickets (order_id, ticket_id, price) select o.id, wanted.id, wanted.price from o, wanted
          ), p as (
            insert into payments (order_id, method_uuid, amount, currency)
            select id, ${methodUuid}, total, currency from o returning method_uuid
          ), h as (
            insert into order_history (order_id, order_status, payment_status, amount, cause)
            select id, 'pending', 'pending', total, 'claimed' from o
          )
          select ${order()} as order from o, p`;
        return row?.order;
      }),

    view: (uuid) => run(async () => (await views(sql`o.uuid = ${uuid}`))[0]),

    list: ({ userUuid, after, limit }) =>
      run(async () => {
        const older = after === undefined ? sql`` : sql`and o.id < (select id from orders where uuid = ${after})`;
        return views(sql`o.user_uuid = ${userUuid} ${older} order by o.id desc limit ${limit}`);
      }),
  };
}
