import type { Db } from '../db/client.ts';
import { openDb } from '../db/client.ts';
import { testDatabase } from '../testing/database.ts';
import { postgresTicketLocks } from './postgres.ts';
import type { TicketLocksHarness } from './ticket-locks.conformance.ts';
import type { TicketLocks } from './ticket-locks.ts';

/** Two pools on a real PostgreSQL, for the adapter or for a deliberately broken one. */
export async function postgresLocksHarness(
  make: (db: Db) => TicketLocks = postgresTicketLocks,
): Promise<TicketLocksHarness> {
  const database = await testDatabase();
  const other = openDb(database.config);
  let calls = 0;
  const counted = openDb(database.config, { onQuery: () => calls++ });
  return {
    locks: make(counted),
    otherProcess: make(other),
    // The store's clock can't be moved, so every lock is moved the other way.
    advance: async (ms) => {
      await database.sql`update ticket_locks set expires_at = expires_at - ${ms} * interval '1 millisecond',
        held_until = held_until - ${ms} * interval '1 millisecond'`;
    },
    calls: () => calls,
    close: async () => {
      await Promise.all([counted.close(), other.close()]);
      await database.drop();
    },
  };
}
