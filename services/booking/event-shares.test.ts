import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { eventually } from '../../shared/testing/eventually.ts';
import { type MadeEvent, makeEvent } from '../../shared/testing/factories.ts';
import {
  createOrder,
  refundOrder,
  releaseReservation,
  reserveBest,
  reserveTickets,
  type Sale,
  startSale,
} from './testing.ts';

/** Several times the connections of a pool. */
const many = 60;
const card = randomUUID();

describe('events with locked rows', () => {
  let sale: Sale;
  beforeAll(async () => {
    sale = await startSale();
  });
  afterAll(() => sale.drop());

  const buyers = (of: number) => Array.from({ length: of }, () => randomUUID());

  const hold = (event: MadeEvent, place: number, userUuid: string) =>
    reserveTickets(sale.deps, { userUuid, ticketUuids: [event.tickets[place]!] });

  const buy = async (reservationUuid: string) => {
    const { status, uuid } = await createOrder(sale.deps, { reservationUuid, methodUuid: card });
    expect(status).toBe('paid');
    return uuid;
  };

  /**
   * While a transaction has locked the rows of events and of their orders, their requests wait, and every request about
   * another event is served.
   */
  async function others(events: MadeEvent[], requests: (() => Promise<unknown>)[]): Promise<unknown[]> {
    const { sql } = sale;
    const other = await makeEvent(sql, { seats: 3 * many });
    const ids = events.map(({ id }) => id);
    const held = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    const session = sql.begin(async (tx) => {
      await tx`select from events where id = any(${ids}) for update`;
      await tx`select from tickets t where t.event_id = any(${ids}) for update`;
      await tx`select from orders o where id in (
        select ot.order_id from order_tickets ot join tickets t on t.id = ot.ticket_id where t.event_id = any(${ids}))
        for update`;
      await tx`select from reservations where event_id = any(${ids}) for update`;
      held.resolve();
      await over.promise;
    });
    await held.promise;
    let ended = 0;
    const waiting = requests.map((request) =>
      request()
        .catch((error) => error.code ?? error)
        .finally(() => ended++),
    );
    try {
      await eventually(async () => {
        const [row] = await sql`select count(*)::int as n from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        expect(row!.n).toBeGreaterThan(0);
      });
      await Promise.all(
        buyers(many).map(async (buyer, i) => {
          expect(await sale.reserve(other.tickets[i]!, buyer)).toBe('ok');
          expect(await sale.confirm(other.tickets[i]!, buyer, card)).toBe('ok');
          const chosen = await hold(other, many + i, buyer);
          await releaseReservation(sale.deps, chosen.uuid);
          const orderUuid = await buy((await hold(other, 2 * many + i, buyer)).uuid);
          await refundOrder(sale.deps, { orderUuid, userUuid: buyer });
        }),
      );
      await reserveBest(sale.deps, { userUuid: randomUUID(), eventUuid: other.uuid, quantity: 2 });
      expect(ended).toBeLessThan(requests.length);
    } finally {
      over.resolve();
      await session;
    }
    return await Promise.all(waiting);
  }

  test('orders and confirms of its seats let the buyers of others through', async () => {
    const event = await makeEvent(sale.sql, { seats: many });
    const users = buyers(many);
    const held = await Promise.all(users.map((user, i) => hold(event, i, user)));
    const [ticket, ...more] = event.tickets;
    const outcomes = await others(
      [event],
      [
        ...held.map(
          ({ uuid }) =>
            () =>
              buy(uuid),
        ),
        ...users.map((user) => () => sale.confirm(ticket!, user, card)),
      ],
    );
    expect(outcomes.slice(0, more.length)).toEqual(outcomes.slice(0, more.length).map(() => expect.any(String)));
    await sale.audit();
  }, 60_000);

  test('reservations of its seats let the buyers of others through', async () => {
    const event = await makeEvent(sale.sql, { seats: many });
    await others(
      [event],
      event.tickets.map((_, i) => () => hold(event, i, randomUUID())),
    );
  }, 60_000);

  test.each([3, 4])(
    'reservations of the seats of %p let the buyers of others through',
    async (count) => {
      const events = await Promise.all(Array.from({ length: count }, () => makeEvent(sale.sql, { seats: many })));
      await others(
        events,
        events.flatMap((event) => event.tickets.map((_, i) => () => hold(event, i, randomUUID()))),
      );
    },
    60_000,
  );

  test.each([3, 4])(
    'orders of the seats of %p let the buyers of others through',
    async (count) => {
      const events = await Promise.all(Array.from({ length: count }, () => makeEvent(sale.sql, { seats: 20 })));
      const held = await Promise.all(events.flatMap((event) => buyers(20).map((user, i) => hold(event, i, user))));
      await others(
        events,
        held.map(
          ({ uuid }) =>
            () =>
              buy(uuid),
        ),
      );
      await sale.audit();
    },
    60_000,
  );

  test('reservations given back, and orders given back, let the buyers of others through', async () => {
    const event = await makeEvent(sale.sql, { seats: many });
    const users = buyers(many);
    const held = await Promise.all(users.map((user, i) => hold(event, i, user)));
    const half = many / 2;
    const orders = await Promise.all(held.slice(0, half).map(({ uuid }) => buy(uuid)));
    await others(
      [event],
      [
        ...orders.map((orderUuid, i) => () => refundOrder(sale.deps, { orderUuid, userUuid: users[i]! })),
        ...held.slice(half).map(
          ({ uuid }) =>
            () =>
              releaseReservation(sale.deps, uuid),
        ),
      ],
    );
    await sale.audit();
  }, 60_000);

  test('its orders that a sweep ends let the buyers of others through', async () => {
    const event = await makeEvent(sale.sql, { seats: many });
    const held = await Promise.all(event.tickets.map((_, i) => hold(event, i, randomUUID())));
    await Promise.all(held.map(({ uuid }) => buy(uuid)));
    await others([event], [sale.sweep]);
    await sale.sweep();
    await sale.audit();
  }, 60_000);
});
