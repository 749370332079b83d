import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { EventOrder, EventSales, OrderFilter } from '../../domain/sales/sales.ts';

/** For so long it is taken for granted that every order knows its event, once that was so. */
const rememberedMs = 60_000;

/**
 * Orders of an event, the newest first. An order knows its event, but for those of the release before, until a job has
 * told them: only while there are such orders, those of an event are also found by their tickets.
 */
export function eventOrders(
  { sql, run }: Pick<Db, 'sql' | 'run'>,
  nowMs = () => performance.now(),
): EventSales['orders'] {
  let knownUntilMs = Number.NEGATIVE_INFINITY;

  async function allKnowTheirEvent(): Promise<boolean> {
    if (nowMs() < knownUntilMs) return true;
    const [row] = await sql`select exists (select from orders where event_id is null) as some`;
    if (row!.some) return false;
    knownUntilMs = nowMs() + rememberedMs;
    return true;
  }

  const ofEvent = (eventUuid: string, isKnown: boolean): Fragment => {
    const event = sql`(select id from events where uuid = ${eventUuid})`;
    if (isKnown) return sql`o.event_id = ${event}`;
    return sql`o.id in (
      select id from orders where event_id = ${event}
      union all
      select old.id from tickets t join order_tickets ot on ot.ticket_id = t.id
      join orders old on old.id = ot.order_id and old.event_id is null where t.event_id = ${event})`;
  };

  return (eventUuid, { filter, after, limit }) =>
    run(async () => {
      const its = ofEvent(eventUuid, await allKnowTheirEvent());
      const [last] =
        after === undefined
          ? []
          : await sql<{ id: string }[]>`
        select o.id from orders o where o.uuid = ${after} and ${its}`;
      if (after !== undefined && !last) return undefined;
      const older = last ? sql`and o.id < ${last.id}` : sql``;
      return await sql<EventOrder[]>`
        with page as materialized (
          select o.* from orders o where ${its} ${older} ${matching(sql, eventUuid, filter)}
          order by o.id desc limit ${limit}
        )
        select o.uuid, o.user_uuid as "userUuid", o.status, o.total::float8 as total, o.currency,
          to_char(o.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt",
          coalesce((select sum(amount) from refunds where order_id = o.id), 0)::float8 as refunded, coalesce((
            select json_agg(json_build_object('uuid', coalesce(t.uuid, ot.ticket_uuid),
              'seat', coalesce(t.seat, ot.seat), 'category', t.category, 'price', ot.price,
              'rate', case when r.id is not null then json_build_object('uuid', r.uuid, 'name', r.name) end,
              'refunded', ot.refund_id is not null) order by ot.id)
            from order_tickets ot left join tickets t on t.id = ot.ticket_id left join rates r on r.id = ot.rate_id
            where ot.order_id = o.id), '[]') as tickets
        from page o order by o.id desc`;
    });
}

/** The conditions of a filter on the order `o`. */
function matching(sql: Db['sql'], eventUuid: string, filter: OrderFilter): Fragment {
  const { status, userUuid, seat, rateUuid, from, to } = filter;
  const when = (condition: Fragment, isAsked: boolean) => (isAsked ? sql`and ${condition}` : sql``);
  return sql`
    ${when(sql`o.status = ${status ?? null}`, status !== undefined)}
    ${when(sql`o.user_uuid = ${userUuid ?? null}`, userUuid !== undefined)}
    ${when(sql`o.created_at >= ${from ?? null}::text::timestamptz`, from !== undefined)}
    ${when(sql`o.created_at < ${to ?? null}::text::timestamptz`, to !== undefined)}
    ${when(
      sql`o.id in (
        select ot.order_id from tickets t join events e on e.id = t.event_id join order_tickets ot on ot.ticket_id = t.id
        where e.uuid = ${eventUuid} and t.seat = ${seat ?? null})`,
      seat !== undefined,
    )}
    ${when(
      sql`exists (
        select from order_tickets ot join rates r on r.id = ot.rate_id
        where ot.order_id = o.id and r.uuid = ${rateUuid ?? null})`,
      rateUuid !== undefined,
    )}`;
}
