import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  index,
  integer,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { asList, instant, minorUnits, row } from './columns.ts';
import { orders } from './sale-schema.ts';

// The money: of orders, of what was given back, and the books of the providers.

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
 * The money for tickets that were given back: `pending` until the provider has confirmed it, `failed` when it came back
 * from the buyer's bank later. `amount` is in minor units of `currency`.
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
    status: text('status', { enum: ['pending', 'succeeded', 'disputed', 'failed'] })
      .notNull()
      .default('pending'),
    /** Why it has failed, or why the provider refused it at the last try. */
    failure: text('failure'),
    /** How often the provider has refused it since it is pending: the more often, the longer until the next try. */
    attempts: integer('attempts').notNull().default(0),
    /** When the sweep asks again; no other does before. */
    sweepAt: instant('sweep_at').notNull().defaultNow(),
    /** When one that had ended was last pending again, and the uuid of the request for it. */
    retriedAt: instant('retried_at'),
    retryUuid: text('retry_uuid'),
  },
  (t) => [
    index('refunds_order_id_idx').on(t.orderId),
    index('refunds_pending_idx').on(t.sweepAt).where(sql`status = 'pending'`),
    index('refunds_failed_idx').on(t.createdAt).where(sql`status = 'failed'`),
    check('refunds_status_check', sql`${t.status} in ('pending', 'succeeded', 'disputed', 'failed')`),
    check('refunds_amount_check', sql`${t.amount} >= 0`),
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
