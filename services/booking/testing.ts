import { expect } from 'bun:test';
import { isAppError } from '../../shared/errors.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { testDatabase } from '../../shared/testing/database.ts';
import { postgresBooks } from './adapters/postgres-books.ts';
import { postgresOrders } from './adapters/postgres-orders.ts';
import { postgresRefunds } from './adapters/postgres-refunds.ts';
import { postgresReservations } from './adapters/postgres-reservations.ts';
import { postgresSales } from './adapters/postgres-sales.ts';
import { sandboxPayments } from './adapters/sandbox-payments.ts';
import { audit } from './domain/audit.ts';
import { chooseBest } from './domain/best-choices.ts';
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
  const locks = postgresTicketLocks(db);
  const reservations = postgresReservations(db);
  const base: SaleDeps = {
    locks,
    sales,
    payments: sandboxPayments(db),
    feed: { publish: () => {} },
    eventOf: ticketEvents(sales),
    reservations,
    chooseBest: chooseBest({ locks, reservations }),
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
    db,
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
    audit: async () => expect(await audit({ books: postgresBooks(db), payments: base.payments }, anyAgeMs)).toEqual([]),
  };
}

/** What is pending may be so: the sweep has not come yet. */
const anyAgeMs = 86_400_000;

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
