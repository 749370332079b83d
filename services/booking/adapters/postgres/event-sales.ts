import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { EventSales, EventTicket, SalesFigures } from '../../domain/sales/sales.ts';
import { eventOrders } from './event-orders.ts';

type Sql = Db['sql'];

/** A page of an export of tickets. */
const ticketsAtOnce = 2000;

/**
 * The sales of events in PostgreSQL. Its statements read a whole event, so they want a pool that is planned by the
 * statistics, beside that of the sale.
 */
export const postgresEventSales = (db: Db): EventSales => ({
  // One statement, for then all figures are of one moment.
  figures: (eventUuid, { unit, last, lockedUuids }) =>
    db.run(async () => {
      const { sql } = db;
      const list = (rows: Fragment) => sql`coalesce((select json_agg(row) from (${rows}) row), '[]')`;
      const [row] = await sql<SalesFigures[]>`
        select e.currency, ${list(byCategory(sql, lockedUuids))} as categories, ${list(byRate(sql))} as rates,
          ${list(seriesOf(sql, { unit, last }))} as series
        from events e where e.uuid = ${eventUuid}`;
      return row ?? { currency: null, categories: [], rates: [], series: [] };
    }),

  orders: eventOrders(db),

  async *tickets(eventUuid) {
    const ids = await db.run(() => ticketIds(db.sql, eventUuid));
    for (let from = 0; from < ids.length; from += ticketsAtOnce) {
      yield await db.run(() => ticketsOf(db.sql, ids.slice(from, from + ticketsAtOnce)));
    }
  },
});

// Parts of that statement; `e` is the event.

/** A ticket is in one of the counts: what is held back counts as that, whoever still holds it. */
const byCategory = (sql: Sql, lockedUuids: string[]): Fragment => sql`
  select t.category, count(*)::int as total, count(*) filter (where t.status = 'booked')::int as sold,
    count(*) filter (where t.status <> 'booked' and t.order_id is not null)::int as pending,
    count(*) filter (where ${isUnsold(sql)} and t.hold_back_id is not null)::int as "heldBack",
    count(*) filter (where ${isUnsold(sql)} and t.hold_back_id is null and locked.uuid is not null)::int as held,
    count(*) filter (where ${isUnsold(sql)} and t.hold_back_id is null and locked.uuid is null)::int as free
  from tickets t left join unnest(${lockedUuids}::text[]) as locked (uuid) on locked.uuid = t.uuid
  where t.event_id = e.id group by t.category order by t.category nulls last`;

const isUnsold = (sql: Sql): Fragment => sql`t.status <> 'booked' and t.order_id is null`;

/** The lines of orders that were paid, of tickets of the event. (Old orders may have no event of their own.) */
const paidLines = (sql: Sql): Fragment => sql`
  tickets t join order_tickets ot on ot.ticket_id = t.id
  join orders o on o.id = ot.order_id and o.status in ('paid', 'refunded') and t.event_id = e.id`;

const byRate = (sql: Sql): Fragment => sql`
  select t.category, case when r.id is not null then json_build_object('uuid', r.uuid, 'name', r.name) end as rate,
    o.currency, count(*) filter (where ot.refund_id is null)::int as tickets, sum(ot.price)::float8 as revenue,
    coalesce(sum(ot.price) filter (where ot.refund_id is not null), 0)::float8 as refunded,
    coalesce(sum(ot.price) filter (where back.status = 'pending'), 0)::float8 as "refundsPending"
  from ${paidLines(sql)} left join rates r on r.id = ot.rate_id
  left join refunds back on back.id = ot.refund_id
  group by t.category, r.id, o.currency order by t.category nulls last, r.position nulls first, r.id, o.currency`;

/** The slots of the series end with that of now; those without a sale are there. */
const seriesOf = (sql: Sql, { unit, last }: { unit: 'minute' | 'hour'; last: number }): Fragment => sql`
  with slots as (
    select generate_series(now_at - (${last}::int - 1) * step, now_at, step) as at
    from (select date_trunc(${unit}, now(), 'UTC') as now_at, ${`1 ${unit}`}::text::interval as step) as it
  ), sold as (
    select date_trunc(${unit}, o.created_at, 'UTC') as at, count(*) as tickets, sum(ot.price) as revenue
    from ${paidLines(sql)} where o.created_at >= (select min(at) from slots) group by 1
  )
  select to_char(slots.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "from",
    coalesce(tickets, 0)::int as tickets, coalesce(revenue, 0)::float8 as revenue
  from slots left join sold on sold.at = slots.at order by slots.at`;

/** The tickets of an event in the order of its plan; those without a place come last. An event has 100,000 or so. */
async function ticketIds(sql: Sql, eventUuid: string): Promise<number[]> {
  const [row] = await sql<{ ids: number[] | null }[]>`
    select json_agg(t.id order by t.place nulls last, t.id) as ids
    from events e join tickets t on t.event_id = e.id where e.uuid = ${eventUuid}`;
  return row!.ids ?? [];
}

const ticketsOf = async (sql: Sql, ids: number[]) =>
  await sql<EventTicket[]>`
  select t.uuid, t.seat, t.category,
    case when t.status = 'booked' then 'sold' when t.order_id is not null then 'pending'
      when t.hold_back_id is not null then 'held_back' else 'free' end as status,
    coalesce(ot.price, t.price)::float8 as price, coalesce(o.currency, t.currency) as currency, r.name as rate,
    o.uuid as "orderUuid", o.user_uuid as "userUuid",
    to_char(o.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "boughtAt"
  from unnest(${ids}::bigint[]) with ordinality as page (id, n) join tickets t on t.id = page.id
  left join orders o on o.id = t.order_id
  left join order_tickets ot on ot.order_id = o.id and ot.ticket_id = t.id left join rates r on r.id = ot.rate_id
  order by n`;
