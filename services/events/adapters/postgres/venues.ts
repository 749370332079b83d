import { writeAudit } from '../../../../shared/audit/audit-log.ts';
import { changesOf } from '../../../../shared/audit/changes.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import { locationOf, type Venue, type Venues } from '../../domain/venue/venue.ts';
import { instant, isAfter, isOf, knownPage, organiserIdOf, versionOf } from './fragments.ts';

/** Venues in PostgreSQL. */
export function postgresVenues({ sql, run }: Db): Venues {
  const rows = (on: Db['sql'], condition: Fragment) => on<Venue[]>`
    select v.uuid, o.uuid as "organiserUuid", v.name, v.location, v.address, v.city, v.country, v.time_zone as "timeZone",
      case when v.latitude is not null and v.longitude is not null
        then json_build_object('latitude', v.latitude, 'longitude', v.longitude) end as coordinates,
      ${instant(on, on`v.created_at`)} as "createdAt", ${instant(on, on`v.updated_at`)} as "updatedAt",
      ${versionOf(on, on`v`)} as version
    from venues v left join organisers o on o.id = v.organiser_id
    where ${condition}`;

  const find = async (on: Db['sql'], uuid: string) => (await rows(on, on`v.uuid = ${uuid}`))[0];

  return {
    find: (uuid) => run(() => find(sql, uuid)),

    list: (page) =>
      run(async () => {
        const condition = sql`${isOf(sql, page.whose, sql`v.organiser_id`)} and ${isAfter(sql, 'venues', page, sql`v.id`)}
          order by v.id desc limit ${page.limit}`;
        return knownPage(sql, 'venues', page, await rows(sql, condition));
      }),

    create: ({ uuid, organiserUuid, input }, author) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const { name, address = null, city = null, country = null, timeZone, coordinates } = input;
          const organiserId = await organiserIdOf(tx, organiserUuid);
          const [made] = await tx`
            insert into venues (uuid, organiser_id, location, name, address, city, country, time_zone, latitude, longitude)
            values (${uuid}, ${organiserId}, ${input.location ?? locationOf(input)}, ${name}, ${address}, ${city},
              ${country}, ${timeZone}, ${coordinates?.latitude ?? null}, ${coordinates?.longitude ?? null})
            on conflict (uuid) do nothing returning id`;
          const venue = (await find(tx, uuid))!;
          if (made) await writeAudit(tx, author, { ...changed('created', uuid, organiserId), after: toldOf(venue) });
          return venue;
        }),
      ),

    change: (uuid, change, author) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const [row] = await tx<{ organiserId: number | null }[]>`
            select organiser_id as "organiserId" from venues where uuid = ${uuid} for no key update`;
          const was = row && (await find(tx, uuid));
          const input = change(was);
          const { name, address = null, city = null, country = null, timeZone, coordinates } = input;
          await tx`
            update venues set location = ${input.location ?? locationOf(input)}, name = ${name}, address = ${address},
              city = ${city}, country = ${country}, time_zone = ${timeZone}, latitude = ${coordinates?.latitude ?? null},
              longitude = ${coordinates?.longitude ?? null}
            where uuid = ${uuid}`;
          const venue = (await find(tx, uuid))!;
          const changes = changesOf(toldOf(was!), toldOf(venue));
          // Calendars have the place of each event.
          if (changes) {
            await tx`
              update events set sequence = sequence + 1, updated_at = now()
              where venue_id = (select id from venues where uuid = ${uuid}) and status <> 'draft'`;
            await writeAudit(tx, author, { ...changed('changed', uuid, row!.organiserId), ...changes });
          }
          return venue;
        }),
      ),

    remove: (uuid, check, author) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          // No event can come to be there meanwhile: its foreign key would lock the row, too.
          const [row] = await tx<{ id: number; organiserId: number | null }[]>`
            select id, organiser_id as "organiserId" from venues where uuid = ${uuid} for update`;
          const venue = row && (await find(tx, uuid));
          check(venue);
          const { id, organiserId } = row!;
          const [used] = await tx<{ isUsed: boolean; events: string[] }[]>`
            select count(*) > 0 as "isUsed", coalesce((array_agg(e.uuid order by e.id) filter (
              where e.status <> 'draft' or e.organiser_id is not distinct from ${organiserId}))[1:10], '{}') as events
            from events e
            where e.venue_id = ${id} or e.plan_id in (select p.id from seating_plans p where p.venue_id = ${id})`;
          if (used!.isUsed) return { usedBy: used!.events };
          await tx`delete from venues where id = ${id}`;
          await writeAudit(tx, author, { ...changed('deleted', uuid, organiserId), before: toldOf(venue!) });
          return 'removed';
        }),
      ),
  };
}

const changed = (what: string, thingUuid: string, organiserId: number | null) => ({
  action: `venue.${what}`,
  thing: 'venue',
  thingUuid,
  organiserId,
});

/** A venue as the audit log tells of it. */
const toldOf = ({ name, location, address, city, country, timeZone, coordinates }: Venue) => ({
  ...{ name, location, address, city, country },
  time_zone: timeZone,
  coordinates,
});
