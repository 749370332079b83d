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
  failedAt: number | null;
  lines: Line[];
};

/** `isGone`: the ticket has been deleted. */
export type Line = {
  ticket: string;
  event: string;
  seat: string;
  price: number;
  refund: string | null;
  refundedAt: number | null;
  isGone: boolean;
};

export async function readBooks(db: Db, { matinee }: Arena, provider: Pick<Books, 'charged' | 'kept'>): Promise<Books> {
  const msOf = (time: Fragment) => db.sql`extract(epoch from ${time})::float8 * 1000`;
  const orders = await db.run(
    () => db.sql<BookedOrder[]>`
      select o.uuid, o.user_uuid as user, o.status, o.total::float8 as total, p.status as payment, r.uuid as reservation,
        ${msOf(db.sql`o.created_at`)} as "createdAt",
        (select ${msOf(db.sql`min(at)`)} from order_history where order_id = o.id and order_status = 'failed') as "failedAt", (
        select json_agg(json_build_object('ticket', coalesce(t.uuid, ot.ticket_uuid), 'seat', coalesce(t.seat, ot.seat),
          'event', coalesce(e.uuid, ot.event_uuid), 'price', ot.price, 'refund', f.uuid,
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
  const tickets = matinee.seats.map(({ uuid }) => uuid);
  return { orders, refunds, ...provider, matinee: { ...matinee, tickets, reservations } };
}

/** Returns the unfinished orders and refunds, which the sweeps shall end. */
export async function countOpen({ run, sql }: Db): Promise<number> {
  const [row] = await run(
    () => sql<{ open: number }[]>`
      select ((select count(*) from orders where status = 'pending')
        + (select count(*) from refunds where status = 'pending')
        + (select count(*) from payments where status in ('pending', 'authorised')))::int as open`,
  );
  return row!.open;
}
