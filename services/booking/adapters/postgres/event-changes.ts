import { writeAudit } from '../../../../shared/audit/audit-log.ts';
import { changesOf } from '../../../../shared/audit/changes.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import { finishWithin } from '../../../../shared/idempotency/postgres.ts';
import type { EventChange, EventChanges, EventState, Organised } from '../../domain/event/event.ts';

type Row = { id: number; organiserId: number | null; state: EventState; keepsMoney: boolean; nowMs: number };

/** Changes of events in PostgreSQL. */
export const postgresEventChanges = ({ sql, run, share }: Db): EventChanges => ({
  find: (eventUuid) =>
    run(async () => {
      const [row] = await sql<Organised[]>`
        select (select uuid from organisers where id = e.organiser_id) as "organiserUuid"
        from events e where e.uuid = ${eventUuid}`;
      return row;
    }),

  change: ({ eventUuid, action, author, ending }, decide) =>
    run(() =>
      share(eventUuid, (on) =>
        inTransaction(on, async (tx) => {
          // Changes take turns by the event's row: the statement after this lock sees the operation of the one before.
          await tx`select from events where uuid = ${eventUuid} for no key update`;
          const [row] = await tx<Row[]>`
            select e.id::float8 as id, e.organiser_id::float8 as "organiserId", ${stateJson(tx)} as state,
              extract(epoch from now())::float8 * 1000 as "nowMs",
              exists (select from tickets t where t.event_id = e.id and t.order_id is not null) and not exists (
                select from operations where event_id = e.id and kind = 'refunds' and status = 'running'
              ) as "keepsMoney"
            from events e where e.uuid = ${eventUuid}`;
          if (!row) return undefined;
          const { id, organiserId, state: before, keepsMoney, nowMs } = row;
          const change = decide({ event: before, keepsMoney, nowMs });
          const after = await write(tx, id, { ...before, ...change }, change);
          if (change.refunds) await addOperation(tx, id, change.refunds);
          const { reason } = change.refunds ?? {};
          const { before: was, after: is } = changesOf(membersOf(before), membersOf(after)) ?? {};
          await writeAudit(tx, author, {
            ...{ action, thing: 'event', thingUuid: eventUuid, organiserId },
            ...{ before: was, after: reason ? { ...is, reason } : is },
          });
          await finishWithin(tx, ending, after);
          return after;
        }),
      ),
    ),
});

const instantJson = (sql: Db['sql'], at: Fragment) =>
  sql`to_char(${at} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The event `e` in the domain's shape. */
const stateJson = (sql: Db['sql']) => {
  const instant = (at: Fragment) => instantJson(sql, at);
  return sql`json_build_object('uuid', e.uuid, 'status', e.status, 'date', ${instant(sql`e.date`)},
    'doorsAt', ${instant(sql`e.doors_at`)}, 'endsAt', ${instant(sql`e.ends_at`)},
    'onSaleFrom', ${instant(sql`e.on_sale_from`)}, 'onSaleUntil', ${instant(sql`e.on_sale_until`)},
    'refundUntil', ${instant(sql`e.refund_until`)},
    'sequence', e.sequence, 'previousDates', coalesce((
      select json_agg(${instant(sql`at`)} order by place) from unnest(e.previous_dates) with ordinality as d (at, place)
    ), '[]'))`;
};

/** Columns that stay as they are keep their microseconds, which the domain does not have. */
async function write(tx: Db['sql'], id: number, wanted: EventState, change: EventChange): Promise<EventState> {
  const isMoved = change.wasMoved ?? false;
  const [row] = await tx<{ state: EventState }[]>`
    update events e set status = ${wanted.status}, sequence = e.sequence + 1,
      previous_dates = case when ${isMoved} and e.date <> ${wanted.date}::text::timestamptz
        then e.previous_dates || e.date else e.previous_dates end,
      date = case when ${isMoved} then ${wanted.date}::text::timestamptz else e.date end,
      doors_at = case when ${isMoved} then ${wanted.doorsAt}::text::timestamptz else e.doors_at end,
      ends_at = case when ${isMoved} then ${wanted.endsAt}::text::timestamptz else e.ends_at end,
      on_sale_until = case when ${isMoved} then ${wanted.onSaleUntil}::text::timestamptz else e.on_sale_until end,
      refund_until = case when ${change.refundUntil !== undefined}
        then ${wanted.refundUntil}::text::timestamptz else e.refund_until end
    where id = ${id} returning ${stateJson(tx)} as state`;
  return row!.state;
}

/** The orders to give back are counted by the tickets that they claim or own. Its time is not that of the wait for the event. */
async function addOperation(
  tx: Db['sql'],
  eventId: number,
  { operationUuid, reason }: NonNullable<EventChange['refunds']>,
): Promise<void> {
  await tx`
    insert into operations (uuid, created_at, updated_at, event_id, kind, total, state)
    select ${operationUuid}, clock_timestamp(), clock_timestamp(), ${eventId}, 'refunds',
      (select count(distinct order_id) from tickets where event_id = ${eventId} and order_id is not null),
      json_build_object('reason', ${reason}::text)`;
}

/** The members of an event that the audit log has, by the names of the API. */
const membersOf = (event: EventState) => ({
  status: event.status,
  date: event.date,
  doors_at: event.doorsAt,
  ends_at: event.endsAt,
  on_sale_until: event.onSaleUntil,
  refund_until: event.refundUntil,
});
