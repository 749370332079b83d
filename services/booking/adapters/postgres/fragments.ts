import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { ProviderName } from '../../domain/payment/payment-provider.ts';

type Sql = Db['sql'];

/** `salesEndBeforeStartMs`: how long before the start of the event its sale ends. */
export type SaleWindow = { salesEndBeforeStartMs: number };
export const openToTheStart: SaleWindow = { salesEndBeforeStartMs: 0 };

// Fragments of the statements of the sale. Aliases: `o` an order, `p` its payment, `e` an event.

export const ms = (sql: Sql, duration: number): Fragment => sql`${duration} * interval '1 millisecond'`;

/** An order in the domain's shape. */
export const orderJson = (sql: Sql): Fragment => sql`
  json_build_object('uuid', o.uuid, 'userUuid', o.user_uuid, 'status', o.status, 'total', o.total,
    'currency', o.currency, 'methodUuid', p.method_uuid, 'provider', p.provider)`;

/**
 * The seats of an order by event, with their locks. The first releases wrote no token beside the bought tickets; if a
 * reservation was bought, its lines have the token.
 */
export const orderSeats = (sql: Sql): Fragment => sql`coalesce((
  select json_agg(json_build_object('eventUuid', event, 'locks', locks)) from (
    select e.uuid as event, coalesce(json_agg(json_build_object('ticketUuid', t.uuid, 'token', held.token))
      filter (where held.token is not null), '[]') as locks
    from order_tickets ot join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id
    cross join lateral (select coalesce(ot.token, (
      select token from reservation_tickets where reservation_id = o.reservation_id and ticket_id = ot.ticket_id)) as token
    ) held
    where ot.order_id = o.id group by e.uuid) seats), '[]')`;

// These three are each one fragment: every one of a statement costs.

/** True when the event `e` sells at all: by its status, and it has not begun, nor begins within `marginMs`. */
export const isSelling = (sql: Sql, marginMs: number): Fragment => sql`(
  e.status in ('published', 'rescheduled') and e.date > now() + ${marginMs} * interval '1 millisecond')`;

/** True when the event `e` sells, and its general sale is not over, though perhaps not open yet. */
export const isNotOver = (sql: Sql, marginMs: number): Fragment => sql`(
  e.status in ('published', 'rescheduled') and e.date > now() + ${marginMs} * interval '1 millisecond'
  and coalesce(e.on_sale_until > now(), true))`;

/** True when the event `e` sells to everybody. */
export const isOnSale = (sql: Sql, marginMs: number): Fragment => sql`(
  e.status in ('published', 'rescheduled') and e.date > now() + ${marginMs} * interval '1 millisecond'
  and coalesce(e.on_sale_until > now(), true) and coalesce(e.on_sale_from <= now(), true))`;

/** True when the general sale of the event `e` has begun. */
export const isOpen = (sql: Sql): Fragment => sql`coalesce(e.on_sale_from <= now(), true)`;

/**
 * True when no order has claimed the ticket `t`, nor is it held back. No index serves this form: otherwise the planner
 * might choose to scan all free tickets.
 */
export const isFree = (sql: Sql): Fragment =>
  sql`((t.status = 'available' and t.order_id is null and t.hold_back_id is null) is true)`;

/** The rate of a line of a reservation or an order, by its id; null without one. */
export const rateJson = (sql: Sql, id: Fragment): Fragment =>
  sql`(select json_build_object('uuid', uuid, 'name', name) from rates where id = ${id})`;

/**
 * The database refuses higher prices, so that every sum is exact; such tickets of the first releases are not for sale.
 */
export const maxPrice = 100_000_000_000;

/**
 * True when a payment belongs to the provider. The first releases did not store the provider: such a payment belongs to
 * the one whose books have it. A payment of nothing belongs to every provider.
 */
export const isOwnPayment = (sql: Sql, provider: ProviderName): Fragment => {
  const others = provider === 'sandbox' ? sql`stripe_intents` : sql`sandbox_charges`;
  return sql`(p.amount = 0
    or coalesce(p.provider = ${provider}, not exists (select from ${others} where key = o.uuid)))`;
};

/** Writes a step of the order's history beside another write, which has the order's row locked as `o`. */
export const history = (
  sql: Sql,
  order: string | Fragment,
  payment: string | Fragment,
  cause: string | Fragment,
): Fragment => sql`
  insert into order_history (order_id, order_status, payment_status, amount, cause)
  select id, ${order}, ${payment}, total, ${cause} from o`;
