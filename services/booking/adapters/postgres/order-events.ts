import type { Db } from '../../../../shared/db/client.ts';
import type { OrderEvents } from '../../domain/order/order-events.ts';

const key = 'orders.event_id';
const finished = 'finished';
/** Few enough to be locked together for a moment. */
const atOnce = 500;

/** The events of orders in PostgreSQL: filled in the order of their ids, up to those that may not be committed yet. */
export const postgresOrderEvents = ({ sql, run }: Db): OrderEvents => ({
  fillSome: () =>
    run(async () => {
      const [state] = await sql<{ value: string }[]>`select value from app_state where key = ${key}`;
      if (state?.value === finished) return 'finished';
      const after = state?.value ?? '0';
      const [row] = await sql<{ upTo: string | null; seen: number }[]>`
        with batch as (
          select id from orders where id > ${after}::bigint and created_at < now() - interval '1 minute'
          order by id limit ${atOnce}
        ), due as (
          select id from orders where id in (select id from batch) and event_id is null order by id for update
        ), filled as (
          update orders o set event_id = coalesce((
            select coalesce(t.event_id, e.id) from order_tickets ot left join tickets t on t.id = ot.ticket_id
            left join events e on e.uuid = ot.event_uuid where ot.order_id = o.id order by ot.id limit 1), 0)
          from due where o.id = due.id
        )
        select max(id)::text as "upTo", count(*)::int as seen from batch`;
      if (!row?.upTo) return 'caught up';
      await sql`
        insert into app_state (key, value) values (${key}, ${row.upTo})
        on conflict (key) do update set value = excluded.value, updated_at = now() where app_state.value <> ${finished}`;
      return row.seen < atOnce ? 'caught up' : 'more';
    }),

  finish: () =>
    run(async () => {
      await sql`
        insert into app_state (key, value) values (${key}, ${finished})
        on conflict (key) do update set value = excluded.value, updated_at = now()`;
    }),
});
