import { type Db, sqlState } from '../../../shared/db/client.ts';
import type { OfferedSeat } from '../domain/best-seats.ts';
import type { Reservation, Reservations, ReservedTicket } from '../domain/reservation.ts';

type Row = Omit<Reservation, 'tickets'> & { tickets: ReservedTicket[] };

/** SQLSTATE: a row with this key is there already. */
const uniqueViolation = '23505';
const purgedAtOnce = 5000;

/** Reservations in PostgreSQL. Each write is one statement, so each is one transaction and one round trip. */
export function postgresReservations({ sql, run }: Db): Reservations {
  const read = (condition: ReturnType<typeof sql>) => sql<Row[]>`
    select r.uuid, r.user_uuid as "userUuid", e.uuid as "eventUuid", r.total::float8 as total, r.currency,
      r.released_at is not null as released, (
        select json_agg(json_build_object('ticketUuid', t.uuid, 'seat', t.seat, 'price', rt.price, 'token', rt.token)
          order by t.id)
        from reservation_tickets rt join tickets t on t.id = rt.ticket_id where rt.reservation_id = r.id
      ) as tickets
    from reservations r join events e on e.id = r.event_id where ${condition}`;

  return {
    create: ({ userUuid, eventUuid, locks }) =>
      run(async () => {
        const ticketUuids = locks.map((lock) => lock.ticketUuid);
        const [row] = await sql<
          { made: { uuid: string; total: number; currency: string } | null; tickets: ReservedTicket[] | null }[]
        >`
          with wanted as (
            select t.id, t.event_id, t.uuid, t.seat, t.price, t.currency, l.token
            from unnest(${ticketUuids}::text[], ${locks.map((lock) => lock.token)}::text[]) as l(uuid, token)
            join tickets t on t.uuid = l.uuid join events e on e.id = t.event_id
            where e.uuid = ${eventUuid} and t.status = 'available' and t.order_id is null
          ), r as (
            insert into reservations (user_uuid, event_id, total, currency)
            select ${userUuid}, min(event_id), sum(price), min(currency) from wanted
            having count(*) = ${locks.length} and count(distinct currency) = 1
            returning id, uuid, total, currency
          ), lines as (
            insert into reservation_tickets (reservation_id, ticket_id, price, token)
            select r.id, wanted.id, wanted.price, wanted.token from r, wanted
          )
          select (select json_build_object('uuid', uuid, 'total', total, 'currency', currency) from r) as made,
            (select json_agg(json_build_object('ticketUuid', uuid, 'seat', seat, 'price', price, 'token', token)
              order by id) from wanted) as tickets`;
        const tickets = row?.tickets ?? [];
        if (row?.made) return { made: { ...row.made, userUuid, eventUuid, tickets, released: false } };
        const forSale = new Set(tickets.map(({ ticketUuid }) => ticketUuid));
        return { conflicts: ticketUuids.filter((uuid) => !forSale.has(uuid)) };
      }).catch((error) => {
        if (sqlState(error) === uniqueViolation) return { isReserved: true };
        throw error;
      }),

    find: (uuid) => run(async () => (await read(sql`r.uuid = ${uuid}`))[0]),

    findByLock: ({ ticketUuid, token }) =>
      run(
        async () =>
          (
            await read(sql`r.released_at is null and r.id in (
              select rt.reservation_id from reservation_tickets rt join tickets t on t.id = rt.ticket_id
              where rt.token = ${token} and t.uuid = ${ticketUuid})`)
          )[0],
      ),

    release: (uuid) =>
      run(async () => {
        await sql`update reservations set released_at = now() where uuid = ${uuid} and released_at is null`;
      }),

    useExtension: (uuid) =>
      run(async () => {
        const { count } = await sql`
          update reservations set extended_at = now() where uuid = ${uuid} and extended_at is null`;
        return count > 0;
      }),

    returnExtension: (uuid) =>
      run(async () => {
        await sql`update reservations set extended_at = null where uuid = ${uuid}`;
      }),

    purge: (keptMs) =>
      run(async () => {
        const { count } = await sql`
          delete from reservations where id in (
            select id from reservations where created_at <= now() - ${keptMs} * interval '1 ms'
            limit ${purgedAtOnce} for update skip locked)`;
        return count;
      }),

    boughtBy: (userUuid, eventUuid) =>
      run(async () => {
        const rows = await sql<{ uuid: string }[]>`
          select t.uuid from orders o join tickets t on t.order_id = o.id join events e on e.id = t.event_id
          where o.user_uuid = ${userUuid} and o.status in ('pending', 'paid') and e.uuid = ${eventUuid}`;
        return rows.map(({ uuid }) => uuid);
      }),

    seatsOf: (eventUuid) =>
      run(
        async () =>
          await sql<OfferedSeat[]>`
          select t.uuid, t.seat, t.price::float8 as price, t.status = 'available' and t.order_id is null as free
          from tickets t join events e on e.id = t.event_id where e.uuid = ${eventUuid} order by t.id`,
      ),
  };
}
