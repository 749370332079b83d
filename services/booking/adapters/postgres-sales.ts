import { batched } from '../../../shared/batched.ts';
import type { Db } from '../../../shared/db/client.ts';
import type { Ended, Ending, Order, Sales, Ticket } from '../domain/sale.ts';

/** Tickets and orders in PostgreSQL. Each write is one statement, so each is one transaction and one round trip. */
export function postgresSales({ sql, run, wait }: Db): Sales {
  const order = () => sql`
    json_build_object('uuid', o.uuid, 'userUuid', o.user_uuid, 'status', o.status, 'total', o.total,
      'currency', o.currency, 'methodUuid', p.method_uuid)`;

  async function endedBefore(orderUuid: string): Promise<Ending> {
    const [row] = await sql<{ status: Ended }[]>`select status from orders where uuid = ${orderUuid}`;
    if (!row) throw new Error(`no order ${orderUuid}`);
    return { status: row.status, changed: false };
  }

  // A read that never ends must not keep the next ones waiting, so each has the deadline of its own.
  const eventOf = batched((ticketUuids: string[]) =>
    run(async () => {
      const rows = await sql<{ ticket: string; event: string }[]>`
        select t.uuid as ticket, e.uuid as event from tickets t join events e on e.id = t.event_id
        where t.uuid = any(${ticketUuids})`;
      return new Map(rows.map(({ ticket, event }) => [ticket, event]));
    }),
  );

  const find = batched((ticketUuids: string[]) =>
    run(async () => {
      const rows = await sql<(Omit<Ticket, 'order'> & { order: Order | null })[]>`
        select t.uuid, e.uuid as "eventUuid", t.status = 'booked' as booked,
          case when o.id is not null then ${order()} end as order
        from tickets t join events e on e.id = t.event_id
        left join orders o on o.id = t.order_id left join payments p on p.order_id = o.id
        where t.uuid = any(${ticketUuids})`;
      return new Map(
        rows.map(({ order: found, ...ticket }) => [ticket.uuid, { ...ticket, ...(found && { order: found }) }]),
      );
    }),
  );

  return {
    eventOf: (ticketUuid) => wait(() => eventOf(ticketUuid)),

    find: (ticketUuid) => wait(() => find(ticketUuid)),

    claim: ({ ticketUuids, userUuid, methodUuid }) =>
      run(async () => {
        // Locked in order of id: claims that overlap wait for each other and do not deadlock. A ticket that somebody
        // else claimed while this statement waited no longer meets the condition, and the count is short.
        const [row] = await sql<{ order: Order }[]>`
          with wanted as (
            select id, price, currency from tickets
            where uuid = any(${ticketUuids}) and status = 'available' and order_id is null
            order by id for update
          ), o as (
            insert into orders (user_uuid, total, currency)
            select ${userUuid}, sum(price), min(currency) from wanted
            having count(*) = ${ticketUuids.length} and count(distinct currency) = 1
            returning id, uuid, user_uuid, status, total, currency
          ), claimed as (
            update tickets t set order_id = o.id from o, wanted where t.id = wanted.id
          ), lines as (
            insert into order_tickets (order_id, ticket_id, price) select o.id, wanted.id, wanted.price from o, wanted
          ), p as (
            insert into payments (order_id, method_uuid, amount, currency)
            select id, ${methodUuid}, total, currency from o returning method_uuid
          )
          select ${order()} as order from o, p`;
        return row?.order;
      }),

    settle: (orderUuid) =>
      run(async () => {
        const [row] = await sql`
          with o as (
            update orders set status = 'paid' where uuid = ${orderUuid} and status = 'pending' returning id
          ), booked as (
            update tickets t set status = 'booked' from o where t.order_id = o.id returning t.id
          ), p as (
            update payments set status = 'succeeded' from o where order_id = o.id
          )
          select (select count(*)::int from booked) as booked from o`;
        return row ? { status: 'paid', changed: true, booked: row.booked } : endedBefore(orderUuid);
      }),

    fail: (orderUuid, payment) =>
      run(async () => {
        const [row] = await sql`
          with o as (
            update orders set status = 'failed' where uuid = ${orderUuid} and status = 'pending' returning id
          ), freed as (
            update tickets t set order_id = null from o where t.order_id = o.id
          ), p as (
            update payments set status = ${payment} from o where order_id = o.id
          )
          select id from o`;
        return row ? { status: 'failed', changed: true } : endedBefore(orderUuid);
      }),

    recordRefund: (orderUuid) =>
      run(async () => {
        await sql`update payments p set status = 'refunded' from orders o
          where o.id = p.order_id and o.uuid = ${orderUuid} and o.status = 'failed'`;
      }),

    pendingFor: (ageMs, limit) =>
      run(
        async () =>
          await sql<{ order: Order; eventUuids: string[] }[]>`
          select ${order()} as order, (
            select array_agg(distinct e.uuid) from order_tickets ot
            join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id where ot.order_id = o.id
          ) as "eventUuids"
          from orders o join payments p on p.order_id = o.id
          where o.status = 'pending' and o.created_at <= now() - ${ageMs} * interval '1 millisecond'
          order by o.created_at limit ${limit}`,
      ),

    pending: () =>
      run(async () => {
        const [row] = await sql<{ count: number; oldestAgeSeconds: number }[]>`
          select count(*)::int as count,
            coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as "oldestAgeSeconds"
          from orders where status = 'pending'`;
        return row!;
      }),
  };
}
