import * as tables from '../../shared/db/schema.ts';
import type { Needed } from '../../shared/db/schema-check.ts';

/** The tables of the events service, and its rights on each; `locks` are in PostgreSQL, or elsewhere. */
export const neededTables = ({ locks }: { locks: boolean }): Needed => [
  [tables.events, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.venues, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.performers, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.eventPerformers, 'SELECT', 'INSERT', 'DELETE'],
  [tables.seatingPlans, 'SELECT', 'INSERT', 'DELETE'],
  [tables.tickets, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.rates, 'SELECT', 'INSERT', 'UPDATE'],
  [tables.ratePrices, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.holdBacks, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.operations, 'SELECT', 'INSERT', 'UPDATE'],
  // Deleting a ticket writes its uuid and seat into the lines that name it.
  [tables.orders, 'SELECT'],
  [tables.orderTickets, 'SELECT', 'UPDATE'],
  [tables.reservationTickets, 'SELECT', 'UPDATE'],
  [tables.presales, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.accessCodes, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.reservations, 'SELECT'],
  [tables.organisers, 'SELECT', 'INSERT'],
  [tables.apiKeys, 'SELECT', 'INSERT', 'UPDATE'],
  [tables.auditLog, 'SELECT', 'INSERT'],
  [tables.idempotencyKeys, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  ...(locks ? ([[tables.ticketLocks, 'SELECT', 'INSERT', 'UPDATE', 'DELETE']] satisfies Needed) : []),
];
