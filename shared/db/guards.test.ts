import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';
import { type TestDatabase, testDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { type MadeEvent, makeEvent } from '../testing/factories.ts';

let database: TestDatabase;
let sql: TestDatabase['sql'];
beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
});
afterAll(() => database.drop());

type Refusal = { code: string; message: string; hint: string };

const refusalOf = (work: PromiseLike<unknown>): Promise<Refusal | undefined> =>
  Promise.resolve(work).then(
    () => undefined,
    (error) => error,
  );

/** An order of an event's first tickets, as the sale leaves it in the database. */
async function buy(
  { tickets }: MadeEvent,
  { status = 'paid', seats = 1, on = sql }: { status?: string; seats?: number; on?: postgres.Sql } = {},
): Promise<string> {
  const [order] = await on`
    with o as (
      insert into orders (user_uuid, status, total, currency) values (${randomUUID()}, ${status}, 1, 'USD') returning id, uuid
    ), lines as (
      insert into order_tickets (order_id, ticket_id, price)
      select o.id, t.id, t.price from o, tickets t where t.uuid = any(${tickets.slice(0, seats)})
    ) select uuid from o`;
  return order!.uuid;
}

/** Runs as a replica's apply worker does: without ordinary triggers, and with an empty search path. */
const asReplica = (statement: string): Promise<unknown> =>
  sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`set local search_path = ''`;
    await tx.unsafe(statement);
  });

const currencyOf = async ({ id }: { id: number }) =>
  (await sql`select currency from events where id = ${id}`)[0]?.currency;

describe('written rows', () => {
  const upper = () => randomUUID().toUpperCase();

  test('a uuid is kept in lower case, however it is written', async () => {
    const { id, venueId } = await makeEvent(sql);
    const [venue, performer, event, ticket] = [upper(), upper(), upper(), upper()];
    const braced = `{${upper()}}`;
    await sql`insert into venues (uuid, location) values (${venue}, 'x'), (${braced}, 'y')`;
    await sql`insert into performers (uuid, name, age) values (${performer}, 'x', 1)`;
    await sql`insert into events (uuid, name, date, venue_id) values (${event}, 'x', now(), ${venueId})`;
    await sql`insert into tickets (uuid, event_id, seat, price) values (${ticket}, ${id}, 'U1', 1)`;
    const [kept] = await sql`
      select (select count(*)::int from venues where uuid in (${venue.toLowerCase()}, ${braced.toLowerCase().slice(1, -1)})) as venues,
        (select count(*)::int from performers where uuid = ${performer.toLowerCase()}) as performers,
        (select count(*)::int from events where uuid = ${event.toLowerCase()}) as events,
        (select count(*)::int from tickets where uuid = ${ticket.toLowerCase()}) as tickets`;
    expect(kept).toEqual({ venues: 2, performers: 1, events: 1, tickets: 1 });
    const renamed = upper();
    await sql`update tickets set uuid = ${renamed} where uuid = ${ticket.toLowerCase()}`;
    expect(await sql`select from tickets where uuid = ${renamed.toLowerCase()}`).toHaveLength(1);
    expect((await refusalOf(sql`insert into venues (uuid, location) values (${venue}, 'twice')`))?.code).toBe('23505');
  });

  test.each(['venues', 'performers', 'events', 'tickets'])('a text that is no uuid is refused in %s', async (table) => {
    const { id, venueId } = await makeEvent(sql);
    const inserts: Record<string, string> = {
      venues: `insert into venues (uuid, location) values ('x', 'x')`,
      performers: `insert into performers (uuid, name, age) values ('x', 'x', 1)`,
      events: `insert into events (uuid, name, date, venue_id) values ('x', 'x', now(), ${venueId})`,
      tickets: `insert into tickets (uuid, event_id, seat, price) values ('x', ${id}, 'U2', 1)`,
    };
    for (const statement of [inserts[table]!, `update ${table} set uuid = 'x'`]) {
      const refusal = await refusalOf(sql.unsafe(statement));
      expect(refusal).toMatchObject({ code: '23514', message: `${table}.uuid must be a uuid, not "x"` });
      expect((await refusalOf(asReplica(statement.replace(table, `public.${table}`))))?.code).toBe('23514');
    }
  });

  test('a price has sums that are whole numbers everywhere', async () => {
    const { id, tickets } = await makeEvent(sql, { price: 100_000_000_000 });
    for (const price of ['-1', '100000000001', '9223372036854775807']) {
      for (const refusal of [
        await refusalOf(sql`insert into tickets (event_id, seat, price) values (${id}, 'B1', ${price}::bigint)`),
        await refusalOf(sql`update tickets set price = ${price}::bigint where uuid = ${tickets[0]!}`),
        await refusalOf(asReplica(`update public.tickets set price = ${price} where uuid = '${tickets[0]}'`)),
      ]) {
        expect(refusal?.code).toBe('23514');
        expect(refusal?.message).toContain(`from 0 to 100000000000 minor units, not ${price}`);
      }
    }
    await sql`update tickets set price = 0 where uuid = ${tickets[0]!}`;
  });

  test('a currency is three capital letters', async () => {
    const { id, tickets } = await makeEvent(sql);
    for (const refusal of [
      await refusalOf(sql`insert into tickets (event_id, seat, price, currency) values (${id}, 'B1', 1, 'usd')`),
      await refusalOf(sql`update tickets set currency = 'usd' where uuid = ${tickets[0]!}`),
    ]) {
      expect(refusal).toMatchObject({ code: '23514', hint: 'Write it as ISO 4217 does, such as USD.' });
    }
  });

  test('a date can be written by RFC 3339', async () => {
    const { id, venueId } = await makeEvent(sql);
    const wrong = [
      'infinity',
      '-infinity',
      '10000-01-01 00:00:00+00',
      '0001-12-31 23:59:59+00 BC',
      '9999-12-31 23:30:00-01',
    ];
    for (const date of wrong) {
      for (const refusal of [
        await refusalOf(
          sql`insert into events (name, date, venue_id) values ('Far', ${date}::text::timestamptz, ${venueId})`,
        ),
        await refusalOf(sql`update events set date = ${date}::text::timestamptz where id = ${id}`),
        await refusalOf(asReplica(`update public.events set date = '${date}' where id = ${id}`)),
      ]) {
        expect(refusal?.code).toBe('23514');
        expect(refusal?.message).toContain('must be in the years 1 to 9999');
      }
    }
    for (const date of ['0001-01-01 00:00:00+00', '9999-12-31 23:59:59.999999+00']) {
      await sql`update events set date = ${date}::text::timestamptz where id = ${id}`;
    }
  });

  test('an age can be written by JSON', async () => {
    const refusal = await refusalOf(sql`insert into performers (name, age) values ('Old', 9007199254740992)`);
    expect(refusal?.code).toBe('23514');
    await sql`insert into performers (name, age) values ('Unborn', -1)`;
  });

  test('a ticket does not move to another event, but goes with its event to another id', async () => {
    const [from, to] = [await makeEvent(sql), await makeEvent(sql)];
    for (const refusal of [
      await refusalOf(sql`update tickets set event_id = ${to.id}, seat = 'M1' where uuid = ${from.tickets[0]!}`),
      await refusalOf(
        asReplica(`update public.tickets set event_id = ${to.id}, seat = 'M1' where uuid = '${from.tickets[0]}'`),
      ),
    ]) {
      expect(refusal).toMatchObject({ code: '23514', hint: 'Delete the ticket and insert it anew.' });
      expect(refusal?.message).toContain(from.tickets[0]!);
    }
    await sql`update events set id = ${from.id + 1_000_000} where id = ${from.id}`;
    expect(await sql`select from tickets where event_id = ${from.id + 1_000_000}`).toHaveLength(3);
  });

  test('rows of an older release can be written in their other columns', async () => {
    const own = await testDatabase();
    try {
      await writeOldRows(own.sql);
    } finally {
      await own.drop();
    }
  });

  async function writeOldRows(old: postgres.Sql) {
    const { id, venueId, tickets } = await makeEvent(old);
    for (const table of ['events', 'tickets', 'venues']) await old.unsafe(`alter table ${table} disable trigger user`);
    await old`update events set date = 'infinity', uuid = 'E' where id = ${id}`;
    await old`update tickets set price = 9223372036854775807, uuid = 'T' where uuid = ${tickets[0]!}`;
    await old`update venues set uuid = 'V' where id = ${venueId}`;
    for (const table of ['events', 'tickets', 'venues']) await old.unsafe(`alter table ${table} enable trigger user`);

    await old`update events set name = 'Renamed', date = date, uuid = uuid where id = ${id}`;
    await old`update tickets set status = 'booked', price = price, uuid = uuid where uuid = 'T'`;
    await old`update venues set location = 'Moved', uuid = uuid where uuid = 'V'`;
    await old`delete from venues where id = ${venueId}`;
  }
});

describe('deleted rows', () => {
  test.each(['pending', 'paid', 'refunded'])(
    'an event with an order that is %s stays, and says why',
    async (status) => {
      const event = await makeEvent(sql, { name: 'Gala', seats: 7 });
      await buy(event, { status, seats: 6 });
      for (const refusal of [
        await refusalOf(sql`delete from events where id = ${event.id}`),
        await refusalOf(sql`delete from venues where id = ${event.venueId}`),
        await refusalOf(asReplica(`delete from public.events where id = ${event.id}`)),
      ]) {
        expect(refusal?.code).toBe('23503');
        expect(refusal?.message).toBe(
          `event "Gala" (${event.uuid}) can't be deleted: orders have bought, or are buying, 6 of its seats (A1, A2, A3, A4, A5, …)`,
        );
        expect(refusal?.hint).toContain('Delete the tickets that nobody has bought');
      }
      for (const refusal of [
        await refusalOf(sql`delete from tickets where event_id = ${event.id}`),
        await refusalOf(asReplica(`delete from public.tickets where event_id = ${event.id}`)),
      ]) {
        expect(refusal?.code).toBe('23503');
        expect(refusal?.message).toContain("can't be deleted: an order has bought it");
      }
      await sql`delete from tickets where event_id = ${event.id} and seat = 'A7'`;
      expect(await sql`select from tickets where event_id = ${event.id}`).toHaveLength(6);
    },
  );

  test.each([
    ['its event', (event: MadeEvent) => sql`delete from events where id = ${event.id}`],
    ['its venue', (event: MadeEvent) => sql`delete from venues where id = ${event.venueId}`],
    ['itself', (event: MadeEvent) => sql`delete from tickets where event_id = ${event.id}`],
  ])('an order that failed lets a ticket go with %s, and still tells what it was', async (_, remove) => {
    const event = await makeEvent(sql);
    const orders = [await buy(event, { status: 'failed', seats: 2 }), await buy(event, { status: 'failed' })];
    await remove(event);
    const lines = await sql`
      select ticket_id, ticket_uuid, event_uuid, l.seat from order_tickets l join orders o on o.id = l.order_id
      where o.uuid = any(${orders}) order by l.seat`;
    const line = (seat: number) => ({
      ticket_id: null,
      ticket_uuid: event.tickets[seat]!,
      event_uuid: event.uuid,
      seat: `A${seat + 1}`,
    });
    expect([...lines]).toEqual([line(0), line(0), line(1)]);
  });

  test('a reservation still names its deleted seats', async () => {
    const event = await makeEvent(sql);
    const [reservation] = await sql`
      insert into reservations (user_uuid, event_id, total, currency) values ('u', ${event.id}, 2, 'USD') returning id`;
    await sql`
      insert into reservation_tickets (reservation_id, ticket_id, price, token)
      select ${reservation!.id}, id, price, 'token' from tickets where event_id = ${event.id}`;
    await sql`delete from tickets where uuid = ${event.tickets[0]!}`;
    const lines = await sql`
      select ticket_uuid, seat from reservation_tickets where reservation_id = ${reservation!.id} order by ticket_id`;
    const known = { ticket_uuid: null, seat: null };
    expect([...lines]).toEqual([{ ticket_uuid: event.tickets[0]!, seat: 'A1' }, known, known]);
  });

  /** Resolves once a connection waits for a lock of another. */
  const untilWaiting = () =>
    eventually(async () => {
      const waiting = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      expect(waiting).toHaveLength(1);
    });

  const claim = (on: postgres.ISql, ticket: string) => on`
    with wanted as (
      select id, price from tickets where uuid = ${ticket} and status = 'available' and order_id is null for update
    ), o as (
      insert into orders (user_uuid, total, currency) select 'u', price, 'USD' from wanted returning id
    ), claimed as (
      update tickets t set order_id = o.id from o, wanted where t.id = wanted.id
    ), lines as (
      insert into order_tickets (order_id, ticket_id, price) select o.id, wanted.id, wanted.price from o, wanted
    ) select id from o`;

  test.each([
    ['event', (event: MadeEvent) => sql`delete from events where id = ${event.id}`],
    ['seat', (event: MadeEvent) => sql`delete from tickets where uuid = ${event.tickets[0]!}`],
  ])('one %s that is deleted while a sale is under way waits for it, and stays', async (what, remove) => {
    const event = await makeEvent(sql);
    let removal: Promise<Refusal | undefined> | undefined;
    await sql.begin(async (tx) => {
      expect(await claim(tx, event.tickets[0]!)).toHaveLength(1);
      removal = refusalOf(remove(event));
      await untilWaiting();
    });
    expect((await removal)?.code).toBe('23503');
    expect((await removal)?.message).toStartWith(what);
    expect(
      await sql`select from order_tickets l join tickets t on t.id = l.ticket_id where t.event_id = ${event.id}`,
    ).toHaveLength(1);
  });

  test.each([
    ['event', (tx: postgres.ISql, event: MadeEvent) => tx`delete from events where id = ${event.id}`],
    ['ticket', (tx: postgres.ISql, event: MadeEvent) => tx`delete from tickets where uuid = ${event.tickets[0]!}`],
  ])('a sale that comes while its %s is being deleted waits for it, and finds nothing', async (_, remove) => {
    const event = await makeEvent(sql);
    let sale: Promise<unknown[]> | undefined;
    await sql.begin(async (tx) => {
      await remove(tx, event);
      sale = claim(sql, event.tickets[0]!).then((rows) => [...rows]);
      await untilWaiting();
    });
    expect(await sale).toEqual([]);
  });
});

describe('the currency of an event', () => {
  const add = (event: MadeEvent, seat: string, currency: string) =>
    sql`insert into tickets (event_id, seat, price, currency) values (${event.id}, ${seat}, 1, ${currency})`;

  test('is the one of its tickets, however they change', async () => {
    const event = await makeEvent(sql, { seats: 0 });
    const steps: [work: () => PromiseLike<unknown>, currency: string | null][] = [
      [() => sql`select`, null],
      [() => add(event, 'B1', 'EUR'), 'EUR'],
      [() => add(event, 'B2', 'EUR'), 'EUR'],
      [() => add(event, 'C1', 'USD'), null],
      [() => add(event, 'C2', 'USD'), null],
      [() => sql`update tickets set currency = 'EUR' where event_id = ${event.id}`, 'EUR'],
      [() => sql`update tickets set currency = 'CHF' where event_id = ${event.id} and seat = 'C2'`, null],
      [() => sql`delete from tickets where event_id = ${event.id} and seat = 'C2'`, 'EUR'],
      [() => sql`delete from tickets where event_id = ${event.id}`, null],
      [
        () =>
          sql`insert into tickets (event_id, seat, price, currency) values (${event.id}, 'D1', 1, 'EUR'), (${event.id}, 'D2', 1, 'USD')`,
        null,
      ],
      [() => sql`delete from tickets where event_id = ${event.id} and seat = 'D1'`, 'USD'],
      [
        () =>
          asReplica(
            `insert into public.tickets (event_id, seat, price, currency) values (${event.id}, 'E1', 1, 'EUR')`,
          ),
        null,
      ],
      [() => asReplica(`update public.tickets set currency = 'USD' where event_id = ${event.id}`), 'USD'],
      [() => asReplica(`delete from public.tickets where event_id = ${event.id}`), null],
    ];
    for (const [work, currency] of steps) {
      await work();
      expect(await currencyOf(event)).toBe(currency);
    }
  });

  test('is set by the tickets alone', async () => {
    const { venueId } = await makeEvent(sql);
    const [event] = await sql<MadeEvent[]>`
      insert into events (name, date, venue_id, currency) values ('x', now(), ${venueId}, 'EUR') returning id`;
    expect(await currencyOf(event!)).toBeNull();
    await add(event!, 'A1', 'USD');
    await sql`update events set currency = 'EUR', name = 'y' where id = ${event!.id}`;
    expect(await currencyOf(event!)).toBe('USD');
  });

  test('is right when several write at once', async () => {
    const event = await makeEvent(sql, { seats: 1 });
    let second: Promise<unknown> | undefined;
    await sql.begin(async (tx) => {
      await tx`delete from tickets where event_id = ${event.id}`;
      second = add(event, 'B1', 'USD').then(() => {});
      await eventually(async () =>
        expect(
          await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        ).toHaveLength(1),
      );
    });
    await second;
    expect(await currencyOf(event)).toBe('USD');
  });

  test('writes the event only when it changes', async () => {
    const event = await makeEvent(sql);
    const version = async () => (await sql`select xmin::text from events where id = ${event.id}`)[0]?.xmin;
    const before = await version();
    await add(event, 'B1', 'USD');
    await sql`update tickets set status = 'booked', price = 7, currency = 'USD' where event_id = ${event.id}`;
    expect(await version()).toBe(before);
  });
});

describe('truncate', () => {
  // Rows of other tests would be in the way.
  let own: TestDatabase;
  beforeAll(async () => {
    own = await testDatabase();
  });
  afterAll(() => own.drop());

  test('takes tickets and events that have no orders, and notifies', async () => {
    const event = await makeEvent(own.sql);
    const seen = async () => [...(await own.sql`select currency, xmin::text from events where id = ${event.id}`)];
    const [before] = await seen();
    await own.sql`truncate tickets cascade`;
    const [after] = await seen();
    expect([before!.currency, after!.currency]).toEqual(['USD', null]);
    expect(after!.xmin).not.toBe(before!.xmin);
    await own.sql`truncate venues, ticket_locks cascade`;
    expect(await seen()).toEqual([]);
  });

  test.each([
    'tickets',
    'events',
    'venues',
    'reservations',
    'orders',
    'payments',
    'refunds',
    'order_tickets',
    'order_history',
  ])('%s is refused while an order is there', async (table) => {
    const order = await buy(await makeEvent(own.sql), { status: 'failed', on: own.sql });
    await own.sql`
        with o as (select id from orders where uuid = ${order}), p as (
          insert into payments (order_id, method_uuid, amount, currency) select id, 'm', 1, 'USD' from o
        ), r as (
          insert into refunds (order_id, amount, currency) select id, 1, 'USD' from o
        ) insert into order_history (order_id, order_status, payment_status, amount, cause)
          select id, 'failed', 'declined', 1, 'test' from o`;
    for (const role of ['origin', 'replica']) {
      const refusal = await refusalOf(
        own.sql.begin(async (tx) => {
          await tx.unsafe(`set local session_replication_role = ${role}`);
          await tx.unsafe(`truncate ${table} cascade`);
        }),
      );
      expect(refusal?.code).toBe('23001');
      expect(refusal?.message).toContain("can't be truncated");
    }
  });
});

test('a ticket that comes with the transaction id of another database is seen as new', async () => {
  const { id } = await makeEvent(sql);
  const [ticket] = await sql`
    insert into tickets (event_id, seat, price, changed_in) values (${id}, 'X1', 1, '5') returning changed_in::text`;
  expect(BigInt(ticket!.changed_in)).toBeGreaterThan(5n);
  await asReplica(
    `update public.tickets set status = 'booked', changed_in = '5' where event_id = ${id} and seat = 'X1'`,
  );
  const [written] = await sql`select changed_in::text from tickets where event_id = ${id} and seat = 'X1'`;
  expect(BigInt(written!.changed_in)).toBeGreaterThan(BigInt(ticket!.changed_in));
});

describe('an order that a process of the release before claims, without its event', () => {
  /** In one statement, as that process does; `token` is that of the hold. */
  const claim = ({ tickets }: MadeEvent, token = randomUUID()) =>
    refusalOf(sql`
      with o as (
        insert into orders (user_uuid, total, currency) values (${randomUUID()}, 1, 'USD') returning id
      ), claimed as (
        update tickets set order_id = o.id from o where tickets.uuid = ${tickets[0]!}
      )
      insert into order_tickets (order_id, ticket_id, price, token)
      select o.id, t.id, 1, ${token} from o, tickets t where t.uuid = ${tickets[0]!}`);
  const ordersOf = async ({ id }: MadeEvent) => [
    ...(await sql`
      select o.event_id::float8 as event, r.name as rate from tickets t join order_tickets ot on ot.ticket_id = t.id
      join orders o on o.id = ot.order_id left join rates r on r.id = ot.rate_id where t.event_id = ${id}`),
  ];

  test.each(['draft', 'postponed', 'cancelled'])('is refused while the event is %s', async (status) => {
    const event = await makeEvent(sql);
    await sql`update events set status = ${status} where id = ${event.id}`;
    expect(await claim(event)).toMatchObject({ code: '23514', hint: 'End the processes of the release before.' });
    expect(await ordersOf(event)).toEqual([]);
  });

  test('is refused with a seat that is held back', async () => {
    const event = await makeEvent(sql);
    await sql`
      with h as (insert into hold_backs (event_id, name) values (${event.id}, 'Sponsors') returning id)
      update tickets set hold_back_id = h.id from h where event_id = ${event.id}`;
    expect((await claim(event))?.message).toContain('held back: A1');
    expect(await ordersOf(event)).toEqual([]);
  });

  test('learns its event, and the rate at which its seat is held', async () => {
    const event = await makeEvent(sql);
    const token = randomUUID();
    await sql`
      with rate as (insert into rates (event_id, name) values (${event.id}, 'Child') returning id),
      r as (
        insert into reservations (user_uuid, event_id, total, currency)
        values (${randomUUID()}, ${event.id}, 1, 'USD') returning id
      )
      insert into reservation_tickets (reservation_id, ticket_id, price, token, rate_id)
      select r.id, t.id, 1, ${token}, rate.id from r, rate, tickets t where t.uuid = ${event.tickets[0]!}`;
    expect(await claim(event, token)).toBeUndefined();
    expect(await ordersOf(event)).toEqual([{ event: Number(event.id), rate: 'Child' }]);
  });
});
