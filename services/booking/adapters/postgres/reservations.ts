import { batched } from '../../../../shared/async/batched.ts';
import { type Db, type Fragment, sqlState } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { KnownOrder, Order } from '../../domain/order/order.ts';
import type { Reservation, Reservations, ReservedTicket } from '../../domain/reservation/reservation.ts';
import { eventsOf, onShareOf } from './events-of.ts';
import { isFree, isOnSale, maxPrice, openToTheStart, orderJson, orderSeats, type SaleWindow } from './fragments.ts';

type Row = Omit<Reservation, 'order'> & { order: Order | null };

type Creation = Parameters<Reservations['create']>[0];
type Created = {
  made: { uuid: string; total: number; currency: string } | null;
  tickets: ReservedTicket[] | null;
  isEnded: boolean;
};

/** SQLSTATE: a row with this key is there already. */
const uniqueViolation = '23505';
const purgedAtOnce = 5000;

/** Reservations in PostgreSQL. */
export function postgresReservations(db: Db, { salesEndBeforeStartMs }: SaleWindow = openToTheStart): Reservations {
  const { sql, run, wait, gathered } = db;
  const events = eventsOf(db);
  const runOf = onShareOf(db, events.reservation);

  // The line of a deleted ticket keeps its uuid and seat.
  const read = async (condition: Fragment): Promise<Reservation[]> => {
    const rows = await sql<Row[]>`
    select r.uuid, r.user_uuid as "userUuid", e.uuid as "eventUuid", r.total::float8 as total, r.currency,
      r.released_at is not null as released, ${isOnSale(sql, salesEndBeforeStartMs)} as "isOnSale", coalesce((
        select json_agg(json_build_object('ticketUuid', coalesce(t.uuid, rt.ticket_uuid),
          'seat', coalesce(t.seat, rt.seat), 'price', rt.price, 'token', rt.token) order by rt.ticket_id)
        from reservation_tickets rt left join tickets t on t.id = rt.ticket_id where rt.reservation_id = r.id
      ), '[]') as tickets, (
        select ${orderJson(sql)} from orders o join payments p on p.order_id = o.id
        where o.reservation_id = r.id and o.status in ('pending', 'paid') limit 1
      ) as order
    from reservations r join events e on e.id = r.event_id where ${condition}`;
    return rows.map(({ order, ...row }) => ({ ...row, ...(order && { order }) }));
  };

  /**
   * Makes a reservation of the locks of each request, unless one of its tickets is not for sale. It may wait for a lock
   * on the event's row, so each event has statements of its own.
   */
  const create = gathered(
    async (on, requests: Creation[], eventUuid) => {
      const locks = requests.flatMap((request, asker) => request.locks.map((lock) => ({ asker, ...lock })));
      const rows = await on<Created[]>`
      with offered as (
        select id, not ${isOnSale(on, salesEndBeforeStartMs)} as is_ended from events e
        where uuid = ${eventUuid}
      ), wishes as (
        select w.*, offered.id as event_id, offered.is_ended
        from unnest(${requests.map((_, asker) => asker)}::int[], ${requests.map(({ locks }) => locks.length)}::int[],
          ${requests.map(({ userUuid }) => userUuid)}::text[]) as w (asker, lines, user_uuid) left join offered on true
      ), found as (
        select t.id, l.asker, l.token, l.price, l.currency
        from unnest(${locks.map(({ asker }) => asker)}::int[], ${locks.map(({ ticketUuid }) => ticketUuid)}::text[],
          ${locks.map(({ token }) => token)}::text[], ${locks.map(({ held }) => held?.price ?? null)}::bigint[],
          ${locks.map(({ held }) => held?.currency ?? null)}::text[]) as l (asker, uuid, token, price, currency)
        cross join lateral (select id from tickets where uuid = l.uuid offset 0) t
      ), wanted as (
        select t.id, t.uuid, t.seat, coalesce(found.price, t.price) as price,
          coalesce(found.currency, t.currency) as currency, found.token, found.asker
        from tickets t join found on found.id = t.id join wishes on wishes.asker = found.asker
        where t.id = any(array(select id from found)) and t.event_id = wishes.event_id
          and ${isFree(on)} and t.price <= ${maxPrice}
      ), chosen as (
        select gen_random_uuid()::text as uuid, wishes.user_uuid, wishes.event_id, w.*
        from (
          select asker, sum(price) as total, min(currency) as currency, count(*) as lines,
            count(distinct currency) as currencies
          from wanted group by asker
        ) w join wishes on wishes.asker = w.asker and wishes.lines = w.lines
        where w.currencies = 1 and not wishes.is_ended
      ), r as (
        insert into reservations (uuid, user_uuid, event_id, total, currency)
        select uuid, user_uuid, event_id, total, currency from chosen
        returning id, uuid, total, currency
      ), made as (
        select r.*, chosen.asker from r join chosen on chosen.uuid = r.uuid
      ), lines as (
        insert into reservation_tickets (reservation_id, ticket_id, price, token)
        select made.id, wanted.id, wanted.price, wanted.token from made join wanted on wanted.asker = made.asker
      )
      select (select json_build_object('uuid', uuid, 'total', total, 'currency', currency)
          from made where made.asker = wishes.asker) as made,
        (select json_agg(json_build_object('ticketUuid', uuid, 'seat', seat, 'price', price, 'token', token) order by id)
          from wanted where wanted.asker = wishes.asker) as tickets, coalesce(is_ended, false) as "isEnded"
      from wishes order by wishes.asker`;
      return rows.map((row, i) => createdOf(requests[i]!, row));
    },
    { namesOf: ({ locks }) => locks.map(({ ticketUuid }) => ticketUuid), most: 25 },
  );

  function createdOf({ userUuid, eventUuid, locks }: Creation, { made, isEnded, ...row }: Created) {
    if (isEnded) return { isEnded };
    const tickets = row.tickets ?? [];
    if (made) {
      events.note(made.uuid, eventUuid);
      return { made: { ...made, userUuid, eventUuid, tickets, released: false, isOnSale: true } };
    }
    const forSale = new Set(tickets.map(({ ticketUuid }) => ticketUuid));
    return { conflicts: locks.map(({ ticketUuid }) => ticketUuid).filter((uuid) => !forSale.has(uuid)) };
  }

  const find = batched((uuids: string[]) =>
    run(async () => new Map((await read(sql`r.uuid = any(${uuids})`)).map((one) => [one.uuid, one]))),
  );

  return {
    create: (request) =>
      create(request.eventUuid, request).catch((error) => {
        if (sqlState(error) === uniqueViolation) return { isReserved: true as const };
        throw error;
      }),

    find: (uuid) => wait(() => find(uuid)),

    ofLocks: (locks) =>
      run(async () => {
        const [uuids, tokens] = [locks.map(({ ticketUuid }) => ticketUuid), locks.map(({ token }) => token)];
        return await read(sql`r.id = any(array(
          select rt.reservation_id from reservation_tickets rt left join tickets t on t.id = rt.ticket_id
          where rt.token = any(${tokens}) and (coalesce(t.uuid, rt.ticket_uuid), rt.token) in (
            select * from unnest(${uuids}::text[], ${tokens}::text[]))))`);
      }),

    release: (uuid) =>
      runOf(uuid, (sql) =>
        inTransaction(sql, async (tx) => {
          // A claim locks the reservation, too: the next statement sees an order that was faster.
          await tx`select from reservations where uuid = ${uuid} for update`;
          const [inTheWay] = await tx<KnownOrder[]>`
            select ${orderJson(tx)} as order, ${orderSeats(tx)} as seats
            from reservations r cross join lateral (
              select id, array['pending', 'paid'] as live from orders where reservation_id = r.id
              union all
              select ot.order_id, array['pending'] from reservation_tickets rt
              join order_tickets ot on ot.ticket_id = rt.ticket_id and ot.token = rt.token
              where rt.reservation_id = r.id
            ) its join orders o on o.id = its.id join payments p on p.order_id = o.id
            where r.uuid = ${uuid} and r.released_at is null and o.status = any(its.live)
            order by o.status = 'paid' desc limit 1`;
          if (inTheWay) return inTheWay;
          await tx`update reservations set released_at = now() where uuid = ${uuid} and released_at is null`;
          return true as const;
        }),
      ),

    discard: (uuid) =>
      runOf(uuid, async (sql) => {
        await sql`
          delete from reservations r where uuid = ${uuid}
            and not exists (select from orders where reservation_id = r.id)`;
      }),

    useExtension: (uuid) =>
      runOf(uuid, async (sql) => {
        const { count } = await sql`
          update reservations set extended_at = now() where uuid = ${uuid} and extended_at is null`;
        return count > 0;
      }),

    purge: (keptMs) =>
      run(async () => {
        const { count } = await sql`
          delete from reservations where id in (
            select id from reservations where created_at <= now() - ${keptMs} * interval '1 ms'
            limit ${purgedAtOnce} for update skip locked)`;
        return count;
      }),
  };
}
