import { batched } from '../../../../shared/async/batched.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { Plan } from '../../../../shared/plan/plan.ts';
import type { Order } from '../../domain/order/order.ts';
import type { EventRules } from '../../domain/sale-rules/event-rules.ts';
import type { OfferedSeat } from '../../domain/seats/candidates.ts';
import type { SeatsMark, Ticket, TicketFacts, Tickets } from '../../domain/seats/tickets.ts';
import { isFree, isOnSale, isSelling, maxPrice, ms, openToTheStart, orderJson, type SaleWindow } from './fragments.ts';

/** Tickets in PostgreSQL. */
export function postgresTickets(db: Db, { salesEndBeforeStartMs }: SaleWindow = openToTheStart): Tickets {
  const { sql, run, wait, share } = db;

  // A read that never ends must not hold up the next ones, so each has its own deadline.
  const factsOf = batched((ticketUuids: string[]) =>
    run(async () => {
      const rows = await sql<(TicketFacts & { uuid: string })[]>`
        select t.uuid, e.uuid as "eventUuid", t.price::float8 as price, t.currency
        from tickets t join events e on e.id = t.event_id where t.uuid = any(${ticketUuids})`;
      return new Map(rows.map(({ uuid, ...facts }) => [uuid, facts]));
    }),
  );

  const find = batched((ticketUuids: string[]) =>
    run(async () => {
      const rows = await sql<(Omit<Ticket, 'order' | 'token'> & { order: Order | null; token: string | null })[]>`
        select t.uuid, e.uuid as "eventUuid", t.price::float8 as price, t.currency,
          t.status = 'booked' or t.price > ${maxPrice} or t.hold_back_id is not null as booked,
          ${isOnSale(sql, salesEndBeforeStartMs)} as "isOnSale", e.ticket_limit as "ticketLimit", case when o.id is not null then ${orderJson(sql)} end as order,
          ot.token
        from tickets t join events e on e.id = t.event_id
        left join orders o on o.id = t.order_id left join payments p on p.order_id = o.id
        left join order_tickets ot on ot.order_id = o.id and ot.ticket_id = t.id
        where t.uuid = any(${ticketUuids})`;
      return new Map(
        rows.map(({ order: found, token, ...ticket }) => [
          ticket.uuid,
          { ...ticket, ...(found && { order: found }), ...(token && { token }) },
        ]),
      );
    }),
  );

  const rulesOf = batched((eventUuids: string[]) =>
    run(async () => {
      const rows = await sql<(EventRules & { uuid: string })[]>`
        select e.uuid, e.status, ${epochMs(sql, sql`e.on_sale_from`)} as "onSaleFrom",
          ${epochMs(sql, sql`e.on_sale_until`)} as "onSaleUntil",
          ${epochMs(sql, sql`e.date - ${ms(sql, salesEndBeforeStartMs)}`)} as "sellsUntil",
          e.ticket_limit as "ticketLimit", coalesce((
            select json_agg(json_build_object('name', p.name, 'startsAt', ${epochMs(sql, sql`p.starts_at`)},
              'endsAt', ${epochMs(sql, sql`p.ends_at`)}) order by p.starts_at, p.id)
            from presales p where p.event_id = e.id), '[]') as presales,
          (select hash from seating_plans where id = e.plan_id) as "planHash",
          ${epochMs(sql, sql`clock_timestamp()`)} as "readAt"
        from events e where e.uuid = any(${eventUuids})`;
      return new Map(rows.map(({ uuid, ...rules }) => [uuid, rules]));
    }),
  );

  const ofSeat = batched((keys: string[]) =>
    run(async () => {
      const asked = keys.map((key) => JSON.parse(key) as [eventUuid: string, seat: string]);
      const rows = await sql<{ eventUuid: string; seat: string; uuid: string }[]>`
        select a.event_uuid as "eventUuid", a.seat, t.uuid
        from unnest(${asked.map(([eventUuid]) => eventUuid)}::text[], ${asked.map(([, seat]) => seat)}::text[])
          as a (event_uuid, seat)
        cross join lateral (select id from events where uuid = a.event_uuid offset 0) e
        cross join lateral (select uuid from tickets where event_id = e.id and seat = a.seat offset 0) t`;
      return new Map(rows.map(({ eventUuid, seat, uuid }) => [JSON.stringify([eventUuid, seat]), uuid]));
    }),
  );

  return {
    rulesOf: (eventUuid) => wait(() => rulesOf(eventUuid)),

    ofSeat: (eventUuid, seat) => wait(() => ofSeat(JSON.stringify([eventUuid, seat]))),

    byPlace: (eventUuid) =>
      run(() =>
        share(eventUuid, async (sql) => {
          const rows = await sql<{ planHash: string | null; place: number | null; uuid: string | null }[]>`
            select sp.hash as "planHash", t.place, t.uuid from events e left join seating_plans sp on sp.id = e.plan_id
            left join tickets t on t.event_id = e.id and t.place is not null where e.uuid = ${eventUuid}`;
          const ticketUuids = new Map(rows.flatMap(({ place, uuid }) => (uuid === null ? [] : [[place!, uuid]])));
          return { planHash: rows[0]?.planHash ?? null, ticketUuids };
        }),
      ),

    factsOf: (ticketUuid) => wait(() => factsOf(ticketUuid)),

    find: (ticketUuid) => wait(() => find(ticketUuid)),

    boughtBy: (userUuid, eventUuid) =>
      run(async () => {
        const rows = await sql<{ uuid: string }[]>`
          select t.uuid from orders o join tickets t on t.order_id = o.id join events e on e.id = t.event_id
          where o.user_uuid = ${userUuid} and e.uuid = ${eventUuid}`;
        return rows.map(({ uuid }) => uuid);
      }),

    planOf: (eventUuid) =>
      run(() =>
        share(eventUuid, async (sql) => {
          const [row] = await sql<{ hash: string; plan: Plan }[]>`
            select sp.hash, sp.plan from events e join seating_plans sp on sp.id = e.plan_id where e.uuid = ${eventUuid}`;
          return row;
        }),
      ),

    // It waits for no locks, but an arena's seats take a while. `seatsSince` returns the rows written meanwhile.
    seatsOf: (eventUuid) =>
      run(() =>
        share(eventUuid, async (sql) => {
          const [event] = await sql<{ id: number; isOnSale: boolean; mark: SeatsMark; planHash: string | null }[]>`
          select id::float8 as id, ${isSelling(sql, salesEndBeforeStartMs)} as "isOnSale", ${mark(sql)} as mark,
            (select hash from seating_plans where id = e.plan_id) as "planHash"
          from events e where uuid = ${eventUuid}`;
          if (!event) return undefined;
          const seats = await sql<OfferedSeat[]>`
          select uuid, seat, price::float8 as price, currency, ${isOffered(sql)} as free, place, category
          from tickets t where event_id = ${event.id} order by id`;
          return { isOnSale: event.isOnSale, mark: event.mark, planHash: event.planHash, seats };
        }),
      ),

    seatsSince: (eventUuid, since) =>
      run(async () => {
        const [row] = await sql<{ isOnSale: boolean; mark: SeatsMark; seats: OfferedSeat[] | null }[]>`
          select ${isSelling(sql, salesEndBeforeStartMs)} as "isOnSale", ${mark(sql)} as mark, (
            select json_agg(json_build_object('uuid', t.uuid, 'seat', t.seat, 'price', t.price, 'currency', t.currency,
              'free', ${isOffered(sql)}, 'place', t.place, 'category', t.category))
            from tickets t where t.event_id = e.id and t.changed_in >= ${since}::text::xid8) as seats
          from events e where uuid = ${eventUuid}`;
        return row && { ...row, seats: row.seats ?? [] };
      }),
  };
}

/** A restarted server may be another one, with transaction ids that were used before. */
const mark = (sql: Db['sql']) => sql`json_build_object(
  'since', pg_snapshot_xmin(pg_current_snapshot())::text,
  'version', concat_ws('.', extract(epoch from pg_postmaster_start_time()), e.id, e.xmin))`;

const isOffered = (sql: Db['sql']) => sql`(${isFree(sql)} and t.price <= ${maxPrice})`;

/** An instant as milliseconds since 1970, for rules: rounded up, as nothing may happen too early. */
const epochMs = (sql: Db['sql'], instant: Fragment) => sql`ceil(extract(epoch from ${instant}) * 1000)::float8`;
