import { appState, cdcDeadLetters, eventPerformers, events, performers, venues } from '../../shared/db/schema.ts';
import type { Needed } from '../../shared/db/schema-check.ts';

/** What keeps the index after the database; `log` is the database's own, which wants its place and dead letters kept. */
export const neededTables = ({ log }: { log: boolean }): Needed => [
  ...[events, venues, performers, eventPerformers].map((table): Needed[number] => [table, 'SELECT']),
  ...(log
    ? ([
        [appState, 'SELECT', 'INSERT', 'DELETE'],
        // That none can be kept is told when there is one.
        [cdcDeadLetters],
      ] satisfies Needed)
    : []),
];
