import {
  appState,
  cdcDeadLetters,
  eventPerformers,
  events,
  orders,
  performers,
  presales,
  tickets,
  venues,
} from '../../shared/db/schema.ts';
import type { Needed } from '../../shared/db/schema-check.ts';

/**
 * The tables that following the changes and the demand needs. With `log`, the database's own, its dead letters are in
 * one, too.
 */
export const neededTables = ({ log }: { log: boolean }): Needed => [
  ...[events, venues, performers, eventPerformers, presales, tickets, orders].map((table): Needed[number] => [
    table,
    'SELECT',
  ]),
  log ? [appState, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'] : [appState, 'SELECT', 'INSERT', 'UPDATE'],
  ...(log
    ? ([
        // Rights to write it are needed only once there is a dead letter.
        [cdcDeadLetters],
      ] satisfies Needed)
    : []),
];
