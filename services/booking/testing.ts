import { expect } from 'bun:test';
import type { Db } from '../../shared/db/client.ts';
import { AppError, isAppError } from '../../shared/errors.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { testDatabase } from '../../shared/testing/database.ts';
import { postgresBooks } from './adapters/postgres/books.ts';
import { postgresOrders } from './adapters/postgres/orders.ts';
import { postgresRefunds } from './adapters/postgres/refunds.ts';
import { postgresReservations } from './adapters/postgres/reservations.ts';
import { postgresSales } from './adapters/postgres/sales.ts';
import { postgresNotices } from './adapters/postgres/webhooks.ts';
import { sandboxPayments } from './adapters/sandbox/sandbox-payments.ts';
import { audit } from './domain/audit/audit.ts';
import { type ConfirmDeps, confirmTicket } from './domain/order/confirm-ticket.ts';
import type { CreateOrderDeps } from './domain/order/create-order.ts';
import type { HearDeps } from './domain/payment/handle-webhook.ts';
import type { PaymentProvider } from './domain/payment/payment-provider.ts';
import { type RefundDeps, sweepRefunds } from './domain/refund/refund-order.ts';
import type { ManageReservationDeps } from './domain/reservation/manage-reservation.ts';
import { type ReserveDeps, reserveTicket } from './domain/reservation/reserve-ticket.ts';
import type { ReserveTicketsDeps } from './domain/reservation/reserve-tickets.ts';
import { seatChoices } from './domain/seats/best-choices.ts';
import { knownTickets } from './domain/seats/known-tickets.ts';
import { type SweepDeps, sweepCaptures, sweepOrders } from './domain/sweep-orders.ts';

export type SaleDeps = ReserveDeps &
  ReserveTicketsDeps &
  ManageReservationDeps &
  CreateOrderDeps &
  RefundDeps &
  ConfirmDeps &
  SweepDeps &
  HearDeps;

/** The sale on a real PostgreSQL of its own, with some of its parts replaced if asked, and its payments by `provider`. */
export async function startSale(
  replace: (deps: SaleDeps) => Partial<SaleDeps> = () => ({}),
  provider: (db: Db) => PaymentProvider = sandboxPayments,
) {
  const database = await testDatabase();
  return { ...database, ...saleOn(database.db, replace, provider) };
}

/** The sale over a database; see `startSale`. */
export function saleOn(
  db: Db,
  replace: (deps: SaleDeps) => Partial<SaleDeps> = () => ({}),
  provider: (db: Db) => PaymentProvider = sandboxPayments,
) {
  const { sql } = db;
  const sales = postgresSales(db);
  const locks = postgresTicketLocks(db);
  const reservations = postgresReservations(db);
  const base: SaleDeps = {
    locks,
    sales,
    payments: provider(db),
    notices: postgresNotices(db),
    feed: { publish: () => {} },
    tickets: knownTickets(sales),
    reservations,
    seats: seatChoices({ locks, reservations, mayStrand: true }),
    orders: postgresOrders(db),
    refunds: postgresRefunds(db),
    refundWindowMs: 86_400_000,
    mayStrand: true,
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
      paymentCaptured: () => {},
      paymentGivenBack: () => {},
      refundPaid: () => {},
      refundFailed: () => {},
      paymentDisputed: () => {},
      refundDisputed: () => {},
      paymentRefused: () => {},
    },
  };
  const deps = { ...base, ...replace(base) };
  return {
    deps,
    reserve: (ticket: string, user: string) => codeOf(reserveTicket(deps, ticket, user)),
    confirm: (ticketUuid: string, userUuid: string, methodUuid: string) =>
      codeOf(confirmTicket(deps, { ticketUuid, userUuid, methodUuid })),
    /** What all sweeps do together; no order waits for its buyer any longer. */
    sweep: () => sweepAll(deps),
    /** Lets a ticket's lock end by time. */
    expire: (ticket: string) =>
      sql`update ticket_locks set expires_at = now() - interval '1 second' where ticket_uuid = ${ticket}`,
    /** Every rule that must hold at any quiet moment, whatever happened before. */
    audit: async () =>
      expect(await audit({ books: postgresBooks(db), payments: base.payments, locks: base.locks }, anyAge)).toEqual([]),
  };
}

/** What is pending may be so: the sweep has not come yet. */
const anyAge = { ageMs: 86_400_000, actionMs: 0 };
/** Nobody but the test sweeps. */
export const atOnce = { ageMs: 0, actionMs: 0, leaseMs: 0 };

/** Everything that a process does about what is unfinished. Answers how many orders and refunds it ended. */
export async function sweepAll(deps: SaleDeps): Promise<number> {
  const orders = await sweepOrders(deps, atOnce);
  await sweepCaptures(deps, atOnce);
  return orders + (await sweepRefunds(deps, atOnce));
}

export type Sale = Awaited<ReturnType<typeof startSale>>;

/** The result, or the stable code and details of a refusal; anything unforeseen is thrown on. */
export const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => {
    if (error instanceof AppError) return { code: error.code, ...error.details };
    throw error;
  });

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
      'payment_requires_action',
      'sales_ended',
      'amount_not_chargeable',
    ] as const) {
      if (isAppError(error, code)) return code;
    }
    throw error;
  }
}
