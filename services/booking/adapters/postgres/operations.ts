import type { Db } from '../../../../shared/db/client.ts';
import type { Organised } from '../../domain/event/event.ts';
import type { LiveOrder, Operation, OperationBacklog, Operations } from '../../domain/event/operation.ts';
import { ms, orderJson, orderSeats } from './fragments.ts';

type Sql = Db['sql'];

/**
 * Operations in PostgreSQL. The orders that an event still has are found by the tickets that they claim or own: an order
 * that is paid owns one at least.
 */
export const postgresOperations = ({ sql, run }: Db): Operations => ({
  find: (uuid) =>
    run(async () => {
      const [row] = await sql<(Operation & Organised)[]>`
        select op.uuid, e.uuid as "eventUuid", (select uuid from organisers where id = e.organiser_id) as "organiserUuid",
          op.status, op.done, op.total, op.error, ${instant(sql, 'created_at')} as "createdAt",
          ${instant(sql, 'updated_at')} as "updatedAt", (
            select json_build_object('pending', count(*) filter (where status = 'pending'),
              'succeeded', count(*) filter (where status = 'succeeded'),
              'disputed', count(*) filter (where status = 'disputed'),
              'failed', count(*) filter (where status = 'failed'))
            from refunds where created_at >= op.created_at and id in (
              select ot.refund_id from tickets t join order_tickets ot on ot.ticket_id = t.id where t.event_id = e.id)
          ) as refunds
        from operations op join events e on e.id = op.event_id where op.uuid = ${uuid} and op.kind = 'refunds'`;
      return row;
    }),

  lease: (leaseMs) =>
    run(async () => {
      const [row] = await sql<{ uuid: string; eventUuid: string }[]>`
        update operations op set leased_until = now() + ${ms(sql, leaseMs)} from events e
        where e.id = op.event_id and op.id = (
          select id from operations where status = 'running' and kind = 'refunds' and leased_until <= now()
          order by leased_until limit 1 for update skip locked)
        returning op.uuid, e.uuid as "eventUuid"`;
      return row;
    }),

  liveOrders: (eventUuid, { after, limit }) =>
    run(
      async () =>
        await sql<LiveOrder[]>`
        with live as (
          select distinct t.order_id from events e join tickets t on t.event_id = e.id
          where e.uuid = ${eventUuid} and t.order_id > ${after} order by t.order_id limit ${limit}
        )
        select o.id::float8 as position, ${orderJson(sql)} as order, ${orderSeats(sql)} as seats
        from live join orders o on o.id = live.order_id join payments p on p.order_id = o.id order by o.id`,
    ),

  openReservations: (eventUuid, { after, limit, withinMs }) =>
    run(
      async () =>
        await sql<{ position: number; uuid: string }[]>`
        select r.id::float8 as position, r.uuid from events e join reservations r on r.event_id = e.id
        where e.uuid = ${eventUuid} and r.id > ${after} and r.released_at is null
          and r.created_at > now() - ${ms(sql, withinMs)}
          and not exists (select from orders where reservation_id = r.id and status in ('paid', 'refunded'))
        order by r.id limit ${limit}`,
    ),

  note: (uuid, { leaseMs, error }) =>
    run(async () => {
      await sql`
        update operations op set updated_at = now(), leased_until = now() + ${ms(sql, leaseMs)},
          total = greatest(op.total, so_far.left), done = greatest(op.total, so_far.left) - so_far.left,
          error = case when ${error === undefined} then op.error else ${error ? JSON.stringify(error) : null}::text::jsonb end
        from ${ordersLeft(sql, uuid)} where op.id = so_far.id and op.status = 'running'`;
    }),

  finish: (uuid, settleMs) =>
    run(async () => {
      const { count } = await sql`
        update operations op set updated_at = now(), status = 'succeeded', done = op.total, error = null
        from ${ordersLeft(sql, uuid)}
        where op.id = so_far.id and so_far.left = 0 and op.status = 'running'
          and op.created_at <= now() - ${ms(sql, settleMs)}`;
      return count > 0;
    }),

  backlog: () =>
    run(async () => {
      const [row] = await sql<OperationBacklog[]>`
        select count(*)::int as count, coalesce(sum(total - done), 0)::int as "ordersLeft",
          coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as "oldestAgeSeconds"
        from operations where status = 'running' and kind = 'refunds'`;
      return row!;
    }),
});

/** The orders that the operation has to go, as `so_far`. */
const ordersLeft = (sql: Sql, uuid: string) => sql`(
  select it.id, (select count(distinct t.order_id)::int from tickets t
    where t.event_id = it.event_id and t.order_id is not null) as left
  from operations it where it.uuid = ${uuid}) so_far`;

const instant = (sql: Sql, column: 'created_at' | 'updated_at') =>
  sql`to_char(op.${sql(column)} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
