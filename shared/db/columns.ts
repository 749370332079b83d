import { sql } from 'drizzle-orm';
import { bigint, customType, text, timestamp } from 'drizzle-orm/pg-core';

/** PostgreSQL's 64-bit transaction id, which never wraps; read as text because it may pass 2^53. */
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
export const minorUnits = (name: string) => bigint(name, { mode: 'number' });

/** A reference to a row's internal id. */
export const idOf = (name: string) => bigint(name, { mode: 'number' });

/** Columns of every table: an internal id that never leaves a service, a public uuid, and two instants. */
export const row = () => ({
  id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  uuid: text('uuid').notNull().unique().default(sql`gen_random_uuid()::text`),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});

/** Values of a check, as SQL. */
export const asList = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(', '));
