import {
  appState,
  cdcDeadLetters,
  eventPerformers,
  events,
  performers,
  presales,
  venues,
} from '../../shared/db/schema.ts';
import type { Needed } from '../../shared/db/schema-check.ts';

/**
 * The tables that following the changes needs. With `log`, the database's own, its position and dead letters are in
 * tables.
 */
export const neededTables = ({ log }: { log: boolean }): Needed => [
  ...[events, venues, performers, eventPerformers, presales].map((table): Needed[number] => [table, 'SELECT']),
  ...(log
    ? ([
        [appState, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'],
        // Rights to write it are needed only once there is a dead letter.
        [cdcDeadLetters],
      ] satisfies Needed)
    : []),
];
