import { sleep } from '../../../../shared/async/clock.ts';
import type { Db } from '../../../../shared/db/client.ts';
import { UsageError } from '../../../../shared/process/lifecycle.ts';

const tries = 50;
const pauseMs = 100;

/**
 * Drops a replication slot once nobody reads it; throws `UsageError` when somebody goes on reading for five seconds.
 */
export async function dropIdleSlot(db: Db, slot: string): Promise<'dropped' | 'was not there'> {
  for (let tried = 0; ; tried++) {
    const [row] = await db.run(() => db.sql`select active from pg_replication_slots where slot_name = ${slot}`);
    if (!row) return 'was not there';
    if (!row.active) break;
    // Connect's connection ends a moment after the connector.
    if (tried === tries) throw new UsageError(`The slot ${slot} is in use. End what reads it, then run delete again.`);
    await sleep(pauseMs);
  }
  await db.run(() => db.sql`select pg_drop_replication_slot(${slot})`);
  return 'dropped';
}
