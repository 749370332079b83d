import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  index,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { idOf, instant, minorUnits, row } from './columns.ts';
import { events, tickets } from './event-schema.ts';
import { refunds } from './payment-schema.ts';

// The sale: what is held, and what was bought.

/**
 * One purchase of one buyer. `pending` between the claim and the response of the payment provider, then `paid` or
 * `failed`; `refunded` once every ticket was given back. `total` is in minor units of `currency` (ISO 4217).
 */
export const orders = pgTable(
  'orders',
  {
    ...row(),
    userUuid: text('user_uuid').notNull(),
    status: text('status', { enum: ['pending', 'paid', 'failed', 'refunded'] })
      .notNull()
      .default('pending'),
    total: minorUnits('total').notNull(),
    currency: text('currency').notNull(),
    /** The reservation that was bought, at whose prices; none for the original's endpoint. */
    reservationId: bigint('reservation_id', { mode: 'number' }).references((): AnyPgColumn => reservations.id, {
      onUpdate: 'cascade',
      onDelete: 'set null',
    }),
    /**
     * The event of its tickets, or 0 when that has gone. Null in rows of the release before until a job has found it. No
     * foreign key: an order that failed outlives its event.
     */
    eventId: idOf('event_id'),
  },
  (t) => [
    index('orders_event_id_id_idx').on(t.eventId, t.id).where(sql`event_id is not null`),
    index('orders_user_uuid_id_idx').on(t.userUuid, t.id),
    index('orders_reservation_id_idx').on(t.reservationId),
    index('orders_pending_idx').on(t.createdAt).where(sql`status = 'pending'`),
    check('orders_status_check', sql`${t.status} in ('pending', 'paid', 'failed', 'refunded')`),
    check('orders_total_check', sql`${t.total} >= 0`),
  ],
);

/** The tickets of an order, at the prices of the purchase; kept when the order failed. */
export const orderTickets = pgTable(
  'order_tickets',
  {
    ...row(),
    orderId: bigint('order_id', { mode: 'number' })
      .notNull()
      .references(() => orders.id),
    /**
     * Null once the ticket is deleted: only those of failed orders can be, and leave the next columns (a trigger writes
     * them).
     */
    ticketId: bigint('ticket_id', { mode: 'number' }).references(() => tickets.id),
    ticketUuid: text('ticket_uuid'),
    eventUuid: text('event_uuid'),
    seat: text('seat'),
    price: minorUnits('price').notNull(),
    /** The token of the lock under which the ticket was bought. */
    token: text('token'),
    /** The refund by which the ticket was given back; the order does not own it any more. */
    refundId: bigint('refund_id', { mode: 'number' }).references((): AnyPgColumn => refunds.id),
    /** The rate at which it was bought; null: the price of its category. */
    rateId: idOf('rate_id'),
  },
  (t) => [
    index('order_tickets_rate_id_idx').on(t.rateId).where(sql`rate_id is not null`),
    index('order_tickets_refund_id_idx').on(t.refundId).where(sql`refund_id is not null`),
    uniqueIndex('order_tickets_order_id_ticket_id_key').on(t.orderId, t.ticketId),
    index('order_tickets_ticket_id_idx').on(t.ticketId),
  ],
);

/**
 * Seats that a buyer holds together, at the prices of that moment. Only the lock store knows whether they are still
 * held; `releasedAt` is when the buyer released them. `total` is in minor units of `currency`.
 */
export const reservations = pgTable(
  'reservations',
  {
    ...row(),
    userUuid: text('user_uuid').notNull(),
    eventId: bigint('event_id', { mode: 'number' })
      .notNull()
      .references(() => events.id, { onUpdate: 'cascade', onDelete: 'cascade' }),
    total: minorUnits('total').notNull(),
    currency: text('currency').notNull(),
    extendedAt: instant('extended_at'),
    releasedAt: instant('released_at'),
    /** The access code by which the seats were held. */
    accessCodeId: idOf('access_code_id'),
  },
  (t) => [
    index('reservations_access_code_id_idx').on(t.accessCodeId).where(sql`access_code_id is not null`),
    index('reservations_user_uuid_event_id_idx').on(t.userUuid, t.eventId),
    index('reservations_event_id_idx').on(t.eventId),
    index('reservations_created_at_idx').on(t.createdAt),
    check('reservations_total_check', sql`${t.total} >= 0`),
  ],
);

/** The tickets of a reservation: each with its price, and the token of its lock. */
export const reservationTickets = pgTable(
  'reservation_tickets',
  {
    reservationId: bigint('reservation_id', { mode: 'number' })
      .notNull()
      .references(() => reservations.id, { onUpdate: 'cascade', onDelete: 'cascade' }),
    /** No foreign key: a line outlives its ticket, so that a missing one can be named. */
    ticketId: bigint('ticket_id', { mode: 'number' }).notNull(),
    /** The deleted ticket's values (a trigger writes them). */
    ticketUuid: text('ticket_uuid'),
    seat: text('seat'),
    price: minorUnits('price').notNull(),
    token: text('token').notNull(),
    /** As for the tickets of orders. */
    rateId: idOf('rate_id'),
  },
  (t) => [
    index('reservation_tickets_rate_id_idx').on(t.rateId).where(sql`rate_id is not null`),
    primaryKey({ columns: [t.reservationId, t.ticketId] }),
    index('reservation_tickets_ticket_id_idx').on(t.ticketId),
    // One lock makes one reservation, however many requests arrive at once.
    uniqueIndex('reservation_tickets_token_ticket_id_key').on(t.token, t.ticketId),
  ],
);

/** Ticket locks of the embedded profile. Unlogged: a lock need not survive a crash of the server, a sale does. */
export const ticketLocks = pgTable(
  'ticket_locks',
  {
    ticketUuid: text('ticket_uuid').primaryKey(),
    eventUuid: text('event_uuid').notNull(),
    owner: text('owner').notNull(),
    token: text('token').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** The end of the hold if its lock outlives it, because a payment is under way. */
    heldUntil: instant('held_until'),
    /** Another call than its taker's has adopted it. */
    adopted: boolean('adopted').notNull().default(false),
    /** The taker's note, such as the price at that moment. */
    note: text('note'),
  },
  (t) => [
    index('ticket_locks_event_uuid_owner_idx').on(t.eventUuid, t.owner),
    index('ticket_locks_expires_at_idx').on(t.expiresAt),
  ],
);
