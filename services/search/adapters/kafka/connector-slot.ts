import type { Db } from '../../../../shared/db/client.ts';
import type { Logger } from '../../../../shared/process/log.ts';

/** Bytes of the log that Debezium has not confirmed; undefined without its slot. */
export async function unconfirmedBytes(db: Db, slot: string): Promise<number | undefined> {
  const [row] = await db.run(
    () => db.sql<{ bytes: string | null }[]>`
      select greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)) as bytes
      from pg_replication_slots where slot_name = ${slot}`,
  );
  return row?.bytes == null ? undefined : Number(row.bytes);
}

/**
 * Drops the connector's slot if the server has invalidated it (it held more WAL than allowed): nobody can read from it
 * any more, and Debezium waits for it without end. Once it is gone Debezium makes it anew, with a snapshot. Never
 * throws.
 */
export async function dropLostSlot(db: Db, slot: string, log: Logger): Promise<void> {
  try {
    const dropped = await db.run(
      () => db.sql`
        select pg_drop_replication_slot(slot_name)
        from pg_replication_slots where slot_name = ${slot} and wal_status = 'lost' and not active`,
    );
    if (dropped.length > 0) log.warn({ slot }, 'dropped a slot that the server had invalidated; all is read anew');
  } catch (error) {
    log.warn({ err: error, slot }, 'could not see to the connector’s slot; if it is lost, drop it');
  }
}
