import type { Db } from '../shared/db/client.ts';

/** What the database and the payment provider say when all is over. Money is in minor units. */
export type Books = {
  orders: BookedOrder[];
  refunds: { uuid: string; order: string; amount: number; status: string }[];
  /** What the provider has of each order after refunds. */
  kept: Map<string, number>;
};

export type BookedOrder = {
  uuid: string;
  user: string;
  status: string;
  total: number;
  /** What the payment's status is. */
  payment: string;
  reservation: string | null;
  lines: { ticket: string; price: number; refund: string | null }[];
};

export async function readBooks(db: Db, kept: Books['kept']): Promise<Books> {
  const orders = await db.run(
    () => db.sql<BookedOrder[]>`
      select o.uuid, o.user_uuid as user, o.status, o.total::float8 as total, p.status as payment, r.uuid as reservation, (
        select json_agg(json_build_object('ticket', t.uuid, 'price', ot.price, 'refund', f.uuid))
        from order_tickets ot join tickets t on t.id = ot.ticket_id left join refunds f on f.id = ot.refund_id
        where ot.order_id = o.id
      ) as lines
      from orders o join payments p on p.order_id = o.id left join reservations r on r.id = o.reservation_id`,
  );
  const refunds = await db.run(
    () => db.sql<Books['refunds']>`
      select r.uuid, o.uuid as "order", r.amount::float8 as amount, r.status
      from refunds r join orders o on o.id = r.order_id`,
  );
  return { orders, refunds, kept };
}

/** What is not ended yet; the sweeps are to end it. */
export async function countOpen({ run, sql }: Db): Promise<number> {
  const [row] = await run(
    () => sql<{ open: number }[]>`
      select ((select count(*) from orders where status = 'pending')
        + (select count(*) from refunds where status = 'pending')
        + (select count(*) from payments where status in ('pending', 'authorised')))::int as open`,
  );
  return row!.open;
}
