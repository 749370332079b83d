import { and, asc, eq, sql as fragment, gte, ne } from 'drizzle-orm';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { events, venues } from '../../../../shared/db/schema.ts';
import type { EventSnapshot, EventStore, Mark, TicketRow } from '../../domain/event/event.ts';
import { instant } from './fragments.ts';

const utcDate = fragment<string>`to_char(${events.date} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
const exactDate = fragment<string>`to_char(${events.date} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** `from` is not before the year 1. */
const isListed = fragment`${events.date} < '10000-01-01 00:00:00+00'`;

/** Events in PostgreSQL. An event whose date RFC 3339 can't write (an older release took it) does not exist. */
export function postgresEventStore({ sql, orm, run }: Db): EventStore {
  // A restarted server may have the data of a backup, and transaction ids that were used before. The event’s row is
  // written with each of its presales, and rates come with a plan.
  const mark = () => sql`
    json_build_object(
      'since', pg_snapshot_xmin(pg_current_snapshot())::text,
      'version', concat_ws('.', extract(epoch from pg_postmaster_start_time()), e.xmin, v.xmin, (
        select string_agg(concat_ws('.', ep.xmin, p.id, p.xmin), '.' order by p.id)
        from event_performers ep join performers p on p.id = ep.performer_id where ep.event_id = e.id), case when e.plan_id is not null then (
        select string_agg(concat_ws('.', r.xmin, p.xmin), '.' order by r.id, p.category)
        from rates r left join rate_prices p on p.rate_id = r.id where r.event_id = e.id) end))`;

  /** True for an instant that RFC 3339 can write: its year has four digits. */
  const isWritable = (column: Fragment) =>
    sql`(${column} >= '0001-01-01 00:00:00+00' and ${column} < '10000-01-01 00:00:00+00')`;
  const isDated = () => isWritable(sql`e.date`);

  /** An instant; null for one that can't be written, which SQL may have left. */
  const writable = (column: Fragment) => sql`case when ${isWritable(column)} then ${instant(sql, column)} end`;

  /** The date as the original has it. */
  const utc = (column: Fragment) => sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

  const ticket = () => sql`
    json_build_array(t.uuid, t.seat, t.price, case
      when t.status = 'booked' then 'booked'
      when t.order_id is not null or t.hold_back_id is not null then 'claimed' else 'free' end, t.category)`;

  const prices = () => sql`
    select json_build_object('from', min(c.lowest), 'to', max(c.highest), 'categories', json_agg(json_build_object(
      'category', c.category, 'from', c.lowest, 'to', c.highest, 'rates', coalesce((
        select json_agg(json_build_object('uuid', r.uuid, 'name', r.name, 'price', p.price) order by r.position, r.id)
        from rates r join rate_prices p on p.rate_id = r.id
        where r.event_id = e.id and r.withdrawn_at is null and p.category = c.category), '[]'))
      order by c.highest desc, c.category))
    from (
      select t.category, min(t.price) as lowest, max(t.price) as highest from tickets t
      where t.event_id = e.id group by t.category) c
    having count(*) > 0`;

  return {
    load: (eventUuid) =>
      run(async () => {
        const [row] = await sql<{ event: EventSnapshot }[]>`
          select json_build_object(
            'uuid', e.uuid, 'name', e.name, 'description', coalesce(e.description, ''),
            'date', ${utc(sql`e.date`)}, 'currency', e.currency,
            'venue', json_build_object(
              'uuid', v.uuid, 'location', v.location, 'seat_map', v.seat_map, 'name', v.name, 'address', v.address,
              'city', v.city, 'country', v.country, 'coordinates', case when v.latitude + v.longitude is not null then
                json_build_object('latitude', v.latitude, 'longitude', v.longitude) end),
            'performers', coalesce((
              select json_agg(json_build_object(
                'uuid', p.uuid, 'name', p.name, 'age', coalesce(p.age, 0), 'description', coalesce(p.description, ''))
                order by ep.position nulls last, p.id)
              from event_performers ep join performers p on p.id = ep.performer_id where ep.event_id = e.id), '[]'),
            'status', e.status, 'time_zone', v.time_zone, 'category', e.category, 'genre', e.genre,
            'image_url', e.image_url, 'doors_at', ${writable(sql`e.doors_at`)}, 'ends_at', ${writable(sql`e.ends_at`)},
            'ticket_limit', e.ticket_limit,
            'previous_dates', array(
              select ${instant(sql, sql`d.date`)} from unnest(e.previous_dates) with ordinality as d (date, n)
              where ${isWritable(sql`d.date`)} order by d.n),
            'refund_until', ${writable(sql`e.refund_until`)},
            'organiser', case when o.id is not null then json_build_object('uuid', o.uuid, 'name', o.name) end,
            'on_sale', json_build_object(
              'from', ${instant(sql, sql`e.on_sale_from`)}, 'until', ${instant(sql, sql`e.on_sale_until`)}, 'presales', coalesce((
                select json_agg(json_build_object(
                  'name', p.name, 'starts_at', ${instant(sql, sql`p.starts_at`)}, 'ends_at', ${instant(sql, sql`p.ends_at`)})
                  order by p.starts_at, p.id)
                from presales p where p.event_id = e.id), '[]')),
            'prices', case when e.currency is not null then (${prices()}) end,
            'calendar', json_build_object('sequence', e.sequence, 'updated_at', ${instant(sql, sql`e.updated_at`)}),
            'plan', (select s.hash from seating_plans s where s.id = e.plan_id),
            'tickets', coalesce((
              select json_agg(${ticket()} order by t.place nulls last, t.id)
              from tickets t where t.event_id = e.id), '[]'),
            'mark', ${mark()}) as event
          from events e join venues v on v.id = e.venue_id left join organisers o on o.id = e.organiser_id
          where e.uuid = ${eventUuid} and ${isDated()}`;
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
            venue: {
              uuid: venues.uuid,
              location: venues.location,
              name: venues.name,
              city: venues.city,
              country: venues.country,
            },
            status: events.status,
            timeZone: venues.timeZone,
            exact: exactDate,
          })
          .from(events)
          .innerJoin(venues, eq(venues.id, events.venueId))
          .where(
            and(
              gte(events.date, from),
              isListed,
              ne(events.status, 'draft'),
              after && fragment`(${events.date}, ${events.uuid}) > (${after.date}::timestamptz, ${after.uuid})`,
            ),
          )
          .orderBy(asc(events.date), asc(events.uuid))
          .limit(limit);
        return rows.map(({ event, venue, status, timeZone, exact }) => ({
          event: { ...event, venue, status, time_zone: timeZone },
          position: { date: exact, uuid: event.uuid },
        }));
      }),
  };
}
