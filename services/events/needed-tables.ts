import { eventPerformers, events, performers, ticketLocks, tickets, venues } from '../../shared/db/schema.ts';
import type { Needed } from '../../shared/db/schema-check.ts';

/** The tables that the events service reads; `locks` are in PostgreSQL, or elsewhere. */
export const neededTables = ({ locks }: { locks: boolean }): Needed => [
  ...[events, venues, performers, eventPerformers, tickets].map((table): Needed[number] => [table, 'SELECT']),
  ...(locks ? [[ticketLocks, 'SELECT'] satisfies Needed[number]] : []),
];
