import { type Author, writeAudit } from '../../../../shared/audit/audit-log.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { MadeRefund, OpenRefund, Refunds } from '../../domain/refund/refund.ts';
import { eventsOf, onShareOf } from './events-of.ts';
import { isOwnPayment, ms, rateJson } from './fragments.ts';

/** A refund that is refused for long, such as one without money on the account, is asked for about once an hour. */
const mostMs = 3_600_000;

/** Refunds in PostgreSQL. */
export function postgresRefunds(db: Db, { firstPauseMs = 15_000 } = {}): Refunds {
  const { sql, run } = db;
  const events = eventsOf(db);
  const onOrder = onShareOf(db, events.order);
  const onRefund = onShareOf(db, events.refund);
  const views = (on: Db['sql'], condition: Fragment) => on<OpenRefund[]>`
    select r.uuid, o.uuid as "orderUuid", r.status, r.amount::float8 as amount, r.currency,
      to_char(r.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt", (
        select json_agg(json_build_object('uuid', t.uuid, 'eventUuid', e.uuid, 'seat', t.seat, 'price', ot.price,
          'rate', case when ot.rate_id is not null then ${rateJson(on, on`ot.rate_id`)} end) order by t.id)
        from order_tickets ot join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id
        where ot.refund_id = r.id
      ) as tickets, ${earlier(on)} as earlier
    from refunds r join orders o on o.id = r.order_id where ${condition}`;

  return {
    open: ({ uuid, orderUuid, ticketUuids, windowMs = null, provider, cause = 'tickets given back', author }) =>
      onOrder(orderUuid, (sql) =>
        inTransaction(sql, async (tx) => {
          // Refunds of one order take turns: the statements after this lock see the tickets that earlier refunds took
          // back.
          const [order] = await tx<Order[]>`
            select o.id::float8 as id, o.status, o.currency, ${isOwnPayment(tx, provider)} as "isOwn",
              ${windowMs}::float8 is null or o.created_at > now() - ${ms(tx, windowMs ?? 0)} as "isInWindow",
              ${windowMs}::float8 is null or ${isLetGo(tx)} as "isLetGo"
            from orders o join payments p on p.order_id = o.id where o.uuid = ${orderUuid} for update of o`;
          const isRetry = tx`r.order_id = ${order?.id ?? null} and r.retry_uuid = ${uuid}`;
          const [before] = await views(tx, tx`r.uuid = ${uuid} or (${isRetry})`);
          if (before) return before;
          if (author && order?.isOwn) {
            const again = await retry(tx, { uuid, order, ticketUuids, author });
            if (again !== undefined) return (await views(tx, tx`r.id = ${again}`))[0]!;
          }
          if (order?.status !== 'paid') return 'not paid';
          if (!order.isInWindow && !order.isLetGo) return 'window over';
          if (!order.isOwn) return 'other provider';
          const owned = await tx<{ id: number; uuid: string; price: number; hasBegun: boolean }[]>`
            select t.id::float8 as id, t.uuid, ot.price::float8 as price, e.date <= now() as "hasBegun"
            from order_tickets ot join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id
            where ot.order_id = ${order.id} and ot.refund_id is null order by t.id for update of t`;
          const given = ticketUuids ? owned.filter(({ uuid }) => ticketUuids.includes(uuid)) : owned;
          if (given.length === 0 || (ticketUuids && given.length < new Set(ticketUuids).size)) return 'not owned';
          if (!order.isLetGo && given.some(({ hasBegun }) => hasBegun)) return 'event begun';
          const amount = given.reduce((sum, { price }) => sum + price, 0);
          const [refund] = await tx<{ id: number }[]>`
            insert into refunds (uuid, order_id, amount, currency, provider)
            values (${uuid}, ${order.id}, ${amount}, ${order.currency}, ${provider})
            returning id::float8 as id`;
          const ids = given.map(({ id }) => id);
          await tx`
            update order_tickets set refund_id = ${refund!.id}
            where order_id = ${order.id} and ticket_id = any(${ids}::bigint[])`;
          await tx`
            update tickets set status = 'available', order_id = null
            where id = any(${ids}::bigint[]) and order_id = ${order.id}`;
          if (given.length === owned.length) await tx`update orders set status = 'refunded' where id = ${order.id}`;
          await note(tx, refund!.id, cause);
          if (author) await noteAuthor(tx, author, refund!.id);
          return (await views(tx, tx`r.id = ${refund!.id}`))[0]!;
        }),
      ),

    finish: (uuid, status) =>
      onRefund(uuid, (sql) =>
        inTransaction(sql, async (tx) => {
          await tx`select from orders where id = (select order_id from refunds where uuid = ${uuid}) for update`;
          const [refund] = await tx<{ id: number }[]>`
            update refunds set status = ${status}, failure = null where uuid = ${uuid} and status = 'pending'
            returning id::float8 as id`;
          const cause = status === 'disputed' ? 'the payment is disputed: no money given back' : 'money given back';
          if (refund) await note(tx, refund.id, cause);
          return refund !== undefined;
        }),
      ),

    noteRefusal: (uuid, reason) =>
      run(async () => {
        await sql`
          update refunds set failure = ${reason}, attempts = attempts + 1, sweep_at = now() + least(
            ${ms(sql, mostMs)}, ${ms(sql, firstPauseMs)} * 2 ^ least(attempts, 30)) * (1 - random() / 4)
          where uuid = ${uuid} and status = 'pending'`;
      }),

    made: (orderUuid, provider) =>
      run(
        async () =>
          await sql<MadeRefund[]>`
          select r.uuid, o.uuid as "orderUuid", r.amount::float8 as amount, ${earlier(sql)} as earlier,
            extract(epoch from r.updated_at)::text as version
          from orders o join payments p on p.order_id = o.id join refunds r on r.order_id = o.id
          where o.uuid = ${orderUuid} and r.status = 'succeeded' and r.amount > 0 and ${isOwnPayment(sql, provider)}
          order by r.id`,
      ),

    fail: ({ uuid, version }, reason) =>
      onRefund(uuid, (sql) =>
        inTransaction(sql, async (tx) => {
          await tx`select from orders where id = (select order_id from refunds where uuid = ${uuid}) for update`;
          const [refund] = await tx<{ id: number }[]>`
            update refunds set status = 'failed', failure = ${reason}
            where uuid = ${uuid} and status = 'succeeded' and extract(epoch from updated_at)::text = ${version}
            returning id::float8 as id`;
          if (refund) await note(tx, refund.id, `the money came back: ${reason}`);
          return refund !== undefined;
        }),
      ),

    leasePending: ({ provider, ageMs, leaseMs, limit }) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const due = await tx<{ id: number }[]>`
            update refunds set sweep_at = now() + ${ms(tx, leaseMs)} where id in (
              select r.id from refunds r join orders o on o.id = r.order_id join payments p on p.order_id = o.id
              where r.status = 'pending' and r.sweep_at <= now()
                and r.created_at <= now() - ${ms(tx, ageMs)} and ${isOwnPayment(tx, provider)}
              order by r.sweep_at limit ${limit} for update of r skip locked
            ) returning id::float8 as id`;
          return await views(tx, tx`r.id = any(${due.map(({ id }) => id)}::bigint[])`);
        }),
      ),
  };
}

/** The refunds of the same order that were opened before the refund `r`. */
const earlier = (sql: Db['sql']) => sql`coalesce((
  select json_agg(json_build_object('refundKey', uuid, 'amount', amount) order by id)
  from refunds before where before.order_id = r.order_id and before.id < r.id), '[]')`;

/** Has a failed refund of the order's tickets be pending again; returns its id, or undefined without one. */
async function retry(
  tx: Db['sql'],
  {
    uuid,
    order,
    ticketUuids,
    author,
  }: { uuid: string; order: Order; ticketUuids: string[] | undefined; author: Author },
): Promise<number | undefined> {
  if (!ticketUuids && order.status === 'paid') return undefined;
  const [refund] = await tx<{ id: number }[]>`
    update refunds set status = 'pending', attempts = 0, sweep_at = now() + interval '1 minute', retried_at = now(), retry_uuid = ${uuid}
    where id = (
      select f.id from refunds f where f.order_id = ${order.id} and f.status = 'failed' and ${ticketUuids ?? []}::text[] <@ array(
        select t.uuid from order_tickets ot join tickets t on t.id = ot.ticket_id where ot.refund_id = f.id)
      order by f.id limit 1)
    returning id::float8 as id`;
  if (!refund) return undefined;
  await note(tx, refund.id, 'the refund is tried again');
  await noteAuthor(tx, author, refund.id, 'order.refund_retried');
  return refund.id;
}

/** Notes who gave tickets of another's order back, or had that tried again. */
async function noteAuthor(
  tx: Db['sql'],
  author: Author,
  refundId: number,
  action: 'order.refunded' | 'order.refund_retried' = 'order.refunded',
): Promise<void> {
  const [its] = await tx<{ orderUuid: string; organiserId: number | null; after: object }[]>`
    select o.uuid as "orderUuid", (array_agg(e.organiser_id::float8))[1] as "organiserId", json_build_object(
      'refund_uuid', r.uuid, 'amount', r.amount, 'currency', r.currency, 'ticket_uuids', json_agg(t.uuid order by t.id)) as after
    from refunds r join orders o on o.id = r.order_id join order_tickets ot on ot.refund_id = r.id
    join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id
    where r.id = ${refundId} group by o.uuid, r.uuid, r.amount, r.currency`;
  const { orderUuid, organiserId, after } = its!;
  await writeAudit(tx, author, { action, thing: 'order', thingUuid: orderUuid, organiserId, after });
}

type Order = {
  id: number;
  status: string;
  currency: string;
  isOwn: boolean;
  isInWindow: boolean;
  isLetGo: boolean;
};

/** True when the event of the order `o` is cancelled, or lets each buyer give back until a moment to come. */
const isLetGo = (sql: Db['sql']) => sql`exists (
  select from order_tickets ot join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id
  where ot.order_id = o.id and (e.status = 'cancelled' or e.refund_until > now()))`;

/** A step of the order's history: the order, its payment and the refund as they are now. The order's row is locked. */
async function note(tx: Db['sql'], refundId: number, cause: string): Promise<void> {
  await tx`
    insert into order_history (order_id, order_status, payment_status, refund_id, refund_status, amount, cause)
    select o.id, o.status, p.status, r.id, r.status, r.amount, ${cause}
    from refunds r join orders o on o.id = r.order_id join payments p on p.order_id = o.id where r.id = ${refundId}`;
}
