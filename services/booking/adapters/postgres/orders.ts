import { batched } from '../../../../shared/async/batched.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { Orders, OrderView } from '../../domain/order/orders.ts';
import type { Order } from '../../domain/order/sale.ts';
import { orderJson } from './fragments.ts';

/** Orders in PostgreSQL. */
export function postgresOrders({ sql, run, wait }: Db): Orders {
  // A ticket that is gone has left its uuid, event and seat in the line.
  const views = (condition: Fragment) => sql<OrderView[]>`
    select o.uuid, o.user_uuid as "userUuid", o.status, o.total::float8 as total, o.currency,
      to_char(o.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt", coalesce((
        select json_agg(json_build_object('uuid', coalesce(t.uuid, ot.ticket_uuid),
          'eventUuid', coalesce(e.uuid, ot.event_uuid), 'seat', coalesce(t.seat, ot.seat), 'price', ot.price,
          'refunded', ot.refund_id is not null) order by ot.id)
        from order_tickets ot left join tickets t on t.id = ot.ticket_id left join events e on e.id = t.event_id
        where ot.order_id = o.id
      ), '[]') as tickets, (select action::json from payments p where p.order_id = o.id) as action
    from orders o where ${condition}`;

  const view = batched((uuids: string[]) =>
    run(async () => new Map((await views(sql`o.uuid = any(${uuids})`)).map((one) => [one.uuid, one]))),
  );

  return {
    ofReservation: (reservationUuid) =>
      run(async () => {
        const [row] = await sql<{ order: Order }[]>`
          select ${orderJson(sql)} as order from reservations r join orders o on o.reservation_id = r.id
          join payments p on p.order_id = o.id
          where r.uuid = ${reservationUuid} and o.status in ('pending', 'paid')`;
        return row?.order;
      }),

    view: (uuid) => wait(() => view(uuid)),

    list: ({ userUuid, after, limit }) =>
      run(async () => {
        const older = after === undefined ? sql`` : sql`and o.id < (select id from orders where uuid = ${after})`;
        return views(sql`o.user_uuid = ${userUuid} ${older} order by o.id desc limit ${limit}`);
      }),
  };
}
