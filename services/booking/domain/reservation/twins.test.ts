import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  confirmTicket,
  createOrder,
  findReservation,
  outcomeOf,
  refundOrder,
  releaseReservation,
  reserveTicket,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
} from '../../testing.ts';
import { PaymentUnanswered } from '../errors.ts';
import { sweepOrders } from '../order/sweep-orders.ts';
import { sweepCaptures } from '../payment/sweep-captures.ts';

let sale: Sale;
const counted: string[] = [];
beforeAll(async () => {
  sale = await startSale(({ observer }) => ({
    observer: {
      ...observer,
      lockTaken: (tickets) => counted.push(`taken: ${tickets}`),
      lockRefused: () => counted.push('refused'),
    },
  }));
});
afterAll(() => sale.drop());

const atOnce = { ageMs: 0, actionMs: 0, leaseMs: 0 };
const some = (seats: number) => makeEvent(sale.sql, { seats });

/** A process that stops before its first read of the database, until it is released. */
function pausedAtItsLook() {
  const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const pausing = <T extends (...args: never[]) => Promise<unknown>>(work: T) =>
    (async (...args: Parameters<T>) => {
      reached.resolve();
      await gate.promise;
      return work(...args);
    }) as unknown as T;
  const { reservations, tickets } = sale.deps;
  const deps: SaleDeps = {
    ...sale.deps,
    tickets: { ...tickets, find: pausing(tickets.find) },
    reservations: { ...reservations, create: pausing(reservations.create) },
  };
  return { deps, reached: reached.promise, letGo: gate.resolve };
}

/** Sells by SQL to another user, whose order is pending; and then frees it again. */
async function claimed(ticket: string) {
  await sale.sql`update tickets set order_id = (
    select o.id from orders o where user_uuid = ${stranger} limit 1) where uuid = ${ticket}`;
  return () => sale.sql`update tickets set order_id = null where uuid = ${ticket}`;
}
const stranger = randomUUID();
beforeAll(async () => {
  const { tickets } = await some(1);
  const { uuid } = await reserveTickets(sale.deps, { userUuid: stranger, ticketUuids: tickets });
  await createOrder(sale.deps, { reservationUuid: uuid, methodUuid: sandboxMethods.requiresAction });
});

describe('two requests of one user for the same seat', () => {
  test('on a seat that is sold are both refused, and neither leaves a lock', async () => {
    const { uuid, tickets } = await some(1);
    await sale.sql`update tickets set status = 'booked' where uuid = ${tickets[0]!}`;
    const user = randomUUID();
    const { deps, reached, letGo } = pausedAtItsLook();
    const first = outcomeOf(reserveTicket(deps, tickets[0]!, user));
    await reached;
    expect(await outcomeOf(reserveTicket(sale.deps, tickets[0]!, user))).toEqual({ code: 'ticket_not_available' });
    letGo();
    expect(await first).toEqual({ code: 'ticket_not_available' });
    expect(await sale.deps.locks.list(uuid)).toEqual([]);
    await sale.sql`update tickets set status = 'available' where uuid = ${tickets[0]!}`;
  });

  test('keep the seat when the second got it, though the first finds it sold', async () => {
    const { uuid, tickets } = await some(1);
    const [ticket = ''] = tickets;
    const user = randomUUID();
    const { deps, reached, letGo } = pausedAtItsLook();
    const first = outcomeOf(reserveTicket(deps, ticket, user));
    await reached;
    await reserveTicket(sale.deps, ticket, user);
    const free = await claimed(ticket);
    letGo();
    expect(await first).toEqual({ code: 'ticket_not_available' });
    await free();
    expect(await sale.deps.locks.list(uuid)).toEqual([ticket]);
    expect(await sale.reserve(ticket, randomUUID())).toBe('ticket_not_available');
    expect(await sale.confirm(ticket, user, randomUUID())).toBe('ok');
  });

  test('hold it anew when the first has released it during the second’s read', async () => {
    const { uuid, tickets } = await some(1);
    const [ticket = ''] = tickets;
    const user = randomUUID();
    const [one, two] = [pausedAtItsLook(), pausedAtItsLook()];
    const first = outcomeOf(reserveTicket(one.deps, ticket, user));
    await one.reached;
    const second = outcomeOf(reserveTicket(two.deps, ticket, user));
    await two.reached;
    const free = await claimed(ticket);
    one.letGo();
    expect(await first).toEqual({ code: 'ticket_not_available' });
    await free();
    two.letGo();
    expect(await second).toBeUndefined();
    expect(await sale.deps.locks.list(uuid)).toEqual([ticket]);
    expect(await sale.confirm(ticket, user, randomUUID())).toBe('ok');
  });

  test('are counted as one hold, and shown once', async () => {
    const shown: string[] = [];
    const { uuid, tickets } = await some(1);
    const [user, deps] = [randomUUID(), { ...sale.deps, feed: { publish: (event: string) => void shown.push(event) } }];
    counted.splice(0);
    for (let times = 0; times < 3; times++) await reserveTicket(deps, tickets[0]!, user);
    expect(counted).toEqual(['taken: 1']);
    expect(shown).toEqual([uuid]);
  });

  test('of which one came late, while the seat is being paid for, get the right outcome', async () => {
    const { tickets } = await some(1);
    const [ticket = ''] = tickets;
    const user = randomUUID();
    await sale.reserve(ticket, user);
    expect(await sale.confirm(ticket, user, sandboxMethods.requiresAction)).toBe('payment_requires_action');
    expect(await sale.reserve(ticket, user)).toBe('ok');
    // Without the lock under which it is being paid for, it is not to be held once more.
    await sale.expire(ticket);
    expect(await sale.reserve(ticket, user)).toBe('ticket_not_available');
    expect(await sale.deps.locks.list((await sale.deps.tickets.find(ticket))!.eventUuid)).toEqual([]);
  });

  test('of which the second finds its lock gone, as the first has bought the seat meanwhile, both succeed', async () => {
    const { tickets } = await some(1);
    const [user, ticketUuid = ''] = [randomUUID(), ...tickets];
    await sale.reserve(ticketUuid, user);
    const request = { ticketUuid, userUuid: user, methodUuid: randomUUID() };
    let looks = 0;
    const find: SaleDeps['tickets']['find'] = async (uuid) => {
      const ticket = await sale.deps.tickets.find(uuid);
      if (looks++ === 0) await confirmTicket(sale.deps, request);
      return ticket;
    };
    expect(
      await outcomeOf(confirmTicket({ ...sale.deps, tickets: { ...sale.deps.tickets, find } }, request)),
    ).toBeUndefined();
    await sale.audit();
  });

  test('that pay with a declined card are both declined, and the seat stays held', async () => {
    const { tickets } = await some(1);
    const [ticket = ''] = tickets;
    const user = randomUUID();
    await sale.reserve(ticket, user);
    const request = { ticketUuid: ticket, userUuid: user, methodUuid: sandboxMethods.declined };
    const { orders } = sale.deps;
    const looked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    // The twin has read a free ticket, and reaches its claim when the first order is under way; then that one fails.
    const late: SaleDeps = {
      ...sale.deps,
      orders: {
        ...orders,
        claim: async (wanted) => {
          looked.resolve();
          await gate.promise;
          const claim = await orders.claim(wanted);
          failing.resolve();
          await failed.promise;
          return claim;
        },
      },
    };
    const [failing, failed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow: SaleDeps = {
      ...sale.deps,
      payments: {
        ...sale.deps.payments,
        authorise: async (wanted) => {
          gate.resolve();
          await failing.promise;
          return sale.deps.payments.authorise(wanted);
        },
      },
    };
    const twin = outcomeOf(confirmTicket(late, request));
    await looked.promise;
    const first = outcomeOf(confirmTicket(slow, request)).finally(failed.resolve);
    const declined = { code: 'payment_declined', reason: 'card_declined' };
    expect(await Promise.all([first, twin])).toEqual([declined, declined]);
    expect(await sale.confirm(ticket, user, randomUUID())).toBe('ok');
    await sale.audit();
  });
});

describe('with a limit of tickets', () => {
  /** A user who owns one of three seats, with a limit of two. */
  async function owning() {
    const userUuid = randomUUID();
    const { tickets } = await some(4);
    const [own = '', ...others] = tickets;
    await sale.reserve(own, userUuid);
    expect(await sale.confirm(own, userUuid, randomUUID())).toBe('ok');
    return { userUuid, others: others as [string, string, string] };
  }
  const limited = (deps: SaleDeps): SaleDeps => ({ ...deps, ticketLimit: 2 });

  test('the two clicks of a double click for a seat too many are both refused, by both ways of reserving', async () => {
    for (const way of ['ticket', 'tickets'] as const) {
      const { userUuid, others } = await owning();
      const hold = (deps: SaleDeps, ticket: string) =>
        way === 'ticket'
          ? outcomeOf(reserveTicket(limited(deps), ticket, userUuid))
          : outcomeOf(reserveTickets(limited(deps), { userUuid, ticketUuids: [ticket] }));
      expect((await hold(sale.deps, others[0])) ?? {}).not.toHaveProperty('code');
      const { deps, letGo } = pausedAtItsLook();
      const tooMany = { code: 'too_many_tickets' };
      // The first has its lock, and has not counted the bought tickets yet.
      const { boughtBy } = sale.deps.tickets;
      const tickets = {
        ...deps.tickets,
        boughtBy: async (...of: Parameters<typeof boughtBy>) => {
          counting.resolve();
          await mayCount.promise;
          return boughtBy(...of);
        },
      };
      const [counting, mayCount] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const first = hold({ ...deps, tickets }, others[1]);
      letGo();
      await counting.promise;
      expect(await hold(sale.deps, others[1])).toEqual(tooMany);
      mayCount.resolve();
      expect(await first).toEqual(tooMany);
      const held = await sale.deps.locks.list((await sale.deps.tickets.find(others[0]))!.eventUuid);
      expect(held).toEqual([others[0]]);
    }
  });
});

describe('a seat whose lock is given back', () => {
  test('is published to the live views, by both ways of reserving', async () => {
    for (const hold of [
      (deps: SaleDeps, ticket: string) => reserveTicket(deps, ticket, randomUUID()),
      (deps: SaleDeps, ticket: string) =>
        reserveTickets(deps, { userUuid: randomUUID(), ticketUuids: [ticket] }).then(() => {}),
    ]) {
      const { uuid, tickets } = await some(1);
      const free = await claimed(tickets[0]!);
      const shown: string[] = [];
      const deps = { ...sale.deps, feed: { publish: (event: string) => void shown.push(event) } };
      await outcomeOf(hold(deps, tickets[0]!));
      expect(shown).toEqual([uuid]);
      await free();
    }
  });
});

describe('reservations of one user that meet', () => {
  test('a refused one releases no lock that another has adopted', async () => {
    const { uuid, tickets } = await some(2);
    const [a, b] = tickets as [string, string];
    const user = randomUUID();
    const { deps, reached, letGo } = pausedAtItsLook();
    const both = outcomeOf(reserveTickets(deps, { userUuid: user, ticketUuids: [a, b] }));
    await reached;
    const one = await reserveTickets(sale.deps, { userUuid: user, ticketUuids: [a] });
    letGo();
    expect(await both).toMatchObject({ code: 'ticket_not_available' });
    expect(await sale.deps.locks.list(uuid)).toEqual([a]);
    expect(await findReservation(sale.deps, one.uuid)).toMatchObject({ state: 'held' });
    const order = await createOrder(sale.deps, { reservationUuid: one.uuid, methodUuid: randomUUID() });
    expect(order.status).toBe('paid');
    await sale.audit();
  });

  test('the same seats asked for twice are one reservation, though the first fails', async () => {
    const { tickets } = await some(2);
    const user = randomUUID();
    const { deps, reached, letGo } = pausedAtItsLook();
    const failing: SaleDeps = {
      ...deps,
      reservations: {
        ...deps.reservations,
        create: async (request) => {
          await deps.reservations.create(request);
          throw new Error('the answer was lost');
        },
      },
    };
    const first = reserveTickets(failing, { userUuid: user, ticketUuids: tickets }).catch((error) => error.message);
    await reached;
    const second = await reserveTickets(sale.deps, { userUuid: user, ticketUuids: tickets });
    letGo();
    expect(await first).toBe('the answer was lost');
    expect(await findReservation(sale.deps, second.uuid)).toMatchObject({ state: 'held' });
    expect(await reserveTickets(sale.deps, { userUuid: user, ticketUuids: tickets })).toEqual(second);
  });

  test('seats of a reservation that a twin has made and released again are reserved anew', async () => {
    const { tickets } = await some(2);
    const { reservations } = sale.deps;
    let twin: string | undefined;
    const create: SaleDeps['reservations']['create'] = async (request) => {
      const outcome = await reservations.create(request);
      if (twin || !('made' in outcome)) return outcome;
      twin = outcome.made.uuid;
      await reservations.release(twin);
      return { isReserved: true };
    };
    const deps = { ...sale.deps, reservations: { ...reservations, create } };
    const made = await reserveTickets(deps, { userUuid: randomUUID(), ticketUuids: tickets });
    expect(made.uuid).not.toBe(twin!);
    expect(await findReservation(sale.deps, made.uuid)).toMatchObject({ state: 'held' });
  });

  test('seats that were released a moment ago are reserved anew, and not found in the old reservation', async () => {
    const { tickets } = await some(2);
    const user = randomUUID();
    const first = await reserveTickets(sale.deps, { userUuid: user, ticketUuids: tickets });
    // Its process has noted the release, and has not released the locks yet.
    await sale.deps.reservations.release(first.uuid);
    const second = await reserveTickets(sale.deps, { userUuid: user, ticketUuids: tickets });
    expect(second.uuid).not.toBe(first.uuid);
    await releaseReservation(sale.deps, first.uuid);
    expect(await findReservation(sale.deps, second.uuid)).toMatchObject({ state: 'held' });
  });
});

describe('a refund', () => {
  async function bought(methodUuid: string) {
    const userUuid = randomUUID();
    const event = await some(1);
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
    const order = await createOrder(sale.deps, { reservationUuid, methodUuid });
    return { userUuid, event, ticket: event.tickets[0]!, orderUuid: order.uuid };
  }

  test('of an order that the sweep settled frees the seat for anyone at once', async () => {
    for (const confirmed of [true, false]) {
      const userUuid = randomUUID();
      const event = await some(1);
      const [ticket = ''] = event.tickets;
      if (confirmed) {
        await sale.reserve(ticket, userUuid);
        await sale.confirm(ticket, userUuid, sandboxMethods.lostAnswer);
      }
      if (!confirmed) {
        const { uuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: [ticket] });
        await createOrder(sale.deps, { reservationUuid: uuid, methodUuid: sandboxMethods.lostAnswer });
      }
      // This one dies before it releases the lock.
      const locks = { ...sale.deps.locks, release: () => Promise.reject(new Error('gone')) };
      await sweepOrders({ ...sale.deps, locks }, atOnce);
      const [order] = await sale.deps.orders.list({ userUuid, limit: 1 });
      expect(order).toMatchObject({ status: 'paid' });
      expect(await sale.deps.locks.list(event.uuid)).toEqual([ticket]);
      await refundOrder(sale.deps, { orderUuid: order!.uuid, userUuid });
      expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
      expect(await sale.reserve(ticket, randomUUID())).toBe('ok');
    }
    await sale.audit();
  });

  test('and a new hold of the buyer: the sweep that captures the money leaves it alone', async () => {
    const { userUuid, event, ticket, orderUuid } = await bought(randomUUID());
    const { payments } = sale.deps;
    const slow: SaleDeps = {
      ...sale.deps,
      payments: {
        ...payments,
        capture: async (key) => {
          if (key !== orderUuid) return payments.capture(key);
          await refundOrder(sale.deps, { orderUuid, userUuid });
          await reserveTicket(sale.deps, ticket, userUuid);
          return payments.capture(key);
        },
      },
    };
    await sweepCaptures(slow, atOnce);
    expect(await sale.deps.locks.list(event.uuid)).toEqual([ticket]);
    expect(await sale.confirm(ticket, userUuid, randomUUID())).toBe('ok');
    await sale.audit();
  });

  test('of an order of the first releases, whose locks it did not know, finds them by its reservation', async () => {
    const { userUuid, event, orderUuid } = await bought(sandboxMethods.lostAnswer);
    await sale.sql`update order_tickets set token = null where order_id = (select id from orders where uuid = ${orderUuid})`;
    await sweepOrders(sale.deps, atOnce);
    expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
    await refundOrder(sale.deps, { orderUuid, userUuid });
    await sale.audit();
  });
});

test('a request that can’t read the seats reports why, though the locks can’t be released either', async () => {
  const { tickets } = await some(2);
  const userUuid = randomUUID();
  const fail = (why: string) => () => Promise.reject(new Error(why));
  const deps: SaleDeps = {
    ...sale.deps,
    tickets: { ...sale.deps.tickets, find: fail('the database is away') },
    reservations: { ...sale.deps.reservations, create: fail('the database is away') },
    locks: { ...sale.deps.locks, giveBack: fail('the lock store is away') },
  };
  await expect(reserveTicket(deps, tickets[0]!, userUuid)).rejects.toThrow('the database is away');
  await expect(reserveTickets(deps, { userUuid, ticketUuids: tickets.slice(1) })).rejects.toThrow(
    'the database is away',
  );
});

/** Lets other tasks run for some turns of the event loop. */
async function turns(n: number): Promise<void> {
  for (let turn = 0; turn < n; turn++) await new Promise(setImmediate);
}

describe('giving back beside buying', () => {
  async function held() {
    const userUuid = randomUUID();
    const event = await some(2);
    const reservation = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
    const order = (methodUuid: string = randomUUID(), deps = sale.deps) =>
      outcomeOf(createOrder(deps, { reservationUuid: reservation.uuid, methodUuid }));
    const release = (deps = sale.deps) => outcomeOf(releaseReservation(deps, reservation.uuid));
    return { event, reservation, userUuid, order, release };
  }

  test('one of the two happens, whichever is faster', async () => {
    for (let round = 0; round < 25; round++) {
      const { event, order, release } = await held();
      const [bought, given] = await Promise.all([order(), turns(round).then(() => release())]);
      const isPaid = (bought as { status?: string }).status === 'paid';
      expect([isPaid, given]).toEqual(isPaid ? [true, { code: 'reservation_sold' }] : [false, undefined]);
      // Between the end of the payment and that of the locks the seats are still held.
      const { code } = bought as { code?: string };
      if (!isPaid) expect(['reservation_expired', 'payment_declined']).toContain(code!);
      const rows = await sale.sql`select status from tickets where event_id = ${event.id} and order_id is not null`;
      expect(rows).toHaveLength(isPaid ? 2 : 0);
      expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
    }
    await sale.audit();
  });

  test('a claim that comes after the release was noted is refused, though the locks are still there', async () => {
    const { reservation, order } = await held();
    await sale.deps.reservations.release(reservation.uuid);
    const known = { ...sale.deps.reservations, find: async () => ({ ...reservation, released: false }) };
    expect(await order(undefined, { ...sale.deps, reservations: known })).toEqual({ code: 'reservation_expired' });
  });

  test('cancels the payment while the buyer must approve it, and an approval comes too late', async () => {
    const { event, order, release, reservation } = await held();
    expect(await order(sandboxMethods.requiresAction)).toMatchObject({ status: 'pending' });
    expect(await release()).toBeUndefined();
    const [made] = await sale.deps.orders.list({ userUuid: reservation.userUuid, limit: 1 });
    expect(made).toMatchObject({ status: 'failed' });
    expect(await order()).toEqual({ code: 'reservation_expired' });
    expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
    expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ok');
    await sale.audit();
  });

  test('reports that the seats are bought when the bank was faster', async () => {
    const { order, release } = await held();
    expect(await order(sandboxMethods.lostAnswer)).toMatchObject({ status: 'pending' });
    expect(await release()).toEqual({ code: 'reservation_sold' });
    expect(await order()).toMatchObject({ status: 'paid' });
    await sale.audit();
  });

  test('cancels the payment of the original’s confirm for one of its seats', async () => {
    const { event, release, userUuid } = await held();
    expect(await sale.confirm(event.tickets[0]!, userUuid, sandboxMethods.requiresAction)).toBe(
      'payment_requires_action',
    );
    expect(await release()).toBeUndefined();
    expect((await sale.deps.orders.list({ userUuid, limit: 1 }))[0]).toMatchObject({ status: 'failed' });
    expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ok');
    await sale.audit();
  });

  test('makes an order that it met find nothing held any more, by both ways of buying', async () => {
    const { event, reservation, userUuid, order } = await held();
    const { orders, payments, reservations } = sale.deps;
    // The release is noted, and its locks are about to go.
    const meeting: SaleDeps = {
      ...sale.deps,
      payments: {
        ...payments,
        authorise: async ({ key }) => {
          await orders.fail(key, { is: 'voided' });
          await reservations.release(reservation.uuid);
          return payments.close(key) as Promise<{ is: 'voided' }>;
        },
      },
    };
    const confirmation = { ticketUuid: event.tickets[0]!, userUuid, methodUuid: randomUUID() };
    const confirmed = outcomeOf(confirmTicket(meeting, confirmation));
    expect(await confirmed).toEqual({ code: 'ticket_not_reserved' });
    expect(await order(randomUUID(), meeting)).toEqual({ code: 'reservation_expired' });
    const another = await held();
    const given: SaleDeps = {
      ...meeting,
      payments: {
        ...meeting.payments,
        authorise: async (request) => {
          await reservations.release(another.reservation.uuid);
          await orders.fail(request.key, { is: 'voided' });
          await reservations.release(another.reservation.uuid);
          return payments.close(request.key) as Promise<{ is: 'voided' }>;
        },
      },
    };
    expect(await another.order(randomUUID(), given)).toEqual({ code: 'reservation_expired' });
    await sale.audit();
  });

  test('an order beside the original’s confirm of one of its seats waits for that one’s outcome', async () => {
    const { event, order, userUuid } = await held();
    await sale.confirm(event.tickets[0]!, userUuid, sandboxMethods.requiresAction);
    expect(await order()).toEqual({ code: 'payment_pending' });
    await sale.sweep();
    expect(await order()).toMatchObject({ status: 'paid' });
    await sale.audit();
  });

  test('the rest of a reservation of which a seat was bought is released first, and then held anew', async () => {
    const { event, order, release, userUuid } = await held();
    const [first = '', rest = ''] = event.tickets;
    await sale.confirm(first, userUuid, randomUUID());
    expect(await order()).toEqual({ code: 'reservation_expired' });
    const again = () => reserveTickets(sale.deps, { userUuid, ticketUuids: [rest] });
    await expect(again()).rejects.toThrow('release it first');
    expect(await release()).toBeUndefined();
    const anew = await again();
    const bought = await createOrder(sale.deps, { reservationUuid: anew.uuid, methodUuid: randomUUID() });
    expect(bought.status).toBe('paid');
    await sale.audit();
  });

  test('of seats of which one was bought by the original’s confirm frees the rest', async () => {
    const { event, release, userUuid } = await held();
    expect(await sale.confirm(event.tickets[0]!, userUuid, randomUUID())).toBe('ok');
    expect(await release()).toBeUndefined();
    expect(await sale.reserve(event.tickets[1]!, randomUUID())).toBe('ok');
    await sale.audit();
  });

  test('keeps the original’s confirm of one of its seats from buying it', async () => {
    const { event, release, userUuid } = await held();
    const [ticketUuid = ''] = event.tickets;
    const other = randomUUID();
    const { orders } = sale.deps;
    const late: SaleDeps = {
      ...sale.deps,
      orders: {
        ...orders,
        claim: async (request) => {
          expect(await release()).toBeUndefined();
          expect(await sale.reserve(ticketUuid, other)).toBe('ok');
          return orders.claim(request);
        },
      },
    };
    const confirmation = { ticketUuid, userUuid, methodUuid: randomUUID() };
    expect(await outcomeOf(confirmTicket(late, confirmation))).toEqual({ code: 'ticket_not_reserved' });
    expect(await sale.confirm(ticketUuid, other, randomUUID())).toBe('ok');
    await sale.audit();
  });

  test('that was cut short lets nobody hold or buy by the remaining locks', async () => {
    const { event, reservation, userUuid } = await held();
    const [ticketUuid = ''] = event.tickets;
    await sale.deps.reservations.release(reservation.uuid);
    expect(await sale.confirm(ticketUuid, userUuid, randomUUID())).toBe('ticket_not_reserved');
    expect(await sale.reserve(ticketUuid, userUuid)).toBe('ok');
    await releaseReservation(sale.deps, reservation.uuid);
    expect(await sale.confirm(ticketUuid, userUuid, randomUUID())).toBe('ok');
    await sale.audit();
  });

  test('of seats of which one turns out to be paid for by the original’s confirm frees the rest', async () => {
    const { event, release, userUuid } = await held();
    expect(await sale.confirm(event.tickets[0]!, userUuid, sandboxMethods.lostAnswer)).toBe('payment_pending');
    expect(await release()).toBeUndefined();
    expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ticket_not_available');
    expect(await sale.reserve(event.tickets[1]!, randomUUID())).toBe('ok');
    await sale.audit();
  });

  test('changes nothing while the provider does not report the payment’s state', async () => {
    const { event, order, release, reservation } = await held();
    await order(sandboxMethods.requiresAction);
    const away = { ...sale.deps.payments, close: () => Promise.reject(new PaymentUnanswered()) };
    expect(await release({ ...sale.deps, payments: away })).toEqual({ code: 'unavailable' });
    expect(await findReservation(sale.deps, reservation.uuid)).toMatchObject({ state: 'held' });
    expect((await sale.deps.locks.list(event.uuid)).sort()).toEqual(event.tickets.toSorted());
    await sale.sweep();
  });
});
