import { batched } from '../../../../shared/async/batched.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type {
  Claim,
  ClaimRequest,
  KnownOrder,
  Order,
  OrderOutcome,
  OrderSeats,
  Orders,
  OrderView,
} from '../../domain/order/order.ts';
import type { PaymentAction } from '../../domain/payment/payment-provider.ts';
import { eventsOf, onShareOf } from './events-of.ts';
import {
  history,
  isFree,
  isOnSale,
  isSelling,
  openToTheStart,
  orderJson,
  orderSeats,
  rateJson,
  type SaleWindow,
} from './fragments.ts';
import { type How, skipping } from './skipping.ts';

/**
 * Orders in PostgreSQL. Each write is one statement, so each is one transaction and one round trip. It may wait for
 * locked rows: the statements of one event have a share of the connections.
 */
export function postgresOrders(db: Db, { salesEndBeforeStartMs }: SaleWindow = openToTheStart): Orders {
  const { sql, run, wait } = db;
  const events = eventsOf(db);
  const runOf = onShareOf(db, events.order);

  // The line of a deleted ticket keeps its uuid, event and seat.
  const views = async (condition: Fragment): Promise<OrderView[]> => {
    const rows = await sql<(Omit<OrderView, 'action'> & { action: KeptAction | null })[]>`
    select o.uuid, o.user_uuid as "userUuid", o.status, o.total::float8 as total, o.currency,
      to_char(o.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt", coalesce((
        select json_agg(json_build_object('uuid', coalesce(t.uuid, ot.ticket_uuid),
          'eventUuid', coalesce(e.uuid, ot.event_uuid), 'seat', coalesce(t.seat, ot.seat), 'price', ot.price,
          'refunded', ot.refund_id is not null, 'refundStatus', case when ot.refund_id is not null then (
            select status from refunds where id = ot.refund_id) end, 'rate', case when ot.rate_id is not null then ${rateJson(sql, sql`ot.rate_id`)} end)
          order by ot.id)
        from order_tickets ot left join tickets t on t.id = ot.ticket_id left join events e on e.id = t.event_id
        where ot.order_id = o.id
      ), '[]') as tickets, (select action::json from payments p where p.order_id = o.id) as action
    from orders o where ${condition}`;
    return rows.map(({ action, ...view }) => ({ ...view, action: action && actionOf(action) }));
  };

  const view = batched((uuids: string[]) =>
    run(async () => new Map((await views(sql`o.uuid = any(${uuids})`)).map((one) => [one.uuid, one]))),
  );

  async function endedBefore(orderUuid: string): Promise<OrderOutcome> {
    const [row] = await sql<{ status: OrderOutcome['status']; seats: OrderSeats }[]>`
      select status, ${orderSeats(sql)} as seats from orders o where uuid = ${orderUuid}`;
    if (!row) throw new Error(`no order ${orderUuid}`);
    return { ...row, changed: false };
  }

  /**
   * Claims the tickets of each request for a new order, all or none, unless the event is off sale, or a reservation
   * with these locks is released.
   */
  const claimAll = async (on: Db['sql'], requests: ClaimRequest[], how: How) => {
    const others = how === 'skips' ? on`skip locked` : on``;
    const lines = requests.flatMap((request, asker) => request.lines.map((line) => ({ asker, ...line })));
    // Without a reservation a ticket may be one of a reservation all the same: it is sold at what that has told.
    const mayHaveRates = requests.some(({ reservationUuid, hasRates }) => !reservationUuid || hasRates);
    const held = mayHaveRates
      ? on`left join lateral (
          select price, rate_id from reservation_tickets where token = l.token and ticket_id = t.id offset 0) held on true`
      : on``;
    // Rows are locked in order of id: claims that overlap wait for each other and do not deadlock. A ticket that
    // somebody else claimed while this statement waited no longer meets the condition, and the count is short. The
    // reservations that hold under these locks are locked, too: what they hold is either bought or given back.
    const rows = await on<ClaimRow[]>`
      with claims as (
        select c.*, e.id as event_id, case when c.reservation_uuid is null then ${isOnSale(on, salesEndBeforeStartMs)}
          else ${isSelling(on, salesEndBeforeStartMs)} end as is_on_sale
        from unnest(${requests.map((_, asker) => asker)}::int[], ${requests.map(({ eventUuid }) => eventUuid)}::text[],
          ${requests.map(({ lines }) => lines.length)}::int[], ${requests.map(({ userUuid }) => userUuid)}::text[],
          ${requests.map(({ currency }) => currency)}::text[], ${requests.map(({ methodUuid }) => methodUuid)}::text[],
          ${requests.map(({ provider }) => provider)}::text[],
          ${requests.map(({ reservationUuid = null }) => reservationUuid)}::text[]
        ) as c (asker, event_uuid, lines, user_uuid, currency, method_uuid, provider, reservation_uuid)
        left join events e on e.uuid = c.event_uuid
      ), lines as (
        select * from unnest(${lines.map(({ asker }) => asker)}::int[], ${lines.map((line) => line.ticketUuid)}::text[],
          ${lines.map(({ token }) => token)}::text[], ${lines.map(({ price }) => price)}::bigint[]
        ) as l (asker, uuid, token, price)
      ), holding as (
        select distinct l.asker, rt.reservation_id as id from lines l join reservation_tickets rt on rt.token = l.token
      ), reservation as (
        select id, uuid, released_at from reservations where id in (select id from holding)
        order by id for update ${others}
      ), off as (
        select asker from holding left join reservation r on r.id = holding.id
        where r.released_at is not null ${how === 'skips' ? on`or r.id is null` : on``}
      ), found as (
        select t.id, l.asker, l.token, ${mayHaveRates ? on`held.rate_id, coalesce(held.price, l.price)` : on`null::bigint as rate_id, l.price`} as price
        from lines l cross join lateral (select id from tickets where uuid = l.uuid offset 0) t ${held}
      ), wanted as (
        select t.id, t.uuid, found.asker, found.price, found.token, found.rate_id
        from tickets t join found on found.id = t.id join claims c on c.asker = found.asker
        where t.id = any(array(select id from found)) and ${isFree(on)} and (t.event_id = c.event_id and c.is_on_sale) is true
        order by t.id for update of t ${others}
      ), made as (
        select gen_random_uuid()::text as uuid, c.*, w.total
        from claims c join (select asker, sum(price) as total, count(*) as lines from wanted group by asker) w
          on w.asker = c.asker and w.lines = c.lines
        where c.asker not in (select asker from off)
      ), o as (
        insert into orders (uuid, user_uuid, total, currency, reservation_id, event_id)
        select uuid, user_uuid, total, currency, (select id from reservation r where r.uuid = reservation_uuid), event_id
        from made
        returning id, uuid, user_uuid, status, total, currency
      ), placed as (
        select o.*, made.asker, made.method_uuid, made.provider from o join made on made.uuid = o.uuid
      ), claimed as (
        update tickets t set order_id = w.order_id
        from (select wanted.id, placed.id as order_id from wanted join placed on placed.asker = wanted.asker) w
        where t.id = w.id
      ), bought as (
        insert into order_tickets (order_id, ticket_id, price, token, rate_id)
        select placed.id, wanted.id, wanted.price, wanted.token, wanted.rate_id
        from placed join wanted on wanted.asker = placed.asker
      ), p as (
        insert into payments (order_id, method_uuid, amount, currency, provider)
        select id, method_uuid, total, currency, provider from placed
      ), h as (${history(sql, 'pending', 'pending', 'claimed')})
      select c.asker, (
          select ${orderJson(sql)} from placed o cross join lateral (select o.method_uuid, o.provider) p where o.asker = c.asker
        ) as order,
        array(select uuid from wanted where wanted.asker = c.asker) as free,
        c.asker not in (select asker from off) as "isHeld", coalesce(is_on_sale, true) as "isOnSale"
      from claims c order by c.asker`;
    // Only a claim that has waited for its rows can tell why there is no order.
    return rows.map((row) => (row.order || how === 'waits' ? row : undefined));
  };

  const claim = skipping(db, {
    work: claimAll,
    eventOf: ({ eventUuid }: ClaimRequest) => eventUuid,
    namesOf: ({ lines, reservationUuid }) => [
      ...lines.map(({ ticketUuid }) => ticketUuid),
      ...(reservationUuid ? [reservationUuid] : []),
    ],
    most: 25,
  });

  /** Marks pending orders paid, and books their tickets. */
  const settleAll = async (on: Db['sql'], orderUuids: string[], how: How) => {
    const others = how === 'skips' ? on`skip locked` : on``;
    const rows = await on<{ uuid: string; booked: number; seats: OrderSeats }[]>`
      with due as (
        select o.id from orders o join payments p on p.order_id = o.id
        where o.uuid = any(${orderUuids}) and o.status = 'pending' order by o.id for update of o, p ${others}
      ), wanted as (
        select t.id, t.order_id from due join tickets t on t.order_id = due.id order by t.id for update of t ${others}
      ), whole as (
        select id from due where (select count(*) from wanted where order_id = due.id)
          = (select count(*) from tickets where order_id = due.id)
      ), o as (
        update orders set status = 'paid' from whole where orders.id = whole.id
        returning orders.id, uuid, total, reservation_id
      ), booked as (
        update tickets t set status = 'booked' from (select wanted.id from wanted join o on o.id = wanted.order_id) w
        where t.id = w.id returning t.order_id
      ), p as (
        update payments set status = 'authorised', action = null, sweep_at = now() from o where order_id = o.id
      ), h as (${history(sql, 'paid', 'authorised', 'payment authorised')})
      select uuid, (select count(*)::int from booked where order_id = o.id) as booked, ${orderSeats(sql)} as seats from o`;
    const settled = new Map(rows.map(({ uuid, ...row }) => [uuid, row]));
    return orderUuids.map((uuid) => settled.get(uuid));
  };

  const settle = skipping(db, { work: settleAll, eventOf: events.order, namesOf: (orderUuid) => [orderUuid] });

  return {
    async claim(request) {
      const { eventUuid, lines } = request;
      const row = (await claim(request))!;
      if (row.order) events.note(row.order.uuid, eventUuid);
      return claimOf(
        row,
        lines.map(({ ticketUuid }) => ticketUuid),
      );
    },

    async settle(orderUuid) {
      const settled = await settle(orderUuid);
      return settled ? { status: 'paid', changed: true, ...settled } : run(() => endedBefore(orderUuid));
    },

    fail: (orderUuid, how) =>
      runOf(orderUuid, async (sql) => {
        const cause = how.is === 'declined' ? `payment declined: ${how.reason}` : 'payment voided';
        const [row] = await sql`
          with o as (
            update orders set status = 'failed' where uuid = ${orderUuid} and status = 'pending'
            returning id, total, reservation_id
          ), freed as (
            update tickets t set order_id = null from o where t.order_id = o.id
          ), p as (
            update payments set status = ${how.is}, action = null from o where order_id = o.id
          ), h as (${history(sql, 'failed', how.is, cause)})
          select ${orderSeats(sql)} as seats from o`;
        return row ? { status: 'failed', changed: true, seats: row.seats } : endedBefore(orderUuid);
      }),

    awaitAction: (orderUuid, action) =>
      runOf(orderUuid, async (sql) => {
        await sql`
          with locked as (
            select id, total from orders where uuid = ${orderUuid} for update
          ), o as (
            update payments set status = 'requires_action', action = ${JSON.stringify(kept(orderUuid, action))}::text
            from locked where order_id = locked.id and status = 'pending' returning locked.id, locked.total
          ), h as (${history(sql, 'pending', 'requires_action', 'the buyer must approve the payment')})
          select from o`;
      }),

    get: (orderUuid) =>
      run(async () => {
        const [row] = await sql<KnownOrder[]>`
          select ${orderJson(sql)} as order, ${orderSeats(sql)} as seats
          from orders o join payments p on p.order_id = o.id where o.uuid = ${orderUuid}`;
        return row;
      }),

    ofReservation: (reservationUuid) =>
      run(async () => {
        const [row] = await sql<{ order: Order }[]>`
          select ${orderJson(sql)} as order from reservations r join orders o on o.reservation_id = r.id
          join payments p on p.order_id = o.id
          where r.uuid = ${reservationUuid} and o.status in ('pending', 'paid')`;
        return row?.order;
      }),

    view: (uuid) => wait(() => view(uuid)),

    organiserOf: (uuid) =>
      run(async () => {
        // The tickets of an order are of one event.
        const [row] = await sql<{ organiserUuid: string | null }[]>`
          select g.uuid as "organiserUuid"
          from orders o join order_tickets ot on ot.order_id = o.id join tickets t on t.id = ot.ticket_id
            join events e on e.id = t.event_id left join organisers g on g.id = e.organiser_id
          where o.uuid = ${uuid} limit 1`;
        return row?.organiserUuid;
      }),

    list: ({ userUuid, after, limit, ofOrganiser }) =>
      run(async () => {
        const older = after === undefined ? sql`` : sql`and o.id < (select id from orders where uuid = ${after})`;
        const own = ofOrganiser ? sql`and ${isOfOrganiser(sql, ofOrganiser.uuid)}` : sql``;
        return views(sql`o.user_uuid = ${userUuid} ${older} ${own} order by o.id desc limit ${limit}`);
      }),
  };
}

/** The condition that an order `o` is one of an event of this organiser; null: the platform. */
const isOfOrganiser = (sql: Db['sql'], uuid: string | null) => sql`exists (
  select from order_tickets ot join tickets t on t.id = ot.ticket_id join events e on e.id = t.event_id
  where ot.order_id = o.id
    and ${uuid === null ? sql`e.organiser_id is null` : sql`e.organiser_id = (select id from organisers where uuid = ${uuid})`})`;

/** An action as every release has written it down. */
type KeptAction = { type: 'stripe'; client_secret: string } | { type: 'sandbox'; approval_url: string };

function kept(orderUuid: string, action: PaymentAction): KeptAction {
  switch (action.type) {
    case 'stripe':
      return { type: 'stripe', client_secret: action.clientSecret };
    case 'sandbox':
      return { type: 'sandbox', approval_url: `/sandbox/payments/${orderUuid}/approval` };
  }
}

const actionOf = (action: KeptAction): PaymentAction =>
  action.type === 'stripe' ? { type: 'stripe', clientSecret: action.client_secret } : { type: 'sandbox' };

type ClaimRow = { asker: number; order: Order | null; free: string[]; isOnSale: boolean; isHeld: boolean };

function claimOf(row: ClaimRow, uuids: string[]): Claim {
  if (row.order) return { order: row.order };
  if (!row.isOnSale) return { isEnded: true };
  if (!row.isHeld) return { isReleased: true };
  return { conflicts: uuids.filter((uuid) => !row.free.includes(uuid)) };
}
