import type { Db } from '../../../../shared/db/client.ts';
import type { Books, Finding, Owed } from '../../domain/audit/audit.ts';
import { isOwnPayment } from './fragments.ts';

const batchSize = 5000;
/** Row limit per rule. */
const maxRows = 1000;

/** The books in PostgreSQL. An order owns the tickets that it bought and has not given back. */
export function postgresBooks({ sql, run }: Db): Books {
  return {
    broken: ({ ageMs, actionMs }) =>
      run(async () => {
        const limit = sql`limit ${maxRows}`;
        const old = sql`<= now() - ${ageMs} * interval '1 millisecond'`;
        const veryOld = sql`<= now() - ${ageMs + actionMs} * interval '1 millisecond'`;
        return sql<Finding[]>`
          (select 'sold twice' as rule, t.uuid, 'orders ' || string_agg(o.uuid, ', ' order by o.id) as detail
            from order_tickets ot join orders o on o.id = ot.order_id join tickets t on t.id = ot.ticket_id
            where ot.refund_id is null and o.status in ('pending', 'paid')
            group by t.uuid having count(*) > 1 ${limit})
          union all
          (select 'booked without a paid order', t.uuid, 'order ' || coalesce(o.uuid || ' is ' || o.status, 'none')
            from tickets t left join orders o on o.id = t.order_id
            where t.status = 'booked' and o.status is distinct from 'paid' ${limit})
          union all
          (select 'paid without its ticket', o.uuid, 'ticket ' || t.uuid || ' is ' || t.status
            from order_tickets ot join orders o on o.id = ot.order_id join tickets t on t.id = ot.ticket_id
            where ot.refund_id is null and o.status = 'paid'
              and (t.status <> 'booked' or t.order_id is distinct from o.id) ${limit})
          union all
          (select 'claimed by an order that has ended', t.uuid, 'order ' || o.uuid || ' is ' || o.status
            from tickets t join orders o on o.id = t.order_id where o.status in ('failed', 'refunded') ${limit})
          union all
          (select 'order pending for too long', o.uuid, 'since ' || o.created_at
            from orders o join payments p on p.order_id = o.id
            where o.status = 'pending' and o.created_at ${old}
              and (p.status <> 'requires_action' or o.created_at ${veryOld}) ${limit})
          union all
          (select 'authorised and not captured for too long', o.uuid, 'since ' || o.updated_at
            from payments p join orders o on o.id = p.order_id
            where p.status = 'authorised' and o.updated_at ${old} ${limit})
          union all
          (select 'refund pending for too long', uuid, 'since ' || created_at from refunds
            where status = 'pending' and coalesce(retried_at, created_at) ${old} ${limit})
          union all
          (select 'refund failed', uuid, coalesce(failure, 'no reason') || ': ' || amount || ' ' || currency || ' not given back'
            from refunds where status = 'failed' ${limit})
          union all
          (select 'kept for a cancelled event', o.uuid, 'order ' || o.status || ', event ' || e.uuid
            from events e join tickets t on t.event_id = e.id join orders o on o.id = t.order_id
            where e.status = 'cancelled' and o.status in ('pending', 'paid')
              and exists (select from operations where event_id = e.id and kind = 'refunds' and status = 'succeeded')
              and not exists (select from operations where event_id = e.id and kind = 'refunds' and status = 'running')
            group by o.uuid, o.status, e.uuid ${limit})
          union all
          (select 'payment does not fit its order', o.uuid, 'order ' || o.status || ', payment ' || p.status
            from orders o join payments p on p.order_id = o.id
            where (o.status, p.status) not in (
              ('pending', 'pending'), ('pending', 'requires_action'), ('paid', 'authorised'), ('paid', 'succeeded'),
              ('failed', 'declined'), ('failed', 'voided'), ('failed', 'refunded'),
              ('refunded', 'authorised'), ('refunded', 'succeeded'), ('refunded', 'voided')) ${limit})
          union all
          (select 'history does not match', o.uuid, 'order ' || o.status || ', payment ' || p.status ||
              ', its history ends with ' || coalesce(h.order_status || ', ' || h.payment_status, 'nothing')
            from orders o join payments p on p.order_id = o.id left join lateral (
              select order_status, payment_status from order_history where order_id = o.id order by id desc limit 1
            ) h on true
            where (h.order_status, h.payment_status) is distinct from (o.status, p.status) ${limit})
          union all
          (select 'wrong total', o.uuid, o.total || ', its tickets cost ' || coalesce(sum(ot.price), 0)
            from orders o left join order_tickets ot on ot.order_id = o.id
            group by o.id having o.total <> coalesce(sum(ot.price), 0) ${limit})
          union all
          (select 'wrong total', o.uuid, o.total || ' ' || o.currency || ', its payment is ' || p.amount || ' ' || p.currency
            from orders o left join payments p on p.order_id = o.id
            where (p.amount, p.currency) is distinct from (o.total, o.currency) ${limit})
          union all
          (select 'price differs from its reservation', o.uuid, ot.price || ', held at ' || rt.price
            from orders o join order_tickets ot on ot.order_id = o.id
            join reservation_tickets rt on rt.reservation_id = o.reservation_id and rt.ticket_id = ot.ticket_id
            where (ot.price, ot.rate_id) is distinct from (rt.price, rt.rate_id) ${limit})
          union all
          (select 'code used too often', c.uuid, count(*) || ' of ' || c.max_uses
            from access_codes c join reservations r on r.access_code_id = c.id
            where c.max_uses is not null
              and exists (select from orders where reservation_id = r.id and status in ('pending', 'paid'))
            group by c.id having count(*) > c.max_uses ${limit})
          union all
          (select 'rate sold too often', rates.uuid, count(*) || ' of ' || max_tickets
            from rates join order_tickets ot on ot.rate_id = rates.id join orders o on o.id = ot.order_id
            left join reservations r on r.id = o.reservation_id
            where max_tickets is not null and ot.refund_id is null and o.status in ('pending', 'paid')
            group by rates.id having count(*) > max_tickets
              -- What was held before the maximum became less stays.
              and max(coalesce(r.created_at, o.created_at)) > rates.updated_at ${limit})`;
      }),

    lately: (withinMs) =>
      run(async () => {
        const rows = await sql<{ uuid: string }[]>`
          select uuid from events where id in (
            select t.event_id from orders o join order_tickets ot on ot.order_id = o.id join tickets t on t.id = ot.ticket_id
            where o.status = 'paid' and o.updated_at >= now() - ${withinMs} * interval '1 millisecond')`;
        return rows.map(({ uuid }) => uuid);
      }),

    sold: (ticketUuids, ageMs) =>
      run(
        async () =>
          await sql<{ ticketUuid: string; orderUuid: string }[]>`
          select t.uuid as "ticketUuid", o.uuid as "orderUuid" from tickets t join orders o on o.id = t.order_id
          where t.uuid = any(${ticketUuids}) and o.status = 'paid'
            and o.updated_at <= now() - ${ageMs} * interval '1 millisecond'`,
      ),

    async *owed(provider) {
      for (let after = 0; ; ) {
        const rows = await run(
          () => sql<({ id: number } & Owed)[]>`
            select o.id::float8 as id, o.uuid as "orderUuid", o.status = 'paid' as "isPaid",
              exists (select from refunds where order_id = o.id and status = 'disputed') as "hasDisputedRefund", (
              case when o.status = 'paid' then coalesce((
                select sum(price) from order_tickets where order_id = o.id and refund_id is null), 0) else 0 end
              + coalesce((select sum(amount) from refunds where order_id = o.id and status in ('pending', 'disputed', 'failed')), 0)
            )::float8 as amount
            from orders o join payments p on p.order_id = o.id
            where o.id > ${after} and o.status <> 'pending' and ${isOwnPayment(sql, provider)} order by o.id limit ${batchSize}`,
        );
        if (rows.length > 0) yield rows.map(({ id: _, ...owed }) => owed);
        if (rows.length < batchSize) return;
        after = rows.at(-1)!.id;
      }
    },

    pending: (orderUuids) =>
      run(async () => {
        const rows = await sql<{ uuid: string }[]>`
          select uuid from orders where uuid = any(${orderUuids}) and status = 'pending'`;
        return rows.map(({ uuid }) => uuid);
      }),
  };
}
