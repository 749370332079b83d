import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { KnownOrder, OrderStatus } from '../../domain/order/order.ts';
import type { Backlog, Backlogs, PendingOrder, UnfinishedPayments } from '../../domain/payment/unfinished-payments.ts';
import { eventsOf, onShareOf } from './events-of.ts';
import { history, isOwnPayment, ms, orderJson, orderSeats } from './fragments.ts';
import { type How, skipping } from './skipping.ts';

type RefundBacklogs = Pick<Backlogs, 'refunds' | 'failedRefunds' | 'refundAttempts'>;

type Capture = { orderUuid: string; end: 'captured' | 'gone' };

/** Unfinished payments in PostgreSQL. */
export function postgresUnfinishedPayments(db: Db): UnfinishedPayments {
  const { sql, run } = db;
  const events = eventsOf(db);
  const runOf = onShareOf(db, events.order);

  const captureAll = async (on: Db['sql'], captures: Capture[], how: How) => {
    const rows = await on<{ uuid: string; status: OrderStatus }[]>`
      with locked as (
        select o.id, o.uuid, o.total, o.status, c.payment, c.cause
        from unnest(${captures.map(({ orderUuid }) => orderUuid)}::text[],
          ${captures.map(({ end }) => (end === 'captured' ? 'succeeded' : 'voided'))}::text[],
          ${captures.map(({ end }) => (end === 'captured' ? 'payment captured' : 'what was authorised is gone'))}::text[]
        ) as c (uuid, payment, cause) join orders o on o.uuid = c.uuid join payments p on p.order_id = o.id
        order by o.id for update of o, p ${how === 'skips' ? on`skip locked` : on``}
      ), o as (
        update payments p set status = locked.payment from locked
        where order_id = locked.id and p.status = 'authorised'
        returning locked.id, locked.total, locked.status, locked.payment, locked.cause
      ), h as (${history(sql, sql`status`, sql`payment`, sql`cause`)})
      select uuid, status from locked`;
    const statuses = new Map(rows.map(({ uuid, status }) => [uuid, status]));
    return captures.map(({ orderUuid }) => statuses.get(orderUuid));
  };

  const capture = skipping(db, {
    work: captureAll,
    eventOf: ({ orderUuid }: Capture) => events.order(orderUuid),
    namesOf: ({ orderUuid }) => [orderUuid],
  });

  return {
    leasePending: ({ provider, ageMs, actionMs, leaseMs, limit }) =>
      run(
        async () =>
          await sql<PendingOrder[]>`
          with due as (
            select p.id, p.status = 'requires_action' and o.created_at > now() - ${ms(sql, actionMs)} as waits
            from payments p join orders o on o.id = p.order_id
            where p.status in ('pending', 'requires_action') and p.sweep_at <= now()
              and o.created_at <= now() - ${ms(sql, ageMs)} and ${isOwnPayment(sql, provider)}
            order by p.sweep_at limit ${limit} for update of p skip locked
          ), p as (
            update payments p set sweep_at = now() + ${ms(sql, leaseMs)} from due
            where p.id = due.id returning p.order_id, p.method_uuid, p.provider, due.waits
          )
          select ${orderJson(sql)} as order, p.waits, ${orderSeats(sql)} as seats
          from p join orders o on o.id = p.order_id`,
      ),

    leaseUncaptured: ({ provider, leaseMs, limit }) =>
      run(
        async () =>
          await sql<KnownOrder[]>`
          with due as (
            select p.id from payments p join orders o on o.id = p.order_id
            where p.status = 'authorised' and p.sweep_at <= now() and ${isOwnPayment(sql, provider)}
            order by p.sweep_at limit ${limit} for update of p skip locked
          ), p as (
            update payments p set sweep_at = now() + ${ms(sql, leaseMs)} from due
            where p.id = due.id returning p.order_id, p.method_uuid, p.provider
          )
          select ${orderJson(sql)} as order, ${orderSeats(sql)} as seats
          from p join orders o on o.id = p.order_id`,
      ),

    async recordCapture(orderUuid, end) {
      const status = await capture({ orderUuid, end });
      if (!status) throw new Error(`no order ${orderUuid}`);
      return status;
    },

    recordGivenBack: (orderUuid, how) =>
      runOf(orderUuid, async (sql) => {
        await sql`
          with locked as (
            select id, total from orders where uuid = ${orderUuid} and status = 'failed' for update
          ), o as (
            update payments set status = ${how} from locked
            where order_id = locked.id and payments.status <> ${how} returning locked.id, locked.total
          ), h as (${history(sql, 'failed', how, `the payment came too late and was ${how}`)})
          select from o`;
      }),

    recordDispute: (orderUuid, isOpen) =>
      runOf(orderUuid, async (sql) => {
        // A refund that met the dispute may be tried again when the dispute has ended, even if the event of its start
        // never came.
        const { count } = await sql`
          with locked as (
            select id from orders where uuid = ${orderUuid} for update
          ), o as (
            update payments p set disputed_at = case when ${isOpen} then now() end from locked, orders
            where p.order_id = locked.id and orders.id = locked.id and (p.disputed_at is not null) <> ${isOpen}
            returning orders.id, orders.total, orders.status, p.status as payment
          ), again as (
            update refunds r set status = 'pending', attempts = 0, sweep_at = now(), retried_at = now() from locked
            where r.order_id = locked.id and r.status = 'disputed' and not ${isOpen}
          )
          insert into order_history (order_id, order_status, payment_status, amount, cause)
          select id, status, payment, total, ${isOpen ? 'payment disputed' : 'the dispute has ended'} from o`;
        return count > 0;
      }),

    elsewhere: (provider) =>
      run(async () => {
        // Each half reads a partial index of unfinished rows: finished payments are never scanned.
        const rows = await sql<{ name: string; count: number }[]>`
          with under_way as (
            select order_id from payments where status in ('pending', 'requires_action', 'authorised')
            union
            select order_id from refunds where status = 'pending'
          )
          select coalesce(p.provider, 'another provider') as name, count(*)::int as count
          from under_way join payments p using (order_id) join orders o on o.id = p.order_id
          where not ${isOwnPayment(sql, provider)}
          group by 1`;
        return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
      }),

    backlogs: () =>
      run(async () => {
        const backlog = (condition: Fragment, since: Fragment) => sql`json_build_object(
          'count', count(*) filter (where ${condition}),
          'oldestAgeSeconds', coalesce(extract(epoch from now() - min(${since}) filter (where ${condition})), 0))`;
        const [row] = await sql<({ payments: Record<string, Backlog> } & RefundBacklogs)[]>`
          select (
            select json_build_object(
              'pending', ${backlog(sql`p.status = 'pending'`, sql`o.created_at`)},
              'actions', ${backlog(sql`p.status = 'requires_action'`, sql`o.created_at`)},
              'uncaptured', ${backlog(sql`p.status = 'authorised'`, sql`o.updated_at`)})
            from payments p join orders o on o.id = p.order_id
            where p.status in ('pending', 'requires_action', 'authorised')
          ) as payments, (
            select ${backlog(sql`true`, sql`coalesce(retried_at, created_at)`)} from refunds where status = 'pending'
          ) as refunds, (
            select ${backlog(sql`true`, sql`created_at`)} from refunds where status = 'failed'
          ) as "failedRefunds", (
            select coalesce(max(attempts), 0) from refunds where status = 'pending'
          ) as "refundAttempts"`;
        const { payments, ...refunds } = row!;
        const { pending, actions, uncaptured } = payments as Record<'pending' | 'actions' | 'uncaptured', Backlog>;
        return { pending, actions, uncaptured, ...refunds };
      }),
  };
}
