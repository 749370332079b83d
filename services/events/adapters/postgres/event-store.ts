import { and, asc, eq, sql as fragment, gte } from 'drizzle-orm';
import type { Db } from '../../../../shared/db/client.ts';
import { events, venues } from '../../../../shared/db/schema.ts';
import type { EventSnapshot, EventStore, Mark, TicketRow } from '../../domain/event/event.ts';

const utcDate = fragment<string>`to_char(${events.date} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
const exactDate = fragment<string>`to_char(${events.date} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** `from` is not before the year 1. */
const isListed = fragment`${events.date} < '10000-01-01 00:00:00+00'`;

/** Events in PostgreSQL. An event whose date RFC 3339 can't write (an older release took it) does not exist. */
export function postgresEventStore({ sql, orm, run }: Db): EventStore {
  // A restarted server may have the data of a backup, and transaction ids that were used before.
  const mark = () => sql`
    json_build_object(
      'since', pg_snapshot_xmin(pg_current_snapshot())::text,
      'version', concat_ws('.', extract(epoch from pg_postmaster_start_time()), e.xmin, v.xmin, (
        select string_agg(concat_ws('.', ep.xmin, p.id, p.xmin), '.' order by p.id)
        from event_performers ep join performers p on p.id = ep.performer_id where ep.event_id = e.id)))`;

  const isDated = () => sql`e.date >= '0001-01-01 00:00:00+00' and e.date < '10000-01-01 00:00:00+00'`;

  const ticket = () => sql`
    json_build_array(t.uuid, t.seat, t.price, case
      when t.status = 'booked' then 'booked' when t.order_id is not null or t.hold_back_id is not null then 'claimed' else 'free' end)`;

  return {
    load: (eventUuid) =>
      run(async () => {
        const [row] = await sql<{ event: EventSnapshot }[]>`
          select json_build_object(
            'uuid', e.uuid, 'name', e.name, 'description', coalesce(e.description, ''),
            'date', to_char(e.date at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'currency', e.currency,
            'venue', json_build_object('uuid', v.uuid, 'location', v.location, 'seat_map', v.seat_map),
            'performers', coalesce((
              select json_agg(json_build_object(
                'uuid', p.uuid, 'name', p.name, 'age', p.age, 'description', coalesce(p.description, '')) order by p.id)
              from event_performers ep join performers p on p.id = ep.performer_id where ep.event_id = e.id), '[]'),
            'tickets', coalesce((
              select json_agg(${ticket()} order by t.id) from tickets t where t.event_id = e.id), '[]'),
            'mark', ${mark()}) as event
          from events e join venues v on v.id = e.venue_id where e.uuid = ${eventUuid} and ${isDated()}`;
        return row?.event;
      }),

    changesSince: (eventUuid, since) =>
      run(async () => {
        const [row] = await sql<{ mark: Mark; tickets: TicketRow[] | null }[]>`
          select ${mark()} as mark, (
            select json_agg(${ticket()}) from tickets t
            where t.event_id = e.id and t.changed_in >= ${since}::text::xid8) as tickets
          from events e join venues v on v.id = e.venue_id where e.uuid = ${eventUuid} and ${isDated()}`;
        return row && { mark: row.mark, tickets: row.tickets ?? [] };
      }),

    upcoming: ({ from, after, limit }) =>
      run(async () => {
        const rows = await orm
          .select({
            event: {
              uuid: events.uuid,
              name: events.name,
              description: fragment<string>`coalesce(${events.description}, '')`,
              date: utcDate,
              currency: events.currency,
            },
            venue: { uuid: venues.uuid, location: venues.location },
            exact: exactDate,
          })
          .from(events)
          .innerJoin(venues, eq(venues.id, events.venueId))
          .where(
            and(
              gte(events.date, from),
              isListed,
              after && fragment`(${events.date}, ${events.uuid}) > (${after.date}::timestamptz, ${after.uuid})`,
            ),
          )
          .orderBy(asc(events.date), asc(events.uuid))
          .limit(limit);
        return rows.map(({ event, venue, exact }) => ({
          event: { ...event, venue },
          position: { date: exact, uuid: event.uuid },
        }));
      }),
  };
}
