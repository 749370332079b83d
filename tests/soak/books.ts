import type { Db, Fragment } from '../../shared/db/client.ts';
import type { Arena } from './arena.ts';

/** The final state of the database and the payment provider. Money is in minor units. */
export type Books = {
  orders: BookedOrder[];
  refunds: { uuid: string; order: string; amount: number; status: string; createdAt: number }[];
  /** The provider's charge of each order, unless it was voided before its capture. */
  charged: Map<string, number>;
  /** The provider's money of each order after refunds. */
  kept: Map<string, number>;
  matinee: { event: string; start: number; tickets: string[]; reservations: { uuid: string; createdAt: number }[] };
  /** Of the organiser's events; `refunded` are those whose cancellation is complete. */
  shows: { reservations: ShowReservation[]; refunded: Set<string> };
};

/** A reservation of an organiser's event. */
export type ShowReservation = {
  uuid: string;
  event: string;
  createdAt: number;
  isByCode: boolean;
  tickets: string[];
};

export type BookedOrder = {
  uuid: string;
  user: string;
  status: string;
  total: number;
  /** The payment's status. */
  payment: string;
  reservation: string | null;
  /** Milliseconds since 1970, by the database's clock. */
  createdAt: number;
  /** While its claim was at work: the statement began at `createdAt`. */
  claimedAt: number;
  failedAt: number | null;
  lines: Line[];
};

/** `isGone`: the ticket has been deleted. */
export type Line = {
  ticket: string;
  event: string;
  seat: string;
  price: number;
  rate: string | null;
  refund: string | null;
  refundedAt: number | null;
  isGone: boolean;
};

export async function readBooks(
  db: Db,
  { matinee }: Arena,
  shows: string[],
  provider: Pick<Books, 'charged' | 'kept'>,
): Promise<Books> {
  const msOf = (time: Fragment) => db.sql`extract(epoch from ${time})::float8 * 1000`;
  const orders = await db.run(
    () => db.sql<BookedOrder[]>`
      select o.uuid, o.user_uuid as user, o.status, o.total::float8 as total, p.status as payment, r.uuid as reservation,
        ${msOf(db.sql`o.created_at`)} as "createdAt",
        (select ${msOf(db.sql`min(at)`)} from order_history where order_id = o.id) as "claimedAt",
        (select ${msOf(db.sql`min(at)`)} from order_history where order_id = o.id and order_status = 'failed') as "failedAt", (
        select json_agg(json_build_object('ticket', coalesce(t.uuid, ot.ticket_uuid), 'seat', coalesce(t.seat, ot.seat),
          'event', coalesce(e.uuid, ot.event_uuid), 'price', ot.price,
          'rate', (select uuid from rates where id = ot.rate_id), 'refund', f.uuid,
          'refundedAt', ${msOf(db.sql`f.created_at`)}, 'isGone', t.id is null))
        from order_tickets ot left join tickets t on t.id = ot.ticket_id left join events e on e.id = t.event_id
        left join refunds f on f.id = ot.refund_id
        where ot.order_id = o.id
      ) as lines
      from orders o join payments p on p.order_id = o.id left join reservations r on r.id = o.reservation_id`,
  );
  const refunds = await db.run(
    () => db.sql<Books['refunds']>`
      select r.uuid, o.uuid as "order", r.amount::float8 as amount, r.status, ${msOf(db.sql`r.created_at`)} as "createdAt"
      from refunds r join orders o on o.id = r.order_id`,
  );
  const reservations = await db.run(
    () => db.sql<Books['matinee']['reservations']>`
      select r.uuid, ${msOf(db.sql`r.created_at`)} as "createdAt"
      from reservations r join events e on e.id = r.event_id where e.uuid = ${matinee.event}`,
  );
  const ofShows = await db.run(
    () => db.sql<ShowReservation[]>`
      select r.uuid, e.uuid as event, ${msOf(db.sql`r.created_at`)} as "createdAt",
        r.access_code_id is not null as "isByCode", array(
          select t.uuid from reservation_tickets rt join tickets t on t.id = rt.ticket_id where rt.reservation_id = r.id
        ) as tickets
      from reservations r join events e on e.id = r.event_id where e.uuid = any(${shows})`,
  );
  const ended = await db.run(
    () => db.sql<{ event: string }[]>`
      select e.uuid as event from operations op join events e on e.id = op.event_id
      where op.kind = 'refunds' and op.status = 'succeeded'`,
  );
  const tickets = matinee.seats.map(({ uuid }) => uuid);
  return {
    ...{ orders, refunds, ...provider, matinee: { ...matinee, tickets, reservations } },
    shows: { reservations: ofShows, refunded: new Set(ended.map(({ event }) => event)) },
  };
}

/** Returns the unfinished orders, refunds and cancellations, which the jobs shall end. */
export async function countOpen({ run, sql }: Db): Promise<number> {
  const [row] = await run(
    () => sql<{ open: number }[]>`
      select ((select count(*) from orders where status = 'pending')
        + (select count(*) from refunds where status = 'pending')
        + (select count(*) from operations where status = 'running')
        + (select count(*) from payments where status in ('pending', 'authorised')))::int as open`,
  );
  return row!.open;
}
