import { bigint, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

// All tables, each in the file of its thing; and here, what the software keeps about its own work.

export * from './event-schema.ts';
export * from './organiser-schema.ts';
export * from './payment-schema.ts';
export * from './sale-schema.ts';

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
