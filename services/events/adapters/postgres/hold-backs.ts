import { writeAudit } from '../../../../shared/audit/audit-log.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { HoldBackState, HoldBacks } from '../../domain/offer/hold-backs.ts';
import { instant } from './fragments.ts';
import { isFree } from './offer-fragments.ts';

/** Hold-backs in PostgreSQL. */
export function postgresHoldBacks({ sql, run }: Db): HoldBacks {
  const read = async (condition: Fragment) =>
    await sql<HoldBackState[]>`
    select h.uuid, e.uuid as "eventUuid", o.uuid as "organiserUuid", h.name, (
        select count(*)::int from tickets t where t.event_id = e.id and t.hold_back_id = h.id and ${isFree(sql)}) as seats,
      ${instant(sql, sql`h.release_at`)} as "releaseAt", ${instant(sql, sql`h.released_at`)} as "releasedAt"
    from hold_backs h join events e on e.id = h.event_id left join organisers o on o.id = e.organiser_id
    where ${condition} order by h.id`;

  return {
    ofEvent: (eventUuid) => run(() => read(sql`e.uuid = ${eventUuid}`)),

    find: (uuid) => run(async () => (await read(sql`h.uuid = ${uuid}`))[0]),

    release: (author, uuid) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          // An offer that is being made waits for this row, or is waited for: the next statement sees all of its seats.
          const [row] = await tx<{ id: number; eventId: number; name: string }[]>`
            update hold_backs set released_at = now() where uuid = ${uuid} and released_at is null
            returning id::float8 as id, event_id::float8 as "eventId", name`;
          if (!row) return 0;
          const [{ count } = { count: 0 }] = await tx<{ count: number }[]>`
            with released as (
              update tickets t set hold_back_id = null where t.id in (
                select id from tickets where event_id = ${row.eventId} and hold_back_id = ${row.id} order by id for update)
              returning ${isFree(tx)} as is_free
            ) select count(*) filter (where is_free)::int as count from released`;
          const [event] = await tx<{ organiserId: number | null }[]>`
            select organiser_id::float8 as "organiserId" from events where id = ${row.eventId}`;
          await writeAudit(tx, author, {
            action: 'hold_back.released',
            thing: 'hold_back',
            thingUuid: uuid,
            organiserId: event?.organiserId ?? null,
            after: { name: row.name, seats: count },
          });
          return count;
        }),
      ),

    due: (most) =>
      run(
        async () =>
          await sql<{ uuid: string; eventUuid: string }[]>`
          select h.uuid, e.uuid as "eventUuid" from hold_backs h join events e on e.id = h.event_id
          where h.released_at is null and h.release_at <= now() order by h.release_at limit ${most}`,
      ),
  };
}
