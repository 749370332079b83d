import { randomUUID } from 'node:crypto';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { Demand } from '../../domain/index/demand.ts';

/**
 * The demand for the event `e`, in one pass over its tickets. A ticket counts for its popularity the less the longer ago
 * it was sold, and for nothing after seven days.
 */
export const demandOf = (sql: Db['sql']): Fragment => sql`
  select case when e.currency is not null then (min(t.price) filter (where t.is_free))::float8 end as price_from,
    case when count(*) > 0 then (count(*) filter (where t.is_free))::float8 end as seats_left,
    coalesce(ceil(sum(t.freshness)), 0)::float8 as popularity
  from (
    select t.price, t.status = 'available' and t.order_id is null and t.hold_back_id is null as is_free,
      1 - extract(epoch from now() - o.created_at) / extract(epoch from interval '7 days') as freshness
    from tickets t left join orders o
      on t.status = 'booked' and o.id = t.order_id and o.created_at > now() - interval '7 days'
    where t.event_id = e.id) t`;

/** What `app_state` has: who looks, until when, and what was looked at. */
type State = { holder: string; until: string; since?: string };

/**
 * The demand in PostgreSQL, by the counter that each ticket has of its writes: of each upcoming event the index is asked
 * for its newest, so a look reads no ticket that was not written. Sales write nothing for it. Processes of one `name`
 * take turns, known by `holder`.
 */
export function postgresDemand(db: Db, name: string, holder: string = randomUUID()): Demand {
  const { sql } = db;
  const key = `demand:${name}`;

  const untilOf = (leaseMs: number) => sql`(now() + ${leaseMs} * interval '1 ms')::text`;

  /** Returns since when to look; undefined while another process holds the lease. */
  async function lease(leaseMs: number): Promise<{ since: string } | undefined> {
    const [row] = await db.run(
      () => sql<{ value: string }[]>`
        insert into app_state as s (key, value)
        values (${key}, json_build_object('holder', ${holder}::text, 'until', ${untilOf(leaseMs)})::text)
        on conflict (key) do update set updated_at = now(),
          value = (s.value::jsonb || jsonb_build_object('holder', ${holder}::text, 'until', ${untilOf(leaseMs)}))::text
        where s.value::jsonb->>'holder' = ${holder} or (s.value::jsonb->>'until')::timestamptz < now()
        returning value`,
    );
    return row && { since: (JSON.parse(row.value) as State).since ?? '0' };
  }

  return {
    async look(leaseMs) {
      const leased = await lease(leaseMs);
      if (!leased) return undefined;
      // A counter beyond the newest is of a database that was restored since.
      const rows = await db.run(
        () => sql<{ mark: string; id: string | null }[]>`
          select pg_snapshot_xmin(pg_current_snapshot())::text as mark, e.id
          from (select 1) one left join (
            select e.id from events e
            where e.status <> 'draft' and e.date >= now() and exists (
              select from tickets t where t.event_id = e.id and t.changed_in >= (
                select case when ${leased.since}::text::xid8 <= pg_snapshot_xmax(pg_current_snapshot())
                  then ${leased.since}::text::xid8 else '0'::xid8 end))
          ) e on true`,
      );
      const since = rows[0]!.mark;
      return {
        eventIds: rows.flatMap(({ id }) => (id === null ? [] : Number(id))),
        done: async () => {
          await db.run(
            () => sql`
              update app_state set value = (value::jsonb || jsonb_build_object('since', ${since}::text))::text
              where key = ${key} and value::jsonb->>'holder' = ${holder}`,
          );
        },
      };
    },

    async soldLately() {
      const rows = await db.run(
        () => sql<{ id: string }[]>`
          select e.id from events e cross join lateral (
            select o.created_at from orders o where o.event_id = e.id order by o.id desc limit 1) newest
          where e.status <> 'draft' and e.date >= now() and newest.created_at > now() - interval '1 month'`,
      );
      return rows.map(({ id }) => Number(id));
    },
  };
}
