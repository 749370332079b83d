import { expect } from 'bun:test';
import { type Actor, anyone } from '../../shared/auth/actor.ts';
import type { Db } from '../../shared/db/client.ts';
import { AppError, isAppError } from '../../shared/errors.ts';
import { postgresIdempotencyKeys } from '../../shared/idempotency/postgres.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { testDatabase } from '../../shared/testing/database.ts';
import { postgresDataVersion } from '../../shared/version/postgres.ts';
import { postgresBooks } from './adapters/postgres/books.ts';
import { postgresEventChanges } from './adapters/postgres/event-changes.ts';
import { postgresEventSales } from './adapters/postgres/event-sales.ts';
import { postgresOperations } from './adapters/postgres/operations.ts';
import { postgresOrderHistories } from './adapters/postgres/order-histories.ts';
import { postgresOrders } from './adapters/postgres/orders.ts';
import { postgresPaymentMethods } from './adapters/postgres/payment-methods.ts';
import { postgresRefunds } from './adapters/postgres/refunds.ts';
import { postgresReservations } from './adapters/postgres/reservations.ts';
import { postgresTickets } from './adapters/postgres/tickets.ts';
import { postgresUnfinishedPayments } from './adapters/postgres/unfinished-payments.ts';
import { postgresWebhookEvents } from './adapters/postgres/webhooks.ts';
import { sandboxPayments } from './adapters/sandbox/sandbox-payments.ts';
import { audit } from './domain/audit/audit.ts';
import * as confirm from './domain/order/confirm-ticket.ts';
import * as create from './domain/order/create-order.ts';
import * as findOrders from './domain/order/find-order.ts';
import type { OrderView } from './domain/order/order.ts';
import { sweepOrders } from './domain/order/sweep-orders.ts';
import type { PaymentProvider } from './domain/payment/payment-provider.ts';
import { sweepCaptures } from './domain/payment/sweep-captures.ts';
import type { Ports } from './domain/ports.ts';
import type { Refund } from './domain/refund/refund.ts';
import * as refund from './domain/refund/refund-order.ts';
import { sweepRefunds } from './domain/refund/sweep-refunds.ts';
import * as extend from './domain/reservation/extend-reservation.ts';
import * as findReservations from './domain/reservation/find-reservation.ts';
import type { HeldReservation } from './domain/reservation/hold-seats.ts';
import * as release from './domain/reservation/release-reservation.ts';
import * as best from './domain/reservation/reserve-best.ts';
import * as named from './domain/reservation/reserve-seats.ts';
import * as reserve from './domain/reservation/reserve-ticket.ts';
import * as chosen from './domain/reservation/reserve-tickets.ts';
import { knownRules } from './domain/sale-rules/known-rules.ts';
import { seatChoices } from './domain/seats/best-choices.ts';
import { knownSeats } from './domain/seats/known-seats.ts';
import { knownTickets } from './domain/seats/known-tickets.ts';
import { notPaid } from './http/payment-responses.ts';

export type SaleDeps = Ports;

// The verbs as tests call them: as anyone, unless an actor is named; a payment that was not made is thrown, as HTTP
// does.

export const reserveTicket = (
  ports: Ports,
  ticketUuid: string,
  userUuid: string,
  actor: Actor = anyone,
): Promise<void> => reserve.reserveTicket(ports, { actor, ticketUuid, userUuid });

export const reserveTickets = (
  ports: Ports,
  request: Omit<Parameters<typeof chosen.reserveTickets>[1], 'actor'>,
  actor: Actor = anyone,
): Promise<HeldReservation> => chosen.reserveTickets(ports, { actor, ...request });

export const reserveBest = (
  ports: Ports,
  request: Omit<Parameters<typeof best.reserveBest>[1], 'actor'>,
  actor: Actor = anyone,
): Promise<HeldReservation> => best.reserveBest(ports, { actor, ...request });

export const reserveSeats = (
  ports: Ports,
  request: Omit<Parameters<typeof named.reserveSeats>[1], 'actor'>,
  actor: Actor = anyone,
): Promise<HeldReservation> => named.reserveSeats(ports, { actor, ...request });

export const findReservation = (ports: Ports, uuid: string, actor: Actor = anyone) =>
  findReservations.findReservation(ports, { actor, uuid });

export const releaseReservation = (ports: Ports, uuid: string, actor: Actor = anyone): Promise<void> =>
  release.releaseReservation(ports, { actor, uuid });

export const extendReservation = (ports: Ports, uuid: string, actor: Actor = anyone) =>
  extend.extendReservation(ports, { actor, uuid });

export async function confirmTicket(
  ports: Ports,
  request: Omit<confirm.Confirmation, 'actor'>,
  actor: Actor = anyone,
): Promise<void> {
  const completion = await confirm.confirmTicket(ports, { actor, ...request });
  if (completion.is !== 'paid') throw notPaid(completion);
}

export async function createOrder(
  ports: Ports,
  { reservationUuid, ...request }: { reservationUuid: string; methodUuid: string; before?: string | undefined },
  actor: Actor = anyone,
): Promise<OrderView> {
  const reservation = await findReservations.ownReservation(ports, { actor, uuid: reservationUuid });
  const purchase = await create.createOrder(ports, { actor, reservation, ...request });
  if (purchase.is !== 'placed') throw notPaid(purchase);
  return purchase.order;
}

export const findOrder = (ports: Ports, uuid: string, actor: Actor = anyone): Promise<OrderView> =>
  findOrders.findOrder(ports, { actor, uuid });

export const refundOrder = (
  ports: Ports,
  request: Omit<refund.RefundRequest, 'actor'>,
  actor: Actor = anyone,
): Promise<Refund> => refund.refundOrder(ports, { actor, ...request });

/**
 * The sale on a real PostgreSQL of its own, with some of its parts replaced if asked, and its payments by `provider`.
 */
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
  const locks = postgresTicketLocks(db);
  const tickets = postgresTickets(db);
  const base: SaleDeps = {
    locks,
    tickets,
    unfinishedPayments: postgresUnfinishedPayments(db),
    payments: provider(db),
    paymentMethods: postgresPaymentMethods(db),
    webhookEvents: postgresWebhookEvents(db),
    eventChanges: postgresEventChanges(db),
    operations: postgresOperations(db),
    eventSales: postgresEventSales(db),
    orderHistories: postgresOrderHistories(db),
    idempotencyKeys: postgresIdempotencyKeys(db),
    dataVersion: postgresDataVersion(db),
    feed: { publish: () => {} },
    knownTickets: knownTickets(tickets),
    // So that a test sees a change of the rules at once.
    knownRules: knownRules(tickets, { freshMs: 0 }),
    knownSeats: knownSeats(tickets),
    reservations: postgresReservations(db),
    seats: seatChoices({ locks, tickets, mayStrand: true }),
    orders: postgresOrders(db),
    refunds: postgresRefunds(db, { firstPauseMs: 0 }),
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
    /** Runs all sweeps; no order waits for its buyer any longer. */
    sweep: () => sweepAll(deps),
    /** Makes a ticket's lock expire. */
    expire: (ticket: string) =>
      sql`update ticket_locks set expires_at = now() - interval '1 second' where ticket_uuid = ${ticket}`,
    /** Every rule that must hold at any quiet moment, whatever happened before. */
    audit: async () =>
      expect(await audit({ books: postgresBooks(db), payments: base.payments, locks: base.locks }, anyAge)).toEqual([]),
  };
}

/** Allows anything pending: no sweep has run yet. */
const anyAge = { ageMs: 86_400_000, actionMs: 0 };
/** Only the test sweeps. */
export const atOnce = { ageMs: 0, actionMs: 0, leaseMs: 0 };

/** Runs every sweep of unfinished work. Returns how many orders and refunds it ended. */
export async function sweepAll(deps: SaleDeps): Promise<number> {
  const orders = await sweepOrders(deps, atOnce);
  await sweepCaptures(deps, atOnce);
  return orders + (await sweepRefunds(deps, atOnce));
}

export type Sale = Awaited<ReturnType<typeof startSale>>;

/** A mistake for the oracles to find: an order claims its tickets whatever their state. */
export const claimsAnything = (deps: Ports, at: () => Pick<Sale, 'sql'>): Pick<Ports, 'orders' | 'locks'> => ({
  orders: {
    ...deps.orders,
    claim: async (request) => {
      const uuids = request.lines.map(({ ticketUuid }) => ticketUuid);
      await at().sql`update tickets set status = 'available', order_id = null where uuid = any(${uuids})`;
      return deps.orders.claim(request);
    },
  },
  locks: { ...deps.locks, cover: async () => true },
});

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
