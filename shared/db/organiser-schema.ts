import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { idOf, instant, minorUnits, row } from './columns.ts';
import { events, venues } from './event-schema.ts';

// The organisers' tables.

/** A row that belongs to an event goes with it. */
const ofEvent = () =>
  idOf('event_id')
    .notNull()
    .references((): AnyPgColumn => events.id, { onUpdate: 'cascade', onDelete: 'cascade' });

/** Those who sell here. The platform itself has no row: what has no organiser is the platform's. */
export const organisers = pgTable('organisers', { ...row(), name: text('name').notNull() });

/** Keys by which programs act for an organiser; of the key itself only a hash is kept. */
export const apiKeys = pgTable(
  'api_keys',
  {
    ...row(),
    /** Null: the platform's. */
    organiserId: idOf('organiser_id').references(() => organisers.id),
    name: text('name').notNull(),
    /** SHA-256 of the whole key, in hexadecimal. */
    hash: text('hash').notNull().unique(),
    /** Its first characters, by which a person knows it again. */
    start: text('start').notNull(),
    scopes: text('scopes').array().notNull(),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('api_keys_organiser_id_idx').on(t.organiserId, t.id)],
);

/** Each change by an organiser: written in the transaction of the change. Append-only (a trigger refuses the rest). */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at').notNull().default(sql`clock_timestamp()`),
    organiserId: idOf('organiser_id').references(() => organisers.id),
    /** The kind of actor, such as `organiser` or `key`; and the uuid of its user or key, if it has one. */
    actor: text('actor').notNull(),
    actorUuid: text('actor_uuid'),
    /** The address from which it was asked, if it is known. */
    address: text('address'),
    /** Such as `event.published`. */
    action: text('action').notNull(),
    /** The kind of thing, such as `event`, and its uuid. */
    thing: text('thing').notNull(),
    thingUuid: text('thing_uuid').notNull(),
    /** The members that have changed, as they were and as they are. */
    before: jsonb('before'),
    after: jsonb('after'),
  },
  (t) => [
    index('audit_log_organiser_id_idx').on(t.organiserId, t.id),
    index('audit_log_thing_uuid_idx').on(t.thingUuid, t.id),
    index('audit_log_actor_uuid_idx').on(t.actorUuid, t.id),
  ],
);

/** Seating plans of venues. Never changed: a changed plan is another one. */
export const seatingPlans = pgTable(
  'seating_plans',
  {
    ...row(),
    venueId: idOf('venue_id')
      .notNull()
      .references((): AnyPgColumn => venues.id, { onUpdate: 'cascade', onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** SHA-256 of its canonical form, in hexadecimal. */
    hash: text('hash').notNull(),
    /** How many places it has. */
    places: integer('places').notNull(),
    plan: jsonb('plan').notNull(),
  },
  (t) => [uniqueIndex('seating_plans_venue_id_hash_key').on(t.venueId, t.hash)],
);

/** Windows before the general sale, for those who have a code. */
export const presales = pgTable(
  'presales',
  {
    ...row(),
    eventId: ofEvent(),
    name: text('name').notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
  },
  (t) => [
    index('presales_event_id_idx').on(t.eventId),
    check('presales_window_check', sql`${t.endsAt} > ${t.startsAt}`),
  ],
);

/** Codes of presales. A use is a reservation by the code that is held, is being paid for, or was bought. */
export const accessCodes = pgTable(
  'access_codes',
  {
    ...row(),
    presaleId: idOf('presale_id')
      .notNull()
      .references(() => presales.id, { onUpdate: 'cascade', onDelete: 'cascade' }),
    code: text('code').notNull(),
    /** Null: without a limit. */
    maxUses: integer('max_uses'),
    withdrawnAt: instant('withdrawn_at'),
  },
  (t) => [
    uniqueIndex('access_codes_presale_id_code_key').on(t.presaleId, t.code),
    check('access_codes_max_uses_check', sql`${t.maxUses} > 0`),
  ],
);

/** Rates of an event beside the prices of its categories, such as a child's. */
export const rates = pgTable(
  'rates',
  {
    ...row(),
    eventId: ofEvent(),
    name: text('name').notNull(),
    position: integer('position').notNull().default(0),
    /** Most tickets at this rate; null: without a limit. */
    maxTickets: integer('max_tickets'),
    /** No longer offered; what was held or sold at it stays. */
    withdrawnAt: instant('withdrawn_at'),
  },
  (t) => [
    uniqueIndex('rates_event_id_name_key').on(t.eventId, t.name),
    check('rates_max_tickets_check', sql`${t.maxTickets} > 0`),
  ],
);

/** The price of a rate in a category, in minor units of the event's currency. */
export const ratePrices = pgTable(
  'rate_prices',
  {
    rateId: idOf('rate_id')
      .notNull()
      .references(() => rates.id, { onUpdate: 'cascade', onDelete: 'cascade' }),
    category: text('category').notNull(),
    price: minorUnits('price').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.rateId, t.category] }),
    check('rate_prices_price_check', sql`${t.price} between 0 and 100000000000`),
  ],
);

/** Named sets of places that are not for sale, until they are released by hand or at `releaseAt`. */
export const holdBacks = pgTable(
  'hold_backs',
  {
    ...row(),
    eventId: ofEvent(),
    name: text('name').notNull(),
    releaseAt: instant('release_at'),
    releasedAt: instant('released_at'),
  },
  (t) => [
    uniqueIndex('hold_backs_event_id_name_key').on(t.eventId, t.name),
    index('hold_backs_release_at_idx').on(t.releaseAt).where(sql`released_at is null and release_at is not null`),
  ],
);

/**
 * Long work on an event that goes on when its process dies, such as making its tickets, or giving all its buyers their
 * money back. `state` is what the work needs to go on.
 */
export const operations = pgTable(
  'operations',
  {
    ...row(),
    eventId: ofEvent(),
    kind: text('kind', { enum: ['offer', 'refunds'] }).notNull(),
    status: text('status', { enum: ['running', 'succeeded', 'failed'] })
      .notNull()
      .default('running'),
    done: integer('done').notNull().default(0),
    total: integer('total').notNull().default(0),
    /** Why it failed, as an error's body has it. */
    error: jsonb('error'),
    state: jsonb('state').notNull(),
    /** Until then no other process takes it. */
    leasedUntil: instant('leased_until').notNull().defaultNow(),
  },
  (t) => [
    index('operations_event_id_idx').on(t.eventId, t.id),
    index('operations_running_idx').on(t.leasedUntil).where(sql`status = 'running'`),
    check('operations_status_check', sql`${t.status} in ('running', 'succeeded', 'failed')`),
    check('operations_kind_check', sql`${t.kind} in ('offer', 'refunds')`),
  ],
);
