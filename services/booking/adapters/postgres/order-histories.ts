import type { Db } from '../../../../shared/db/client.ts';
import type { OrderHistories, OrderHistory } from '../../domain/order/order-history.ts';

/** The history of orders in PostgreSQL. */
export const postgresOrderHistories = ({ sql, run }: Db): OrderHistories => ({
  read: (orderUuid) =>
    run(async () => {
      const [row] = await sql<OrderHistory[]>`
        select o.status, o.user_uuid as "userUuid", o.total::float8 as total, o.currency,
          (select provider from payments where order_id = o.id) as provider, coalesce((
            select json_agg(json_build_object(
              'at', to_char(h.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'order', h.order_status,
              'payment', h.payment_status, 'refund', h.refund_status, 'cause', h.cause) order by h.id)
            from order_history h where h.order_id = o.id), '[]') as steps
        from orders o where o.uuid = ${orderUuid}`;
      return row;
    }),
});
