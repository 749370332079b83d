import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { ProviderName } from '../../domain/payment/payment-provider.ts';

type Sql = Db['sql'];

/** `salesEndBeforeStartMs`: how long before its event begins a ticket is sold no more. */
export type SaleWindow = { salesEndBeforeStartMs: number };
export const openToTheStart: SaleWindow = { salesEndBeforeStartMs: 0 };

// Pieces of the statements of the sale. Names in them: `o` an order, `p` its payment, `e` an event.

export const ms = (sql: Sql, duration: number): Fragment => sql`${duration} * interval '1 millisecond'`;

/** An order in the domain's shape. */
export const orderJson = (sql: Sql): Fragment => sql`
  json_build_object('uuid', o.uuid, 'userUuid', o.user_uuid, 'status', o.status, 'total', o.total,
    'currency', o.currency, 'methodUuid', p.method_uuid, 'provider', p.provider)`;

/**
 * The seats of an order by event, with their locks. The first releases wrote no token beside what was bought; where it was
 * bought by a reservation, that one knows.
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

/** Whether the event `e` has not begun, nor begins within `marginMs`. */
export const isOnSale = (sql: Sql, marginMs: number): Fragment => sql`(e.date > now() + ${ms(sql, marginMs)})`;

/**
 * True when nobody has claimed the ticket `t`. No index serves this form: the planner might think it the shortest way to look
 * through all that is free.
 */
export const isFree = (sql: Sql): Fragment => sql`((t.status = 'available' and t.order_id is null) is true)`;

/** Dearer ones the database refuses, so that every sum is exact; those of the first releases are not for sale. */
export const maxPrice = 100_000_000_000;

/**
 * Whether a payment is one that the provider ends. The first releases did not write down whose it was: there it is not the
 * other's whose books know it. What costs nothing anybody ends.
 */
export const isOwnPayment = (sql: Sql, provider: ProviderName): Fragment => {
  const others = provider === 'sandbox' ? sql`stripe_intents` : sql`sandbox_charges`;
  return sql`(p.amount = 0
    or coalesce(p.provider = ${provider}, not exists (select from ${others} where key = o.uuid)))`;
};

/** The step of the history that goes with a write: the writer has the order's row locked and names it `o`. */
export const history = (
  sql: Sql,
  order: string | Fragment,
  payment: string | Fragment,
  cause: string | Fragment,
): Fragment => sql`
  insert into order_history (order_id, order_status, payment_status, amount, cause)
  select id, ${order}, ${payment}, total, ${cause} from o`;
