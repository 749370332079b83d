import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { idOf, instant, minorUnits, row, xid8 } from './columns.ts';
import { organisers, seatingPlans } from './organiser-schema.ts';

export * from './organiser-schema.ts';

/** The organiser whose row it is; null: the platform's. */
const owner = () => idOf('organiser_id').references((): AnyPgColumn => organisers.id);

const asList = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(', '));

const eventStatuses = ['draft', 'published', 'postponed', 'rescheduled', 'cancelled'] as const;

export const venues = pgTable(
  'venues',
  {
    ...row(),
    location: text('location').notNull(),
    seatMap: jsonb('seat_map').notNull().default({}),
    organiserId: owner(),
    name: text('name'),
    address: text('address'),
    city: text('city'),
    /** ISO 3166-1, two letters. */
    country: text('country'),
    /** IANA's name, such as Europe/Berlin. */
    timeZone: text('time_zone'),
    /** Degrees, WGS 84. */
    latitude: doublePrecision('latitude'),
    longitude: doublePrecision('longitude'),
  },
  (t) => [
    index('venues_location_idx').on(t.location),
    index('venues_organiser_id_idx').on(t.organiserId, t.id).where(sql`organiser_id is not null`),
  ],
);

export const performers = pgTable(
  'performers',
  {
    ...row(),
    name: text('name').notNull(),
    /** Null when it is not known, or has no meaning, such as an orchestra's. */
    age: bigint('age', { mode: 'number' }),
    description: text('description'),
    organiserId: owner(),
  },
  (t) => [
    index('performers_name_idx').on(t.name),
    index('performers_organiser_id_idx').on(t.organiserId, t.id).where(sql`organiser_id is not null`),
  ],
);

export const events = pgTable(
  'events',
  {
    ...row(),
    name: text('name').notNull(),
    description: text('description'),
    date: instant('date').notNull(),
    /** ISO 4217: the currency of its tickets, null without tickets or with several (a trigger keeps it). */
    currency: text('currency'),
    venueId: bigint('venue_id', { mode: 'number' })
      .notNull()
      .references(() => venues.id, { onUpdate: 'cascade', onDelete: 'cascade' }),
    organiserId: owner(),
    /** A draft is visible to its organiser only. A row in the original's columns is published. */
    status: text('status', { enum: eventStatuses }).notNull().default('published'),
    category: text('category'),
    genre: text('genre'),
    imageUrl: text('image_url'),
    doorsAt: instant('doors_at'),
    endsAt: instant('ends_at'),
    /** The window of the general sale; null: from the publication, to the start of the event. */
    onSaleFrom: instant('on_sale_from'),
    onSaleUntil: instant('on_sale_until'),
    /** Most tickets that a buyer may hold and have bought together; null: as the platform has it. */
    ticketLimit: integer('ticket_limit'),
    /** ISO 4217: the currency of the tickets that its offer makes. */
    saleCurrency: text('sale_currency'),
    /** Its former dates, the oldest first. */
    previousDates: instant('previous_dates').array(),
    /** Until when each buyer may give back, after it was postponed or rescheduled. */
    refundUntil: instant('refund_until'),
    /** Counts what calendars must follow (iCalendar's SEQUENCE). */
    sequence: integer('sequence').notNull().default(0),
    /** The plan from which its tickets are made. */
    planId: idOf('plan_id').references((): AnyPgColumn => seatingPlans.id),
  },
  (t) => [
    check('events_status_check', sql`${t.status} in (${asList(eventStatuses)})`),
    check('events_ticket_limit_check', sql`${t.ticketLimit} > 0`),
    check('events_sale_currency_check', sql`${t.saleCurrency} ~ '^[A-Z]{3}$'`),
    index('events_organiser_id_idx').on(t.organiserId, t.id).where(sql`organiser_id is not null`),
    index('events_plan_id_idx').on(t.planId).where(sql`plan_id is not null`),
    index('events_venue_id_idx').on(t.venueId),
    index('events_date_idx').on(t.date, t.uuid),
    index('events_name_idx').on(t.name),
  ],
);

export const eventPerformers = pgTable(
  'event_performers',
  {
    eventId: bigint('event_id', { mode: 'number' })
      .notNull()
      .references(() => events.id, { onUpdate: 'cascade', onDelete: 'cascade' }),
    performerId: bigint('performer_id', { mode: 'number' })
      .notNull()
      .references(() => performers.id, { onUpdate: 'cascade', onDelete: 'cascade' }),
    /** Its place in the line-up; those without one come after, in the order of performers. */
    position: integer('position'),
  },
  (t) => [
    primaryKey({ columns: [t.eventId, t.performerId] }),
    index('event_performers_performer_id_idx').on(t.performerId),
  ],
);

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

export const tickets = pgTable(
  'tickets',
  {
    ...row(),
    eventId: bigint('event_id', { mode: 'number' })
      .notNull()
      .references(() => events.id, { onUpdate: 'cascade', onDelete: 'cascade' }),
    seat: text('seat').notNull(),
    /** Minor units of `currency`. */
    price: minorUnits('price').notNull(),
    currency: text('currency').notNull().default('USD'),
    status: text('status', { enum: ['available', 'booked'] })
      .notNull()
      .default('available'),
    /**
     * The live order that claims the seat: pending while `available`, paid once `booked`. The fence against a second
     * sale.
     */
    orderId: bigint('order_id', { mode: 'number' }).references(() => orders.id),
    /**
     * The transaction that last wrote the row (a trigger keeps it): the changes since a snapshot are one index scan.
     */
    changedIn: xid8('changed_in').notNull().default(sql`pg_current_xact_id()`),
    /** Its index among the places of the event's plan; null for a ticket that no plan has made. */
    place: integer('place'),
    /** The category of its place in the plan. */
    category: text('category'),
    /** While it is set the ticket is not for sale. (As for rates and codes, no foreign key: a sale pays for each.) */
    holdBackId: idOf('hold_back_id'),
  },
  (t) => [
    uniqueIndex('tickets_event_id_seat_key').on(t.eventId, t.seat),
    index('tickets_event_id_changed_in_idx').on(t.eventId, t.changedIn),
    index('tickets_order_id_idx').on(t.orderId).where(sql`order_id is not null`),
    check('tickets_status_check', sql`${t.status} in ('available', 'booked')`),
    check('tickets_price_check', sql`${t.price} >= 0`),
    check('tickets_currency_check', sql`${t.currency} ~ '^[A-Z]{3}$'`),
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

const paymentStatuses = [
  'pending',
  'requires_action',
  'authorised',
  'succeeded',
  'declined',
  'voided',
  'refunded',
] as const;

/**
 * The payment of an order: the request to the provider and its outcome. Money is reserved (`authorised`) before the
 * tickets are booked, and taken (`succeeded`) after.
 */
export const payments = pgTable(
  'payments',
  {
    ...row(),
    orderId: bigint('order_id', { mode: 'number' })
      .notNull()
      .unique()
      .references(() => orders.id),
    methodUuid: text('method_uuid').notNull(),
    /** The payment provider and its mode; only that one ends the payment. Null in rows of the first releases. */
    provider: text('provider'),
    /** When the buyer disputed the payment. */
    disputedAt: instant('disputed_at'),
    status: text('status', { enum: paymentStatuses }).notNull().default('pending'),
    amount: minorUnits('amount').notNull(),
    currency: text('currency').notNull(),
    /** The data for the client to have its buyer approve the payment, as JSON; null when no approval is needed. */
    action: text('action'),
    /** The lease of an unfinished payment: until then no other sweep takes it. */
    sweepAt: instant('sweep_at').notNull().defaultNow(),
  },
  (t) => [
    check('payments_status_check', sql`${t.status} in (${asList(paymentStatuses)})`),
    index('payments_unfinished_idx')
      .on(t.status, t.sweepAt)
      .where(sql`status in ('pending', 'requires_action', 'authorised')`),
  ],
);

/** The history of orders and their money: a row for every step, with the state after it. Append-only. */
export const orderHistory = pgTable(
  'order_history',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    orderId: bigint('order_id', { mode: 'number' })
      .notNull()
      .references(() => orders.id),
    at: instant('at').notNull().default(sql`clock_timestamp()`),
    orderStatus: text('order_status').notNull(),
    paymentStatus: text('payment_status').notNull(),
    /** For a step of a refund: its uuid and status. */
    refundId: bigint('refund_id', { mode: 'number' }).references((): AnyPgColumn => refunds.id),
    refundStatus: text('refund_status'),
    /** The amount of the step, in minor units of the order's currency. */
    amount: minorUnits('amount').notNull(),
    cause: text('cause').notNull(),
  },
  (t) => [index('order_history_order_id_id_idx').on(t.orderId, t.id)],
);

/** Payment methods of buyers: maps a `payment_method_uuid` to the provider's reference. */
export const paymentMethods = pgTable(
  'payment_methods',
  {
    ...row(),
    userUuid: text('user_uuid').notNull(),
    /** The provider's reference, such as Stripe's pm_…; card numbers are never stored. */
    reference: text('reference').notNull(),
  },
  (t) => [uniqueIndex('payment_methods_user_uuid_reference_key').on(t.userUuid, t.reference)],
);

/** Stripe's PaymentIntent of each order, stored before any money can move. */
export const stripeIntents = pgTable('stripe_intents', {
  /** The order's uuid. */
  key: text('key').primaryKey(),
  intentId: text('intent_id').unique(),
  /** Once this is set no intent may be confirmed for the order; it tells who may cancel it: see `beginClosing`. */
  closedAt: instant('closed_at'),
  /** Why the card was declined. */
  declined: text('declined'),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/**
 * How often a refund's request ended with an error that Stripe would replay for a day; the next request has a new key.
 */
export const stripeRefunds = pgTable('stripe_refunds', {
  /** The refund's uuid. */
  key: text('key').primaryKey(),
  failed: integer('failed').notNull().default(0),
});

/** Webhook events of the payment provider that were handled, by id: some come twice. */
export const paymentNotices = pgTable(
  'payment_notices',
  {
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [index('payment_notices_created_at_idx').on(t.createdAt)],
);

/**
 * The money for tickets that were given back: `pending` until the provider has confirmed it.
 * `amount` is in minor units of `currency`.
 */
export const refunds = pgTable(
  'refunds',
  {
    ...row(),
    orderId: bigint('order_id', { mode: 'number' })
      .notNull()
      .references(() => orders.id),
    amount: minorUnits('amount').notNull(),
    currency: text('currency').notNull(),
    /** As for payments. */
    provider: text('provider'),
    /** `disputed`: the buyer has the money back through a dispute. */
    status: text('status', { enum: ['pending', 'succeeded', 'disputed'] })
      .notNull()
      .default('pending'),
    /** As for payments. */
    sweepAt: instant('sweep_at').notNull().defaultNow(),
  },
  (t) => [
    index('refunds_order_id_idx').on(t.orderId),
    index('refunds_pending_idx').on(t.sweepAt).where(sql`status = 'pending'`),
    check('refunds_status_check', sql`${t.status} in ('pending', 'succeeded', 'disputed')`),
    check('refunds_amount_check', sql`${t.amount} >= 0`),
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

/**
 * Responses to requests with an Idempotency-Key, for a day: a repeated request gets the first response again. `status`
 * is null while the first request is at work, since `startedAt`.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    scope: text('scope').notNull(),
    key: text('key').notNull(),
    /** A hash of the request, to tell a repetition from another request with the same key. */
    fingerprint: text('fingerprint').notNull(),
    status: bigint('status', { mode: 'number' }),
    body: text('body'),
    location: text('location'),
    startedAt: instant('started_at').notNull().defaultNow(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.scope, t.key] }), index('idempotency_keys_created_at_idx').on(t.createdAt)],
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

/** The books of the sandbox payment provider: one row per charge, as a real provider would keep. */
export const sandboxCharges = pgTable('sandbox_charges', {
  key: text('key').primaryKey(),
  amount: minorUnits('amount').notNull(),
  currency: text('currency').notNull(),
  status: text('status', { enum: ['requires_action', 'authorised', 'succeeded', 'declined', 'voided'] }).notNull(),
  /** The buyer has disputed it. */
  disputed: boolean('disputed').notNull().default(false),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** The refunds of the sandbox's charges: one row per refund, by its request's key. */
export const sandboxRefunds = pgTable(
  'sandbox_refunds',
  {
    key: text('key').primaryKey(),
    chargeKey: text('charge_key')
      .notNull()
      .references(() => sandboxCharges.key),
    amount: minorUnits('amount').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [index('sandbox_refunds_charge_key_idx').on(t.chargeKey)],
);

/** Changes that could not be read, kept with their cause for a person to look at. */
export const cdcDeadLetters = pgTable('cdc_dead_letters', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  position: text('position').notNull(),
  payload: jsonb('payload').notNull(),
  cause: text('cause').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** Small facts the software keeps about itself, such as "the demo seed is loaded". */
export const appState = pgTable('app_state', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});
