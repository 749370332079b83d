import { batched } from '../../../shared/batched.ts';
import type { Db } from '../../../shared/db/client.ts';
import type {
  Backlog,
  Ended,
  Ending,
  KnownOrder,
  Order,
  OrderStatus,
  PendingOrder,
  Sales,
  Ticket,
  UncapturedOrder,
} from '../domain/sale.ts';

/** Tickets and orders in PostgreSQL. Each write is one statement, so each is one transaction and one round trip. */
export function postgresSales({ sql, run, wait }: Db): Sales {
  const order = () => sql`
    json_build_object('uuid', o.uuid, 'userUuid', o.user_uuid, 'status', o.status, 'total', o.total,
      'currency', o.currency, 'methodUuid', p.method_uuid)`;

  const eventUuids = () => sql`array(
    select distinct e.uuid from order_tickets ot join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id
    where ot.order_id = o.id)`;

  const ms = (duration: number) => sql`${duration} * interval '1 millisecond'`;

  /** The step of the history that goes with a write: the writer has the order's row locked and names it `o`. */
  const history = (order: string | ReturnType<typeof sql>, payment: string, cause: string) => sql`
    insert into order_history (order_id, order_status, payment_status, amount, cause)
    select id, ${order}, ${payment}, total, ${cause} from o`;

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
          ), h as (${history('pending', 'pending', 'claimed')})
          select ${order()} as order from o, p`;
        return row?.order;
      }),

    settle: (orderUuid) =>
      run(async () => {
        const [row] = await sql`
          with o as (
            update orders set status = 'paid' where uuid = ${orderUuid} and status = 'pending' returning id, total
          ), booked as (
            update tickets t set status = 'booked' from o where t.order_id = o.id returning t.id
          ), p as (
            update payments set status = 'authorised', action = null, sweep_at = now() from o where order_id = o.id
          ), h as (${history('paid', 'authorised', 'payment authorised')})
          select (select count(*)::int from booked) as booked from o`;
        return row ? { status: 'paid', changed: true, booked: row.booked } : endedBefore(orderUuid);
      }),

    fail: (orderUuid, how) =>
      run(async () => {
        const cause = how.is === 'declined' ? `payment declined: ${how.reason}` : 'payment voided';
        const [row] = await sql`
          with o as (
            update orders set status = 'failed' where uuid = ${orderUuid} and status = 'pending' returning id, total
          ), freed as (
            update tickets t set order_id = null from o where t.order_id = o.id
          ), p as (
            update payments set status = ${how.is}, action = null from o where order_id = o.id
          ), h as (${history('failed', how.is, cause)})
          select id from o`;
        return row ? { status: 'failed', changed: true } : endedBefore(orderUuid);
      }),

    awaitAction: (orderUuid, action) =>
      run(async () => {
        await sql`
          with locked as (
            select id, total from orders where uuid = ${orderUuid} and status = 'pending' for update
          ), o as (
            update payments set status = 'requires_action', action = ${JSON.stringify(action)}::text
            from locked where order_id = locked.id and status = 'pending' returning locked.id, locked.total
          ), h as (${history('pending', 'requires_action', 'the buyer must approve the payment')})
          select from o`;
      }),

    recordGivenBack: (orderUuid, how) =>
      run(async () => {
        await sql`
          with locked as (
            select id, total from orders where uuid = ${orderUuid} and status = 'failed' for update
          ), o as (
            update payments set status = ${how} from locked where order_id = locked.id returning locked.id, locked.total
          ), h as (${history('failed', how, `the payment came too late and was ${how}`)})
          select from o`;
      }),

    recordCapture: (orderUuid, how) =>
      run(async () => {
        const [status, cause] =
          how === 'captured' ? ['succeeded', 'payment captured'] : ['voided', 'what was authorised is gone'];
        const [row] = await sql<{ status: OrderStatus }[]>`
          with locked as (
            select id, total, status from orders where uuid = ${orderUuid} for update
          ), o as (
            update payments p set status = ${status!} from locked
            where order_id = locked.id and p.status = 'authorised' returning locked.id, locked.total, locked.status
          ), h as (${history(sql`status`, status!, cause!)})
          select status from locked`;
        if (!row) throw new Error(`no order ${orderUuid}`);
        return row.status;
      }),

    get: (orderUuid) =>
      run(async () => {
        const [row] = await sql<KnownOrder[]>`
          select ${order()} as order, ${eventUuids()} as "eventUuids"
          from orders o join payments p on p.order_id = o.id where o.uuid = ${orderUuid}`;
        return row;
      }),

    leasePending: ({ ageMs, actionMs, leaseMs, limit }) =>
      run(
        async () =>
          await sql<PendingOrder[]>`
          with due as (
            select p.id, p.status = 'requires_action' and o.created_at > now() - ${ms(actionMs)} as waits
            from payments p join orders o on o.id = p.order_id
            where p.status in ('pending', 'requires_action') and p.sweep_at <= now()
              and o.status = 'pending' and o.created_at <= now() - ${ms(ageMs)}
            order by p.sweep_at limit ${limit} for update of p skip locked
          ), p as (
            update payments p set sweep_at = now() + ${ms(leaseMs)} from due
            where p.id = due.id returning p.order_id, p.method_uuid, due.waits
          )
          select ${order()} as order, p.waits, ${eventUuids()} as "eventUuids"
          from p join orders o on o.id = p.order_id`,
      ),

    leaseUncaptured: ({ leaseMs, limit }) =>
      run(
        async () =>
          await sql<UncapturedOrder[]>`
          with due as (
            select id from payments where status = 'authorised' and sweep_at <= now()
            order by sweep_at limit ${limit} for update skip locked
          ), p as (
            update payments p set sweep_at = now() + ${ms(leaseMs)} from due
            where p.id = due.id returning p.order_id, p.method_uuid
          )
          select ${order()} as order, coalesce((
            select json_agg(json_build_object('eventUuid', event, 'ticketUuids', tickets)) from (
              select e.uuid as event, json_agg(t.uuid) as tickets from tickets t join events e on e.id = t.event_id
              where t.order_id = o.id group by e.uuid) owned
          ), '[]') as seats
          from p join orders o on o.id = p.order_id`,
      ),

    unfinished: () =>
      run(async () => {
        const backlog = (condition: ReturnType<typeof sql>, since: ReturnType<typeof sql>) => sql`json_build_object(
          'count', count(*) filter (where ${condition}),
          'oldestAgeSeconds', coalesce(extract(epoch from now() - min(${since}) filter (where ${condition})), 0))`;
        const [row] = await sql<{ payments: Record<string, Backlog>; refunds: Backlog }[]>`
          select (
            select json_build_object(
              'pending', ${backlog(sql`p.status = 'pending'`, sql`o.created_at`)},
              'actions', ${backlog(sql`p.status = 'requires_action'`, sql`o.created_at`)},
              'uncaptured', ${backlog(sql`p.status = 'authorised'`, sql`o.updated_at`)})
            from payments p join orders o on o.id = p.order_id
            where p.status in ('pending', 'requires_action', 'authorised')
          ) as payments, (
            select ${backlog(sql`true`, sql`created_at`)} from refunds where status = 'pending'
          ) as refunds`;
        const { pending, actions, uncaptured } = row!.payments as Record<'pending' | 'actions' | 'uncaptured', Backlog>;
        return { pending, actions, uncaptured, refunds: row!.refunds };
      }),
  };
}
