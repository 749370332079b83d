import { batched } from '../../../../shared/async/batched.ts';
import { writeAudit } from '../../../../shared/audit/audit-log.ts';
import { type Db, type Fragment, sqlState } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { EventPlan, PlanSummary, Plans, VenuePlan } from '../../domain/plan/plans.ts';

/** SQLSTATE: another row needs this one. */
const foreignKeyViolation = '23503';

/** Seating plans in PostgreSQL. */
export function postgresPlans({ sql, run }: Db): Plans {
  const summary = (on: Db['sql'] = sql): Fragment => on`
    p.uuid, p.name, p.hash, p.places, exists (select from events where plan_id = p.id) as "isUsed",
    to_char(p.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt"`;

  /** True while an operation makes tickets of the plan `p`. */
  const isAwaited = (on: Db['sql']): Fragment => on`exists (
    select from operations where kind = 'offer' and status = 'running' and state->>'planUuid' = p.uuid)`;

  // Everybody who opens an event asks for it, many at a time.
  const ofEvent = batched((eventUuids: string[]) =>
    run(async () => {
      const rows = await sql<(EventPlan & { uuid: string })[]>`
        select e.uuid, e.status = 'draft' as "isDraft", o.uuid as "organiserUuid", p.hash
        from events e left join organisers o on o.id = e.organiser_id left join seating_plans p on p.id = e.plan_id
        where e.uuid = any(${eventUuids})`;
      return new Map(rows.map(({ uuid, ...event }) => [uuid, event]));
    }),
  );

  return {
    venueOrganiser: (venueUuid) =>
      run(async () => {
        const [row] = await sql<{ organiserUuid: string | null }[]>`
          select o.uuid as "organiserUuid" from venues v left join organisers o on o.id = v.organiser_id
          where v.uuid = ${venueUuid}`;
        return row?.organiserUuid;
      }),

    add: (author, { venueUuid, name, hash, places, content }) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const [venue] = await tx<{ id: number; organiserId: number | null }[]>`
            select id::float8 as id, organiser_id::float8 as "organiserId" from venues where uuid = ${venueUuid}
            for key share`;
          if (!venue) return undefined;
          const [made] = await tx<{ uuid: string }[]>`
            insert into seating_plans (venue_id, name, hash, places, plan)
            values (${venue.id}, ${name}, ${hash}, ${places}, ${content}::text::jsonb)
            on conflict (venue_id, hash) do nothing returning uuid`;
          if (made) {
            await writeAudit(tx, author, {
              action: 'plan.added',
              thing: 'plan',
              thingUuid: made.uuid,
              organiserId: venue.organiserId,
              after: { venue_uuid: venueUuid, name, hash, places },
            });
          }
          const [found] = await tx<PlanSummary[]>`
            select ${summary(tx)} from seating_plans p where venue_id = ${venue.id} and hash = ${hash}`;
          return found && { plan: found, isNew: made !== undefined };
        }),
      ),

    ofVenue: (venueUuid, { after, limit }) =>
      run(
        async () =>
          await sql<PlanSummary[]>`
          select ${summary()} from seating_plans p join venues v on v.id = p.venue_id
          where v.uuid = ${venueUuid}
            ${after === undefined ? sql`` : sql`and p.id < (select id from seating_plans where uuid = ${after})`}
          order by p.id desc limit ${limit}`,
      ),

    find: (planUuid) =>
      run(async () => {
        const [row] = await sql<VenuePlan[]>`
          select ${summary()}, v.uuid as "venueUuid", o.uuid as "organiserUuid"
          from seating_plans p join venues v on v.id = p.venue_id left join organisers o on o.id = v.organiser_id
          where p.uuid = ${planUuid}`;
        return row;
      }),

    content: (planUuid) =>
      run(async () => {
        const [row] = await sql<{ content: string }[]>`
          select plan::text as content from seating_plans where uuid = ${planUuid}`;
        return row?.content;
      }),

    remove: (author, planUuid) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          // An offer that begins has the row locked, too.
          await tx`select from seating_plans where uuid = ${planUuid} for update`;
          const [gone] = await tx<{ name: string; hash: string; organiserId: number | null }[]>`
            delete from seating_plans p where uuid = ${planUuid} and not ${isAwaited(tx)}
            returning name, hash,
              (select organiser_id::float8 from venues v where v.id = p.venue_id) as "organiserId"`;
          if (!gone) return false;
          const { organiserId, ...before } = gone;
          await writeAudit(tx, author, {
            action: 'plan.deleted',
            thing: 'plan',
            thingUuid: planUuid,
            organiserId,
            before,
          });
          return true;
        }),
      ).catch((error) => {
        if (sqlState(error) === foreignKeyViolation) return false;
        throw error;
      }),

    ofEvent,

    byHash: (eventUuid, hash) =>
      run(async () => {
        const [row] = await sql<{ content: string }[]>`
          select p.plan::text as content from events e join seating_plans p on p.venue_id = e.venue_id
          where e.uuid = ${eventUuid} and p.hash = ${hash}`;
        return row?.content;
      }),
  };
}
