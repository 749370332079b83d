import type { Db } from '../../../../shared/db/client.ts';
import type { AuditEntry, AuditLog } from '../../domain/audit/audit-entry.ts';
import { instant, isOf } from './fragments.ts';

/** The audit log in PostgreSQL, read by an index on the organiser, the thing or the actor, newest first. */
export function postgresAuditLog({ sql, run }: Db): AuditLog {
  return {
    list: ({ whose, thing, thingUuid, actorUuid, from, to, before, limit }) =>
      run(async () => {
        const rows = await sql<(AuditEntry & { position: string })[]>`
          select a.id::text as position, ${instant(sql, sql`a.at`)} as at,
            o.uuid as "organiserUuid", json_build_object('is', a.actor, 'uuid', a.actor_uuid) as actor, a.address, a.action,
            json_build_object('is', a.thing, 'uuid', a.thing_uuid) as thing, a.before, a.after
          from audit_log a left join organisers o on o.id = a.organiser_id
          where ${isOf(sql, whose, sql`a.organiser_id`)}
            ${thing === undefined ? sql`` : sql`and a.thing = ${thing}`}
            ${thingUuid === undefined ? sql`` : sql`and a.thing_uuid = ${thingUuid}`}
            ${actorUuid === undefined ? sql`` : sql`and a.actor_uuid = ${actorUuid}`}
            ${from === undefined ? sql`` : sql`and a.at >= ${from}::text::timestamptz`}
            ${to === undefined ? sql`` : sql`and a.at < ${to}::text::timestamptz`}
            ${before === undefined ? sql`` : sql`and a.id < ${before}`}
          order by a.id desc limit ${limit}`;
        return rows.map(({ position, ...entry }) => ({ entry, position: Number(position) }));
      }),
  };
}
