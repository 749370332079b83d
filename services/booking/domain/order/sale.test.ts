import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import { confirmTicket, createOrder, reserveTickets, type Sale, startSale } from '../../testing.ts';
import { PaymentUnanswered } from '../errors.ts';

const [ann, bob] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const card = randomUUID();

describe('the sale on PostgreSQL', () => {
  let sale: Sale;
  beforeAll(async () => {
    sale = await startSale();
  });
  afterAll(() => sale.drop());

  const freeTicket = async () => (await makeEvent(sale.sql, { seats: 1 })).tickets[0]!;
  const ticketRow = async (ticket: string) => {
    const [row] = await sale.sql`
      select t.status, o.status as order_status, o.user_uuid, o.total::int from tickets t
      left join orders o on o.id = t.order_id where t.uuid = ${ticket}`;
    return row;
  };

  test('a confirmed ticket is booked for its buyer, at its price', async () => {
    const ticket = await freeTicket();
    expect(await sale.reserve(ticket, ann)).toBe('ok');
    expect(await sale.confirm(ticket, ann, card)).toBe('ok');
    expect(await ticketRow(ticket)).toEqual({ status: 'booked', order_status: 'paid', user_uuid: ann, total: 35_000 });
    expect(await sale.confirm(ticket, ann, card)).toBe('ok');
    await sale.audit();
  });

  test('a ticket that is not available gives the lock back', async () => {
    const event = await makeEvent(sale.sql, { seats: 1 });
    await sale.sql`update tickets set status = 'booked' where uuid = ${event.tickets[0]!}`;
    expect(await sale.reserve(event.tickets[0]!, ann)).toBe('ticket_not_available');
    expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
    await sale.sql`update tickets set status = 'available' where uuid = ${event.tickets[0]!}`;
    expect(await sale.reserve(event.tickets[0]!, bob)).toBe('ok');
  });

  test('after the lock has ended the ticket is the next one’s, and the first can’t confirm', async () => {
    const ticket = await freeTicket();
    await sale.reserve(ticket, ann);
    await sale.expire(ticket);
    expect(await sale.confirm(ticket, ann, card)).toBe('ticket_not_reserved');
    expect(await sale.reserve(ticket, bob)).toBe('ok');
    expect(await sale.confirm(ticket, ann, card)).toBe('ticket_not_reserved');
    expect(await sale.confirm(ticket, bob, card)).toBe('ok');
  });

  test('a claimed ticket can’t be taken by anyone, even when all locks are lost', async () => {
    const ticket = await freeTicket();
    await sale.reserve(ticket, ann);
    expect(await sale.confirm(ticket, ann, sandboxMethods.lostAnswer)).toBe('payment_pending');
    await sale.sql`truncate ticket_locks`;
    expect(await sale.reserve(ticket, bob)).toBe('ticket_not_available');
    expect(await sale.confirm(ticket, bob, card)).toBe('ticket_not_reserved');
    expect(await sale.sweep()).toBe(1);
    expect(await ticketRow(ticket)).toMatchObject({ status: 'booked', user_uuid: ann });
    await sale.audit();
  });

  test('two users who both hold the ticket, as the locks were lost in between: one buys, the other is refused', async () => {
    const ticket = await freeTicket();
    await sale.reserve(ticket, ann);
    await sale.sql`truncate ticket_locks`;
    await sale.reserve(ticket, bob);
    expect(await sale.confirm(ticket, bob, card)).toBe('ok');
    expect(await sale.confirm(ticket, ann, card)).toBe('ticket_not_reserved');
    await sale.audit();
  });

  test('a request that never reached the provider frees the seat, and money that comes too late goes back', async () => {
    const ticket = await freeTicket();
    await sale.reserve(ticket, ann);
    expect(await sale.confirm(ticket, ann, sandboxMethods.lostRequest)).toBe('payment_pending');
    expect(await sale.sweep()).toBe(1);
    expect(await ticketRow(ticket)).toMatchObject({ status: 'available', order_status: null });
    expect(await sale.confirm(ticket, ann, card)).toBe('ok');
    await sale.audit();
  });

  test('an order that the sweeper ends while its charge is under way is charged once or not at all', async () => {
    let midway = () => Promise.resolve();
    const other = await startSale(({ payments }) => ({
      payments: {
        ...payments,
        authorise: async (request) => {
          await midway();
          return payments.authorise(request);
        },
      },
    }));
    const ticket = (await makeEvent(other.sql, { seats: 1 })).tickets[0]!;
    await other.reserve(ticket, ann);
    midway = async () => void (await other.sweep());
    expect(await other.confirm(ticket, ann, card)).toBe('payment_declined');
    await other.audit();
    expect((await other.sql`select status from sandbox_charges`).map((row) => row.status)).toEqual(['voided']);
    midway = async () => {};
    expect(await other.confirm(ticket, ann, card)).toBe('ok');
    await other.drop();
  });

  test.each([
    ['is told as one to try again while the ticket is held', false, 'payment_declined'],
    ['is told with the end of the hold after that', true, 'ticket_not_reserved'],
  ])('a charge that comes back after the order was given up is voided, and %s', async (_, isOver, code) => {
    const other = await startSale(({ payments, orders }) => ({
      payments: {
        ...payments,
        authorise: async (request) => {
          const outcome = await payments.authorise(request);
          await orders.fail(request.key, { is: 'voided' });
          if (isOver) await other.sql`truncate ticket_locks`;
          return outcome;
        },
      },
    }));
    const ticket = (await makeEvent(other.sql, { seats: 1 })).tickets[0]!;
    await other.reserve(ticket, ann);
    expect(await other.confirm(ticket, ann, card)).toBe(code);
    await other.audit();
    expect((await other.sql`select status from payments`).map((row) => row.status)).toEqual(['voided']);
    await other.drop();
  });

  test('a sweep goes on when the provider does not respond for one order', async () => {
    const closed: string[] = [];
    const other = await startSale(({ payments }) => ({
      payments: {
        ...payments,
        close: async (key) => {
          closed.push(key);
          if (closed.length === 1) throw new PaymentUnanswered();
          return payments.close(key);
        },
      },
    }));
    const event = await makeEvent(other.sql, { seats: 2 });
    for (const ticket of event.tickets) {
      await other.reserve(ticket, ann);
      await other.confirm(ticket, ann, sandboxMethods.lostAnswer);
    }
    expect(await other.sweep()).toBe(1);
    expect(await other.sweep()).toBe(1);
    expect(await other.sweep()).toBe(0);
    await other.audit();
    await other.drop();
  });

  const claim = (eventUuid: string, ticketUuids: string[]) =>
    sale.deps.orders.claim({
      eventUuid,
      lines: ticketUuids.map((ticketUuid) => ({ ticketUuid, token: 'any', price: 35_000 })),
      currency: 'USD',
      userUuid: ann,
      methodUuid: card,
      provider: 'sandbox',
    });

  test('claim is all or nothing', async () => {
    const event = await makeEvent(sale.sql, { seats: 3 });
    await sale.sql`update tickets set status = 'booked' where uuid = ${event.tickets[2]!}`;
    const unknown = randomUUID();
    expect(await claim(event.uuid, event.tickets)).toEqual({ conflicts: [event.tickets[2]!] });
    // Nor is one of another event, nor does the end of another event matter.
    const other = await makeEvent(sale.sql, { seats: 1 });
    await makeEvent(sale.sql, { seats: 1, date: new Date(0) });
    for (const ticket of [unknown, other.tickets[0]!]) {
      expect(await claim(event.uuid, [event.tickets[0]!, ticket])).toEqual({ conflicts: [ticket] });
    }
    const [left] = await sale.sql`
      select count(*)::int as n from tickets where event_id = ${event.id} and order_id is not null`;
    expect(left!.n).toBe(0);
  });

  test('a seat that is being paid for has the lock under which it was claimed, and no other seat’s', async () => {
    const { tickets } = await makeEvent(sale.sql, { seats: 2 });
    await sale.reserve(tickets[0]!, ann);
    const made = await reserveTickets(sale.deps, { userUuid: ann, ticketUuids: tickets });
    await createOrder(sale.deps, { reservationUuid: made.uuid, methodUuid: sandboxMethods.lostAnswer });
    expect(new Set(made.tickets.map(({ token }) => token)).size).toBe(2);
    for (const { ticketUuid, token } of made.tickets) {
      expect((await sale.deps.tickets.find(ticketUuid))!.token).toBe(token);
    }
    await sale.sweep();
  });

  test('a useless lock is released: of a seat that the buyer or another user has bought', async () => {
    const event = await makeEvent(sale.sql, { seats: 2 });
    const [own = '', sold = ''] = event.tickets;
    for (const ticket of event.tickets) await sale.reserve(ticket, ann);
    const { locks } = sale.deps;
    const deaf = { ...sale.deps, locks: { ...locks, release: () => Promise.reject(new Error('away')) } };
    const request = { ticketUuid: own, userUuid: ann, methodUuid: card };
    await confirmTicket(deaf, request).catch(() => {});
    expect(await locks.list(event.uuid)).toHaveLength(2);
    expect(await sale.confirm(own, ann, card)).toBe('ok');
    expect(await locks.list(event.uuid)).toEqual([sold]);
    // As after a failover that has brought an old lock back.
    await sale.sql`update tickets set status = 'booked' where uuid = ${sold}`;
    expect(await sale.confirm(sold, ann, card)).toBe('ticket_not_reserved');
    expect(await locks.list(event.uuid)).toEqual([]);
    await sale.sql`update tickets set status = 'available' where uuid = ${sold}`;
  });

  test('overlapping claims at once claim no ticket twice, and none deadlocks', async () => {
    const event = await makeEvent(sale.sql, { seats: 6 });
    const wants = Array.from({ length: 60 }, (_, i) => {
      const pair = [event.tickets[i % 6]!, event.tickets[(i + 1) % 6]!];
      return i % 2 ? pair : pair.reverse();
    });
    const orders = await Promise.all(wants.map((ticketUuids) => claim(event.uuid, ticketUuids)));
    const claimed = wants.filter((_, i) => 'order' in orders[i]!).flat();
    expect(claimed.length).toBeGreaterThan(0);
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(orders.find((one) => 'order' in one)).toMatchObject({
      order: { status: 'pending', total: 70_000, currency: 'USD' },
    });
  });
});
