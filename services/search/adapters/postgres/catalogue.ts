import type { Db } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { Catalogue, DirtyEvents, DirtyIds } from '../../domain/index/catalogue.ts';
import { documentOf, type KeptEvent } from '../../domain/index/event-document.ts';
import { demandOf } from './demand.ts';

/**
 * The events in PostgreSQL. Give it a pool with a deadline of its own: a venue's or a performer's events are read in
 * one query, however many they are.
 *
 * An event whose id JavaScript cannot hold, or whose date RFC 3339 cannot write, counts as not there, and so does a
 * draft: only its organiser may find it.
 */
export function postgresCatalogue(db: Db): Catalogue {
  const { sql } = db;

  const documents = sql`
    select e.id, e.uuid, e.name, coalesce(e.description, '') as description,
      to_char(e.date at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as date,
      e.currency, v.location,
      array(
        select p.name from event_performers ep join performers p on p.id = ep.performer_id
        where ep.event_id = e.id order by p.id
      ) as performers,
      moving.price_from, moving.seats_left, moving.popularity
    from events e join venues v on v.id = e.venue_id cross join lateral (${demandOf(sql)}) moving
    where e.status <> 'draft' and e.date >= '0001-01-01 00:00:00+00' and e.date < '10000-01-01 00:00:00+00'`;

  async function findDirty(from: Db['sql'], { eventIds, venueIds, performerIds }: DirtyIds): Promise<DirtyEvents> {
    const rows = await from<(KeptEvent & { dirty: string })[]>`
      select d.id as dirty, e.* from (
        select unnest(${eventIds}::bigint[]) as id
        union select id from events where venue_id = any(${venueIds}::bigint[])
        union select event_id from event_performers where performer_id = any(${performerIds}::bigint[])
      ) d left join lateral (${documents} and e.id = d.id) e on true
      where d.id <= ${Number.MAX_SAFE_INTEGER}`;
    return {
      upserts: rows.filter(({ id }) => id !== null).map(documentOf),
      deletes: rows.filter(({ id }) => id === null).map(({ dirty }) => Number(dirty)),
    };
  }

  return {
    async position() {
      const [row] = await db.run(() => sql`select (pg_current_wal_lsn() - '0/0')::text as bytes`);
      return BigInt(row?.bytes);
    },

    findDirty: (ids) => db.run(() => findDirty(sql, ids)),

    inOneState: (read) =>
      db.run(() =>
        inTransaction(sql, async (tx) => {
          await tx`set transaction isolation level repeatable read, read only`;
          // The snapshot is taken first, and what it shows was on the disk by then (or is no loss, by `relaxed`).
          const [row] = await tx<{ bytes: string }[]>`select (pg_current_wal_flush_lsn() - '0/0')::text as bytes`;
          return read({ position: BigInt(row!.bytes), findDirty: (ids) => findDirty(tx, ids) });
        }),
      ),

    async *all(batchSize) {
      let after = 0;
      for (;;) {
        const rows = await db.run(
          () => sql<KeptEvent[]>`
            ${documents} and e.id > ${after} and e.id <= ${Number.MAX_SAFE_INTEGER} order by e.id limit ${batchSize}`,
        );
        if (rows.length > 0) yield rows.map(documentOf);
        if (rows.length < batchSize) return;
        after = Number(rows.at(-1)?.id);
      }
    },
  };
}
