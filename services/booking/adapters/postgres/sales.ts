import { batched } from '../../../../shared/async/batched.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import type { GatheredOptions } from '../../../../shared/db/gathered.ts';
import { isAppError } from '../../../../shared/errors.ts';
import type {
  Backlog,
  Claim,
  ClaimRequest,
  Ended,
  Ending,
  KnownOrder,
  Order,
  OrderSeats,
  OrderStatus,
  PendingOrder,
  Sales,
  Ticket,
  TicketFacts,
} from '../../domain/order/sale.ts';
import { eventsOf, ofAllEvents } from './events-of.ts';
import {
  isFree,
  isOnSale,
  isOwnPayment,
  maxPrice,
  ms,
  openToTheStart,
  orderJson,
  orderSeats,
  type SaleWindow,
} from './fragments.ts';

/**
 * Tickets and orders in PostgreSQL. Each write is one statement, so each is one transaction and one round trip. It may have to
 * wait for somebody's rows: those of one event have their share of the connections.
 */
export function postgresSales(db: Db, { salesEndBeforeStartMs }: SaleWindow = openToTheStart): Sales {
  const { sql, run, wait, share, gathered } = db;
  const events = eventsOf(db);
  /** Work on an order, with the connections of its event. */
  const runOf = <T>(orderUuid: string, work: (sql: Db['sql']) => Promise<T>): Promise<T> =>
    run(async () => share(await events.order(orderUuid), work));

  const order = () => orderJson(sql);
  const seats = () => orderSeats(sql);

  /** The step of the history that goes with a write: the writer has the order's row locked and names it `o`. */
  const history = (order: string | Fragment, payment: string | Fragment, cause: string | Fragment) => sql`
    insert into order_history (order_id, order_status, payment_status, amount, cause)
    select id, ${order}, ${payment}, total, ${cause} from o`;

  async function endedBefore(orderUuid: string): Promise<Ending> {
    const [row] = await sql<{ status: Ended; seats: OrderSeats }[]>`
      select status, ${seats()} as seats from orders o where uuid = ${orderUuid}`;
    if (!row) throw new Error(`no order ${orderUuid}`);
    return { ...row, changed: false };
  }

  // A read that never ends must not keep the next ones waiting, so each has the deadline of its own.
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
          t.status = 'booked' or t.price > ${maxPrice} as booked,
          ${isOnSale(sql, salesEndBeforeStartMs)} as "isOnSale", case when o.id is not null then ${order()} end as order,
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

  /**
   * Makes one statement of work of all events, which skips the rows that somebody else has locked. Items that came to nothing by
   * that are done one by one, and wait for their rows: on a share beside that of their event, whose other buyers go on.
   */
  const skipping = <I, O>(
    work: (on: Db['sql'], items: I[], how: How) => Promise<(O | undefined)[]>,
    eventOf: (item: I) => string | Promise<string>,
    options: GatheredOptions<I>,
  ) => {
    const quickly = gathered((on, items: I[]) => work(on, items, 'skips'), options);
    const alone = (item: I) =>
      run(async () => (await share(`${await eventOf(item)} alone`, (on) => work(on, [item], 'waits')))[0]);
    return async (item: I): Promise<O | undefined> =>
      (await quickly(ofAllEvents, item).catch(unlessUnavailable)) ?? (await alone(item));
  };

  /**
   * Claims the tickets of each request for a new order, all or none, unless it is off sale, or a reservation that held under
   * these locks is released.
   */
  const claimAll = async (on: Db['sql'], requests: ClaimRequest[], how: How) => {
    const others = how === 'skips' ? on`skip locked` : on``;
    const lines = requests.flatMap((request, asker) => request.lines.map((line) => ({ asker, ...line })));
    // Rows are locked in order of id: claims that overlap wait for each other and do not deadlock. A ticket that somebody
    // else claimed while this statement waited no longer meets the condition, and the count is short. The reservations
    // that hold under these locks are locked, too: what they hold is either bought or given back.
    const rows = await on<ClaimRow[]>`
      with claims as (
        select c.*, e.id as event_id, ${isOnSale(on, salesEndBeforeStartMs)} as is_on_sale
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
        select t.id, l.asker, l.price, l.token
        from lines l cross join lateral (select id from tickets where uuid = l.uuid offset 0) t
      ), wanted as (
        select t.id, t.uuid, found.asker, found.price, found.token
        from tickets t join found on found.id = t.id join claims c on c.asker = found.asker
        where t.id = any(array(select id from found)) and ${isFree(on)} and (t.event_id = c.event_id and c.is_on_sale) is true
        order by t.id for update of t ${others}
      ), made as (
        select gen_random_uuid()::text as uuid, c.*, w.total
        from claims c join (select asker, sum(price) as total, count(*) as lines from wanted group by asker) w
          on w.asker = c.asker and w.lines = c.lines
        where c.asker not in (select asker from off)
      ), o as (
        insert into orders (uuid, user_uuid, total, currency, reservation_id)
        select uuid, user_uuid, total, currency, (select id from reservation r where r.uuid = reservation_uuid) from made
        returning id, uuid, user_uuid, status, total, currency
      ), placed as (
        select o.*, made.asker, made.method_uuid, made.provider from o join made on made.uuid = o.uuid
      ), claimed as (
        update tickets t set order_id = w.order_id
        from (select wanted.id, placed.id as order_id from wanted join placed on placed.asker = wanted.asker) w
        where t.id = w.id
      ), bought as (
        insert into order_tickets (order_id, ticket_id, price, token)
        select placed.id, wanted.id, wanted.price, wanted.token from placed join wanted on wanted.asker = placed.asker
      ), p as (
        insert into payments (order_id, method_uuid, amount, currency, provider)
        select id, method_uuid, total, currency, provider from placed
      ), h as (${history('pending', 'pending', 'claimed')})
      select c.asker, (
          select ${order()} from placed o cross join lateral (select o.method_uuid, o.provider) p where o.asker = c.asker
        ) as order,
        array(select uuid from wanted where wanted.asker = c.asker) as free,
        c.asker not in (select asker from off) as "isHeld", coalesce(is_on_sale, true) as "isOnSale"
      from claims c order by c.asker`;
    // Why there is no order, only who has waited knows.
    return rows.map((row) => (row.order || how === 'waits' ? row : undefined));
  };

  const claim = skipping(claimAll, ({ eventUuid }: ClaimRequest) => eventUuid, {
    namesOf: ({ lines, reservationUuid }) => [
      ...lines.map(({ ticketUuid }) => ticketUuid),
      ...(reservationUuid ? [reservationUuid] : []),
    ],
    most: 25,
  });

  /** Makes orders that are pending paid, and books their tickets. */
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
      ), h as (${history('paid', 'authorised', 'payment authorised')})
      select uuid, (select count(*)::int from booked where order_id = o.id) as booked, ${seats()} as seats from o`;
    const settled = new Map(rows.map(({ uuid, ...row }) => [uuid, row]));
    return orderUuids.map((uuid) => settled.get(uuid));
  };

  const settle = skipping(settleAll, events.order, { namesOf: (orderUuid) => [orderUuid] });

  const captureAll = async (on: Db['sql'], captures: Capture[], how: How) => {
    const rows = await on<{ uuid: string; status: OrderStatus }[]>`
      with locked as (
        select o.id, o.uuid, o.total, o.status, c.payment, c.cause
        from unnest(${captures.map(({ orderUuid }) => orderUuid)}::text[],
          ${captures.map(({ end }) => (end === 'captured' ? 'succeeded' : 'voided'))}::text[],
          ${captures.map(({ end }) => (end === 'captured' ? 'payment captured' : 'what was authorised is gone'))}::text[]
        ) as c (uuid, payment, cause) join orders o on o.uuid = c.uuid join payments p on p.order_id = o.id
        order by o.id for update of o, p ${how === 'skips' ? on`skip locked` : on``}
      ), o as (
        update payments p set status = locked.payment from locked
        where order_id = locked.id and p.status = 'authorised'
        returning locked.id, locked.total, locked.status, locked.payment, locked.cause
      ), h as (${history(sql`status`, sql`payment`, sql`cause`)})
      select uuid, status from locked`;
    const statuses = new Map(rows.map(({ uuid, status }) => [uuid, status]));
    return captures.map(({ orderUuid }) => statuses.get(orderUuid));
  };

  const capture = skipping(captureAll, ({ orderUuid }: Capture) => events.order(orderUuid), {
    namesOf: ({ orderUuid }) => [orderUuid],
  });

  return {
    factsOf: (ticketUuid) => wait(() => factsOf(ticketUuid)),

    find: (ticketUuid) => wait(() => find(ticketUuid)),

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
          ), h as (${history('failed', how.is, cause)})
          select ${seats()} as seats from o`;
        return row ? { status: 'failed', changed: true, seats: row.seats } : endedBefore(orderUuid);
      }),

    awaitAction: (orderUuid, action) =>
      runOf(orderUuid, async (sql) => {
        await sql`
          with locked as (
            select id, total from orders where uuid = ${orderUuid} for update
          ), o as (
            update payments set status = 'requires_action', action = ${JSON.stringify(action)}::text
            from locked where order_id = locked.id and status = 'pending' returning locked.id, locked.total
          ), h as (${history('pending', 'requires_action', 'the buyer must approve the payment')})
          select from o`;
      }),

    recordGivenBack: (orderUuid, how) =>
      runOf(orderUuid, async (sql) => {
        await sql`
          with locked as (
            select id, total from orders where uuid = ${orderUuid} and status = 'failed' for update
          ), o as (
            update payments set status = ${how} from locked
            where order_id = locked.id and payments.status <> ${how} returning locked.id, locked.total
          ), h as (${history('failed', how, `the payment came too late and was ${how}`)})
          select from o`;
      }),

    async recordCapture(orderUuid, end) {
      const status = await capture({ orderUuid, end });
      if (!status) throw new Error(`no order ${orderUuid}`);
      return status;
    },

    recordDispute: (orderUuid, isOpen) =>
      runOf(orderUuid, async (sql) => {
        // A refund that met the dispute may be tried again when the dispute has ended, also when its beginning was
        // never heard of.
        const { count } = await sql`
          with locked as (
            select id from orders where uuid = ${orderUuid} for update
          ), o as (
            update payments p set disputed_at = case when ${isOpen} then now() end from locked, orders
            where p.order_id = locked.id and orders.id = locked.id and (p.disputed_at is not null) <> ${isOpen}
            returning orders.id, orders.total, orders.status, p.status as payment
          ), again as (
            update refunds r set status = 'pending', sweep_at = now() from locked
            where r.order_id = locked.id and r.status = 'disputed' and not ${isOpen}
          )
          insert into order_history (order_id, order_status, payment_status, amount, cause)
          select id, status, payment, total, ${isOpen ? 'payment disputed' : 'the dispute has ended'} from o`;
        return count > 0;
      }),

    get: (orderUuid) =>
      run(async () => {
        const [row] = await sql<KnownOrder[]>`
          select ${order()} as order, ${seats()} as seats
          from orders o join payments p on p.order_id = o.id where o.uuid = ${orderUuid}`;
        return row;
      }),

    leasePending: ({ provider, ageMs, actionMs, leaseMs, limit }) =>
      run(
        async () =>
          await sql<PendingOrder[]>`
          with due as (
            select p.id, p.status = 'requires_action' and o.created_at > now() - ${ms(sql, actionMs)} as waits
            from payments p join orders o on o.id = p.order_id
            where p.status in ('pending', 'requires_action') and p.sweep_at <= now()
              and o.created_at <= now() - ${ms(sql, ageMs)} and ${isOwnPayment(sql, provider)}
            order by p.sweep_at limit ${limit} for update of p skip locked
          ), p as (
            update payments p set sweep_at = now() + ${ms(sql, leaseMs)} from due
            where p.id = due.id returning p.order_id, p.method_uuid, p.provider, due.waits
          )
          select ${order()} as order, p.waits, ${seats()} as seats
          from p join orders o on o.id = p.order_id`,
      ),

    leaseUncaptured: ({ provider, leaseMs, limit }) =>
      run(
        async () =>
          await sql<KnownOrder[]>`
          with due as (
            select p.id from payments p join orders o on o.id = p.order_id
            where p.status = 'authorised' and p.sweep_at <= now() and ${isOwnPayment(sql, provider)}
            order by p.sweep_at limit ${limit} for update of p skip locked
          ), p as (
            update payments p set sweep_at = now() + ${ms(sql, leaseMs)} from due
            where p.id = due.id returning p.order_id, p.method_uuid, p.provider
          )
          select ${order()} as order, ${seats()} as seats
          from p join orders o on o.id = p.order_id`,
      ),

    unfinishedElsewhere: (provider) =>
      run(async () => {
        // Each half reads a partial index of what is under way: payments that have ended are never read through.
        const rows = await sql<{ name: string; count: number }[]>`
          with under_way as (
            select order_id from payments where status in ('pending', 'requires_action', 'authorised')
            union
            select order_id from refunds where status = 'pending'
          )
          select coalesce(p.provider, 'another provider') as name, count(*)::int as count
          from under_way join payments p using (order_id) join orders o on o.id = p.order_id
          where not ${isOwnPayment(sql, provider)}
          group by 1`;
        return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
      }),

    unfinished: () =>
      run(async () => {
        const backlog = (condition: Fragment, since: Fragment) => sql`json_build_object(
          'count', count(*) filter (where ${condition}),
          'oldestAgeSeconds', coalesce(extract(epoch from now() - min(${since}) filter (where ${condition})), 0))`;
        const [row] = await sql<{ payments: Record<string, Backlog>; refunds: Backlog }[]>`
          select (
            select json_build_object(
              'pending', ${backlog(sql`p.status = 'pending'`, sql`o.created_at`)},
              'actions', ${backlog(sql`p.status = 'requires_action'`, sql`o.created_at`)},
              'uncaptured', ${backlog(sql`p.status = 'authorised'`, sql`o.updated_at`)})
            from payments p join orders o on o.id = p.order_id
            where p.status in ('pending', 'requires_action', 'authorised')
          ) as payments, (
            select ${backlog(sql`true`, sql`created_at`)} from refunds where status = 'pending'
          ) as refunds`;
        const { pending, actions, uncaptured } = row!.payments as Record<'pending' | 'actions' | 'uncaptured', Backlog>;
        return { pending, actions, uncaptured, refunds: row!.refunds };
      }),
  };
}

/** What a statement does about rows that somebody else has locked. */
type How = 'waits' | 'skips';

/** Undefined for a failure that need not be the item's own; where the server is away, trying again is in vain. */
function unlessUnavailable(error: unknown): undefined {
  if (isAppError(error, 'unavailable')) throw error;
}

type Capture = { orderUuid: string; end: 'captured' | 'gone' };
type ClaimRow = { asker: number; order: Order | null; free: string[]; isOnSale: boolean; isHeld: boolean };

function claimOf(row: ClaimRow, uuids: string[]): Claim {
  if (row.order) return { order: row.order };
  if (!row.isOnSale) return { isEnded: true };
  if (!row.isHeld) return { isReleased: true };
  return { conflicts: uuids.filter((uuid) => !row.free.includes(uuid)) };
}
