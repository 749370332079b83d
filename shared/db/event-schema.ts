import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
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
import { asList, idOf, instant, minorUnits, row, xid8 } from './columns.ts';
import { organisers, seatingPlans } from './organiser-schema.ts';
import { orders } from './sale-schema.ts';

// Events and their tickets: the original's tables, and what was added to them.

/** The organiser whose row it is; null: the platform's. */
const owner = () => idOf('organiser_id').references((): AnyPgColumn => organisers.id);

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
