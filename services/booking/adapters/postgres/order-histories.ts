import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { OrderHistories, OrderHistory } from '../../domain/order/order-history.ts';

/** The history of orders in PostgreSQL. */
export const postgresOrderHistories = ({ sql, run }: Db): OrderHistories => ({
  read: (orderUuid) =>
    run(async () => {
      const instant = (at: Fragment) => sql`to_char(${at} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
      const [row] = await sql<OrderHistory[]>`
        select o.uuid, e.uuid as "eventUuid", (select uuid from organisers where id = e.organiser_id) as "organiserUuid",
          o.status, o.user_uuid as "userUuid", o.total::float8 as total, o.currency,
          ${instant(sql`o.created_at`)} as "createdAt", (
            select json_build_object('status', p.status, 'provider', p.provider, 'amount', p.amount,
              'disputedAt', ${instant(sql`p.disputed_at`)}) from payments p where p.order_id = o.id) as payment, coalesce((
            select json_agg(json_build_object('uuid', r.uuid, 'status', r.status, 'amount', r.amount,
              'createdAt', ${instant(sql`r.created_at`)}, 'failure', r.failure, 'attempts', r.attempts,
              'nextTryAt', case when r.status = 'pending' then ${instant(sql`r.sweep_at`)} end, 'seats', (
                select coalesce(json_agg(coalesce(t.seat, ot.seat) order by ot.id), '[]')
                from order_tickets ot left join tickets t on t.id = ot.ticket_id where ot.refund_id = r.id)
            ) order by r.id) from refunds r where r.order_id = o.id), '[]') as refunds, coalesce((
            select json_agg(json_build_object('at', ${instant(sql`h.at`)}, 'order', h.order_status,
              'payment', h.payment_status, 'refund', h.refund_status,
              'refundUuid', (select uuid from refunds where id = h.refund_id), 'amount', h.amount, 'cause', h.cause)
              order by h.id) from order_history h where h.order_id = o.id), '[]') as steps
        from orders o left join events e on e.id = coalesce(nullif(o.event_id, 0), (
          select t.event_id from order_tickets ot join tickets t on t.id = ot.ticket_id where ot.order_id = o.id limit 1))
        where o.uuid = ${orderUuid}`;
      return row;
    }),
});
