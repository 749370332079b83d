import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { Catalogue, DirtyEvents, DirtyIds } from '../../domain/index/catalogue.ts';
import { documentOf, type EventDocument, type KeptEvent } from '../../domain/index/event-document.ts';
import { localDate } from '../../domain/index/local-date.ts';
import { cityIn } from '../../domain/relevance/places.ts';
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

  // The first second that RFC 3339 can write, and the last, stand for what lies beyond.
  const instant = (at: Fragment) => sql`
    replace(to_char(greatest(least(${at}, '9999-12-31 23:59:59+00'), '0001-01-01 00:00:00+00') at time zone 'UTC',
      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '.000Z', 'Z')`;

  // `price_from`, `seats_left` and `popularity` are not known yet.
  const documents = sql`
    select e.id, e.uuid, e.name, coalesce(e.description, '') as description,
      to_char(e.date at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as date,
      e.currency, v.location, l.performers, l.performer_uuids,
      v.uuid as venue_uuid, v.name as venue_name, v.city, v.country, v.time_zone,
      case when v.latitude between -90 and 90 and v.longitude between -180 and 180
        then json_build_object('lat', v.latitude, 'lon', v.longitude) end as coordinates,
      e.category, e.genre, e.image_url, e.status,
      case when e.on_sale_from is not null then ${instant(sql`e.on_sale_from`)} end as on_sale_from,
      case when e.on_sale_until is not null then ${instant(sql`e.on_sale_until`)} end as on_sale_until,
      coalesce((
        select json_agg(json_build_object(
          'starts_at', ${instant(sql`p.starts_at`)}, 'ends_at', ${instant(sql`p.ends_at`)}) order by p.starts_at, p.id)
        from presales p where p.event_id = e.id), '[]') as presales,
      moving.price_from, moving.seats_left, moving.popularity
    from events e join venues v on v.id = e.venue_id cross join lateral (
      select coalesce(array_agg(p.name order by ep.position nulls last, p.id), '{}') as performers,
        coalesce(array_agg(p.uuid order by ep.position nulls last, p.id), '{}') as performer_uuids
      from event_performers ep join performers p on p.id = ep.performer_id where ep.event_id = e.id) l
      cross join lateral (${demandOf(sql)}) moving
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
      upserts: rows.filter(({ id }) => id !== null).map(toDocument),
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
        inTransaction(
          sql,
          async (tx) => {
            // The snapshot is taken first, and what it shows was on the disk by then (or is no loss, by `relaxed`).
            const [row] = await tx<{ bytes: string }[]>`select (pg_current_wal_flush_lsn() - '0/0')::text as bytes`;
            return read({ position: BigInt(row!.bytes), findDirty: (ids) => findDirty(tx, ids) });
          },
          'isolation level repeatable read read only',
        ),
      ),

    async *all(batchSize) {
      let after = 0;
      for (;;) {
        const rows = await db.run(
          () => sql<KeptEvent[]>`
            ${documents} and e.id > ${after} and e.id <= ${Number.MAX_SAFE_INTEGER} order by e.id limit ${batchSize}`,
        );
        if (rows.length > 0) yield rows.map(toDocument);
        if (rows.length < batchSize) return;
        after = Number(rows.at(-1)?.id);
      }
    },
  };
}

/**
 * A name that PostgreSQL does not know as a time zone would fail the whole query: so the local date is made here. A
 * venue of the original's columns has its city in its location alone.
 */
const toDocument = (row: KeptEvent): EventDocument =>
  documentOf({
    ...row,
    local_date: localDate(row.date, row.time_zone ?? null),
    city: row.city ?? cityIn(row.location),
  });
