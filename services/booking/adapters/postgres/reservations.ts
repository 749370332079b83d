import { batched } from '../../../../shared/async/batched.ts';
import { type Db, type Fragment, sqlState } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { KnownOrder, Order } from '../../domain/order/order.ts';
import type { Reservation, Reservations } from '../../domain/reservation/reservation.ts';
import { creation, kindOf } from './create-reservations.ts';
import { eventsOf, onShareOf } from './events-of.ts';
import { isSelling, openToTheStart, orderJson, orderSeats, rateJson, type SaleWindow } from './fragments.ts';

type Row = Omit<Reservation, 'order'> & { order: Order | null };

/** SQLSTATE: a row with this key is there already. */
const uniqueViolation = '23505';
const purgedAtOnce = 5000;

/** Reservations in PostgreSQL. */
export function postgresReservations(db: Db, saleWindow: SaleWindow = openToTheStart): Reservations {
  const { salesEndBeforeStartMs } = saleWindow;
  const { sql, run, wait, gathered } = db;
  const events = eventsOf(db);
  const runOf = onShareOf(db, events.reservation);

  // The line of a deleted ticket keeps its uuid and seat.
  const read = async (condition: Fragment): Promise<Reservation[]> => {
    const rows = await sql<Row[]>`
    select r.uuid, r.user_uuid as "userUuid", e.uuid as "eventUuid", r.total::float8 as total, r.currency,
      r.released_at is not null as released, ${isSelling(sql, salesEndBeforeStartMs)} as "isOnSale", coalesce((
        select json_agg(case when rt.rate_id is null then json_build_object('ticketUuid', coalesce(t.uuid, rt.ticket_uuid),
          'seat', coalesce(t.seat, rt.seat), 'price', rt.price, 'token', rt.token)
        else json_build_object('ticketUuid', coalesce(t.uuid, rt.ticket_uuid), 'seat', coalesce(t.seat, rt.seat),
          'price', rt.price, 'token', rt.token, 'rate', ${rateJson(sql, sql`rt.rate_id`)}) end order by rt.ticket_id)
        from reservation_tickets rt left join tickets t on t.id = rt.ticket_id where rt.reservation_id = r.id
      ), '[]') as tickets, (
        select ${orderJson(sql)} from orders o join payments p on p.order_id = o.id
        where o.reservation_id = r.id and o.status in ('pending', 'paid') limit 1
      ) as order
    from reservations r join events e on e.id = r.event_id where ${condition}`;
    return rows.map(({ order, ...row }) => ({ ...row, ...(order && { order }) }));
  };

  // It may wait for a lock on the event's row, so each event has statements of its own.
  const create = gathered(creation(saleWindow), {
    namesOf: ({ locks }) => locks.map(({ ticketUuid }) => ticketUuid),
    kindOf,
    most: 25,
  });

  const find = batched((uuids: string[]) =>
    run(async () => new Map((await read(sql`r.uuid = any(${uuids})`)).map((one) => [one.uuid, one]))),
  );

  return {
    async create(request) {
      try {
        const created = await create(request.eventUuid, request);
        if ('made' in created) events.note(created.made.uuid, request.eventUuid);
        return created;
      } catch (error) {
        if (sqlState(error) === uniqueViolation) return { isReserved: true };
        throw error;
      }
    },

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
            select id from reservations r where created_at <= now() - ${keptMs} * interval '1 ms'
              and (access_code_id is null or exists (select from events where id = r.event_id and date < now()))
            limit ${purgedAtOnce} for update skip locked)`;
        return count;
      }),
  };
}
