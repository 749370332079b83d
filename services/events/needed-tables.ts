import * as tables from '../../shared/db/schema.ts';
import type { Needed } from '../../shared/db/schema-check.ts';

/** The tables of the events service, and its rights on each; `locks` are in PostgreSQL, or elsewhere. */
export const neededTables = ({ locks }: { locks: boolean }): Needed => [
  [tables.events, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.venues, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.performers, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.eventPerformers, 'SELECT', 'INSERT', 'DELETE'],
  [tables.tickets, 'SELECT'],
  [tables.seatingPlans, 'SELECT'],
  [tables.rates, 'SELECT'],
  [tables.ratePrices, 'SELECT'],
  [tables.presales, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.accessCodes, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.reservations, 'SELECT'],
  [tables.reservationTickets, 'SELECT'],
  [tables.orders, 'SELECT'],
  [tables.organisers, 'SELECT', 'INSERT'],
  [tables.apiKeys, 'SELECT', 'INSERT', 'UPDATE'],
  [tables.auditLog, 'SELECT', 'INSERT'],
  [tables.idempotencyKeys, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  ...(locks ? ([[tables.ticketLocks, 'SELECT']] satisfies Needed) : []),
];
