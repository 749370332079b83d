import { expect } from 'bun:test';
import type { Db } from '../../shared/db/client.ts';
import { isAppError } from '../../shared/errors.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { testDatabase } from '../../shared/testing/database.ts';
import { postgresOrders } from './adapters/postgres-orders.ts';
import { postgresRefunds } from './adapters/postgres-refunds.ts';
import { postgresReservations } from './adapters/postgres-reservations.ts';
import { postgresSales } from './adapters/postgres-sales.ts';
import { sandboxPayments } from './adapters/sandbox-payments.ts';
import { type ConfirmDeps, confirmTicket } from './domain/confirm-ticket.ts';
import type { CreateOrderDeps } from './domain/create-order.ts';
import type { ManageReservationDeps } from './domain/manage-reservation.ts';
import { type RefundDeps, sweepRefunds } from './domain/refund-order.ts';
import { type ReserveDeps, reserveTicket } from './domain/reserve-ticket.ts';
import type { ReserveTicketsDeps } from './domain/reserve-tickets.ts';
import { type SweepDeps, sweepOrders } from './domain/sweep-orders.ts';
import { ticketEvents } from './domain/ticket-events.ts';

export type SaleDeps = ReserveDeps &
  ReserveTicketsDeps &
  ManageReservationDeps &
  CreateOrderDeps &
  RefundDeps &
  ConfirmDeps &
  SweepDeps;

/** The sale on a real PostgreSQL of its own, with some of its parts replaced if asked. */
export async function startSale(replace: (deps: SaleDeps) => Partial<SaleDeps> = () => ({})) {
  const { db, sql, drop } = await testDatabase();
  const sales = postgresSales(db);
  const base: SaleDeps = {
    locks: postgresTicketLocks(db),
    sales,
    payments: sandboxPayments(db),
    feed: { publish: () => {} },
    eventOf: ticketEvents(sales),
    reservations: postgresReservations(db),
    orders: postgresOrders(db),
    refunds: postgresRefunds(db),
    refundWindowMs: 86_400_000,
    now: Date.now,
    lockTtlMs: 900_000,
    ticketLimit: 0,
    observer: {
      lockTaken: () => {},
      lockRefused: () => {},
      locksExpired: () => {},
      ticketsSold: () => {},
      paymentDeclined: () => {},
      paymentUnanswered: () => {},
      orderSwept: () => {},
    },
  };
  const deps = { ...base, ...replace(base) };
  return {
    sql,
    drop,
    deps,
    reserve: (ticket: string, user: string) => codeOf(reserveTicket(deps, ticket, user)),
    confirm: (ticketUuid: string, userUuid: string, methodUuid: string) =>
      codeOf(confirmTicket(deps, { ticketUuid, userUuid, methodUuid })),
    sweep: async () => (await sweepOrders(deps, 0)) + (await sweepRefunds(deps, 0)),
    /** Lets a ticket's lock end by time. */
    expire: (ticket: string) =>
      sql`update ticket_locks set expires_at = now() - interval '1 second' where ticket_uuid = ${ticket}`,
    /** Every rule that must hold at any quiet moment, whatever happened before. */
    audit: () => audit(sql),
  };
}

export type Sale = Awaited<ReturnType<typeof startSale>>;

/** 'ok', or the stable code of what was thrown; anything unforeseen is thrown on. */
async function codeOf(work: Promise<void>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    for (const code of [
      'ticket_not_available',
      'ticket_not_reserved',
      'payment_declined',
      'payment_pending',
    ] as const) {
      if (isAppError(error, code)) return code;
    }
    throw error;
  }
}

async function audit(sql: Db['sql']): Promise<void> {
  // What an order owns is what it bought and has not given back; what the provider keeps for it must be worth just that.
  const [row] = await sql`
    with owned as (
      select o.id, o.uuid, o.status, ot.ticket_id, ot.price from orders o
      join order_tickets ot on ot.order_id = o.id and ot.refund_id is null
    ), kept as (
      select c.key, c.amount - coalesce((select sum(r.amount) from sandbox_refunds r where r.charge_key = c.key), 0) as amount
      from sandbox_charges c where c.status = 'succeeded'
    ), owed as (
      select o.uuid, sum(case when o.status = 'paid' then owned.price else 0 end) as amount
      from orders o left join owned on owned.id = o.id group by o.uuid
    )
    select
      (select count(*) from (
        select ticket_id from owned where status in ('pending', 'paid')
        group by ticket_id having count(*) > 1) twice)::int as sold_twice,
      (select count(*) from tickets t left join orders o on o.id = t.order_id
        where t.status = 'booked' and o.status is distinct from 'paid')::int as booked_unpaid,
      (select count(*) from owned join tickets t on t.id = owned.ticket_id
        where owned.status = 'paid' and (t.status <> 'booked' or t.order_id <> owned.id))::int as paid_unbooked,
      (select count(*) from tickets t join orders o on o.id = t.order_id
        where o.status in ('failed', 'refunded'))::int as claimed_by_ended,
      (select count(*) from owed join orders o on o.uuid = owed.uuid left join kept on kept.key = owed.uuid
        where o.status <> 'pending' and coalesce(kept.amount, 0) <> owed.amount
          + (select coalesce(sum(r.amount), 0) from refunds r where r.order_id = o.id and r.status = 'pending')
      )::int as unexplained,
      (select count(*) from orders o where o.total <> (
        select sum(price) from order_tickets ot where ot.order_id = o.id))::int as wrong_totals`;
  expect(row).toEqual({
    sold_twice: 0,
    booked_unpaid: 0,
    paid_unbooked: 0,
    claimed_by_ended: 0,
    unexplained: 0,
    wrong_totals: 0,
  });
}
