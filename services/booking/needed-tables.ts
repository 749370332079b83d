import * as tables from '../../shared/db/schema.ts';
import type { Needed } from '../../shared/db/schema-check.ts';

/**
 * The tables of the booking service, and its rights on each: `on conflict do update` and `for update` need UPDATE, too;
 * `locks` are in PostgreSQL, or elsewhere.
 */
export const neededTables = ({ locks, sandbox }: { locks: boolean; sandbox: boolean }): Needed => [
  [tables.events, 'SELECT', 'UPDATE'],
  [tables.presales, 'SELECT'],
  [tables.accessCodes, 'SELECT', 'UPDATE'],
  [tables.rates, 'SELECT', 'UPDATE'],
  [tables.ratePrices, 'SELECT'],
  [tables.seatingPlans, 'SELECT'],
  [tables.tickets, 'SELECT', 'UPDATE'],
  [tables.reservations, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.reservationTickets, 'SELECT', 'INSERT'],
  [tables.orders, 'SELECT', 'INSERT', 'UPDATE'],
  [tables.orderTickets, 'SELECT', 'INSERT', 'UPDATE'],
  [tables.orderHistory, 'SELECT', 'INSERT'],
  [tables.payments, 'SELECT', 'INSERT', 'UPDATE'],
  [tables.refunds, 'SELECT', 'INSERT', 'UPDATE'],
  [tables.paymentMethods, 'SELECT', 'INSERT', 'UPDATE'],
  [tables.paymentNotices, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.idempotencyKeys, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [tables.organisers, 'SELECT'],
  [tables.apiKeys, 'SELECT', 'UPDATE'],
  [tables.auditLog, 'INSERT'],
  [tables.operations, 'SELECT', 'INSERT', 'UPDATE'],
  [tables.appState, 'SELECT', 'INSERT', 'UPDATE'],
  ...(locks ? ([[tables.ticketLocks, 'SELECT', 'INSERT', 'UPDATE', 'DELETE']] satisfies Needed) : []),
  ...(sandbox
    ? ([
        [tables.sandboxCharges, 'SELECT', 'INSERT', 'UPDATE'],
        [tables.sandboxRefunds, 'SELECT', 'INSERT'],
        // The books of both providers tell whose a payment of the first releases is.
        [tables.stripeIntents, 'SELECT'],
      ] satisfies Needed)
    : ([
        [tables.stripeIntents, 'SELECT', 'INSERT', 'UPDATE'],
        [tables.stripeRefunds, 'SELECT', 'INSERT', 'UPDATE'],
        [tables.sandboxCharges, 'SELECT'],
      ] satisfies Needed)),
];

/** The functions of the booking service whose locks are in PostgreSQL, with their signatures. */
export const neededFunctions = ({ locks }: { locks: boolean }): string[] =>
  locks ? ['take_ticket_locks(text, int[], text[], text[], text[], text[], int[], float8, int)'] : [];
