import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../shared/errors.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import {
  createOrder,
  extendReservation,
  findReservation,
  releaseReservation,
  reserveBest,
  reserveTicket,
  reserveTickets,
  type Sale,
  startSale,
} from '../../testing.ts';
import { seatChoices } from '../seats/best-choices.ts';
import type { HeldReservation } from './hold-seats.ts';
import { sweepLocks } from './sweep-locks.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const reserve = (ticketUuids: string[], userUuid = randomUUID(), ticketLimit = 0) =>
  reserveTickets({ ...sale.deps, ticketLimit }, { userUuid, ticketUuids });

/** The stable code and the conflicts of a refusal. */
const refusal = (work: Promise<unknown>) =>
  work.then(
    (): unknown => 'granted',
    (error): unknown => {
      if (!(error instanceof AppError)) throw error;
      return { code: error.code, ...error.details };
    },
  );

const locked = async (eventUuid: string) => (await sale.deps.locks.list(eventUuid)).sort();
const some = async (seats: number) => makeEvent(sale.sql, { seats });

describe('a reservation', () => {
  test('holds all of the seats at the current prices', async () => {
    const { uuid, tickets } = await some(3);
    const user = randomUUID();
    const made = await reserve(tickets.slice(0, 2), user);
    expect(made).toMatchObject({ eventUuid: uuid, userUuid: user, total: 70_000, currency: 'USD', released: false });
    expect(made.tickets.map(({ ticketUuid, seat, price }) => [ticketUuid, seat, price])).toEqual([
      [tickets[0]!, 'A1', 35_000],
      [tickets[1]!, 'A2', 35_000],
    ]);
    expect(await locked(uuid)).toEqual(tickets.slice(0, 2).sort());
    await sale.sql`update tickets set price = 1 where uuid = any(${tickets})`;
    expect(await findReservation(sale.deps, made.uuid)).toMatchObject({ state: 'held', total: 70_000 });
  });

  test('takes all or none, and names the seats that others have', async () => {
    const { uuid, tickets } = await some(4);
    await reserve([tickets[1]!]);
    await sale.reserve(tickets[2]!, randomUUID());
    expect(await refusal(reserve(tickets))).toEqual({
      code: 'ticket_not_available',
      conflicts: [tickets[1]!, tickets[2]!].sort(),
    });
    expect(await locked(uuid)).toEqual([tickets[1]!, tickets[2]!].sort());
  });

  test('a seat that is sold gives all the others back', async () => {
    for (const sold of [0, 1, 2]) {
      const { uuid, tickets } = await some(3);
      const [owner, late] = [randomUUID(), randomUUID()];
      await sale.reserve(tickets[sold]!, owner);
      expect(await sale.confirm(tickets[sold]!, owner, randomUUID())).toBe('ok');
      expect(await locked(uuid)).toEqual([]);
      const conflicts = [tickets[sold]!];
      expect(await refusal(reserve(tickets, late))).toEqual({ code: 'ticket_not_available', conflicts });
      expect(await locked(uuid)).toEqual([]);
      expect(await sale.sql`select from reservations where user_uuid = ${late}`).toHaveLength(0);
      expect((await reserve(tickets.filter((_, i) => i !== sold))).tickets).toHaveLength(2);
    }
  });

  test('is the same one when it is repeated, and its time is not longer', async () => {
    const { tickets } = await some(2);
    const user = randomUUID();
    const first = await reserve(tickets, user);
    expect(await reserve([...tickets].reverse(), user)).toEqual(first);
  });

  test('a seat of one’s own other reservation is a conflict, and stays where it is', async () => {
    const { uuid, tickets } = await some(3);
    const user = randomUUID();
    const first = await reserve(tickets.slice(0, 2), user);
    const conflict = { code: 'ticket_not_available', conflicts: [tickets[1]!] };
    expect(await refusal(reserve(tickets.slice(1), user))).toEqual(conflict);
    expect(await locked(uuid)).toEqual(tickets.slice(0, 2).sort());
    expect(await findReservation(sale.deps, first.uuid)).toMatchObject({ state: 'held' });
  });

  test('takes over a hold of the original endpoint, and can be bought there', async () => {
    const { tickets } = await some(2);
    const user = randomUUID();
    await sale.reserve(tickets[0]!, user);
    const made = await reserve(tickets, user);
    expect(made.tickets).toHaveLength(2);
    expect(await sale.confirm(tickets[0]!, user, randomUUID())).toBe('ok');
    expect(await findReservation(sale.deps, made.uuid)).toMatchObject({ state: 'ended' });
    await sale.audit();
  });

  test('ends with the first of its seats', async () => {
    const { uuid: eventUuid, tickets } = await some(2);
    const userUuid = randomUUID();
    await reserveTicket({ ...sale.deps, lockTtlMs: 60_000 }, tickets[0]!, userUuid);
    const { uuid, expiresAt } = await reserve(tickets, userUuid);
    const [first] = await sale.deps.locks.held({ eventUuid, ticketUuids: tickets.slice(0, 1), owner: userUuid });
    expect(expiresAt).toBe(first!.expiresAt);
    expect(await findReservation(sale.deps, uuid)).toMatchObject({ state: 'held', expiresAt });
  });

  test('is refused for seats of several events, of several currencies, or of none', async () => {
    const [one, two] = [await some(1), await some(2)];
    expect(await refusal(reserve([one.tickets[0]!, two.tickets[0]!]))).toMatchObject({ code: 'invalid_request' });
    await sale.sql`update tickets set currency = 'EUR' where uuid = ${two.tickets[0]!}`;
    expect(await refusal(reserve(two.tickets))).toMatchObject({ code: 'invalid_request' });
    expect(await locked(two.uuid)).toEqual([]);
    const unknown = randomUUID();
    expect(await refusal(reserve([one.tickets[0]!, unknown]))).toMatchObject({ conflicts: [unknown] });
  });

  test('of overlapping ones at once, each seat has one holder, all or none', async () => {
    const { uuid, tickets } = await some(12);
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        reserve([0, 1, 2].map((n) => tickets[(i + (i % 2 ? n : 2 - n)) % 12]!)).catch(() => undefined),
      ),
    );
    const held = outcomes.flatMap((made) => made?.tickets.map(({ ticketUuid }) => ticketUuid) ?? []);
    expect(held.length).toBeGreaterThan(0);
    expect(new Set(held).size).toBe(held.length);
    expect(await locked(uuid)).toEqual(held.sort());
  });

  test('is one when it is asked for many times at once', async () => {
    for (let round = 0; round < 10; round++) {
      const { uuid, tickets } = await some(2);
      const user = randomUUID();
      const made = await Promise.all(Array.from({ length: 8 }, () => reserve(tickets, user)));
      expect(new Set(made.map((one) => one.uuid)).size).toBe(1);
      expect(await locked(uuid)).toEqual(tickets.toSorted());
    }
  });

  test('is not made beside another of one seat more', async () => {
    for (let round = 0; round < 10; round++) {
      const { tickets } = await some(2);
      const user = randomUUID();
      const outcomes = await Promise.all(
        [tickets, tickets.slice(0, 1)].map((wanted) => refusal(reserve(wanted, user))),
      );
      expect(outcomes.filter((one) => one === 'granted').length).toBeLessThanOrEqual(1);
      const [row] = await sale.sql`
        select count(*)::int as n from reservation_tickets rt join tickets t on t.id = rt.ticket_id
        where t.uuid = ${tickets[0]!}`;
      expect(row!.n).toBeLessThanOrEqual(1);
    }
  });
});

describe('its end', () => {
  test('by release frees the seats at once; repeating it changes nothing', async () => {
    const { uuid, tickets } = await some(2);
    const made = await reserve(tickets);
    await releaseReservation(sale.deps, made.uuid);
    expect(await locked(uuid)).toEqual([]);
    const next = await reserve(tickets);
    await releaseReservation(sale.deps, made.uuid);
    expect(await locked(uuid)).toHaveLength(2);
    expect(await findReservation(sale.deps, made.uuid)).toMatchObject({ state: 'released' });
    expect(await findReservation(sale.deps, next.uuid)).toMatchObject({ state: 'held' });
  });

  test('by time is reported; when one seat is gone all are', async () => {
    const { tickets } = await some(2);
    const made = await reserve(tickets);
    await sale.expire(tickets[1]!);
    await sweepLocks(sale.deps);
    expect(await findReservation(sale.deps, made.uuid)).toMatchObject({ state: 'ended' });
    expect(await refusal(extendReservation(sale.deps, made.uuid))).toEqual({ code: 'reservation_expired' });
  });

  test('is extended once, however many ask at the same moment', async () => {
    const { tickets } = await some(2);
    const made = await reserve(tickets);
    await sale.sql`update ticket_locks set expires_at = expires_at - interval '10 minutes'
      where ticket_uuid = any(${tickets})`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => refusal(extendReservation(sale.deps, made.uuid))),
    );
    expect(answers.filter((answer) => answer === 'granted')).toHaveLength(1);
    const later = (await findReservation(sale.deps, made.uuid)) as HeldReservation;
    expect(later.expiresAt).toBeGreaterThanOrEqual(made.expiresAt);
    expect(later.expiresAt).toBeLessThan(made.expiresAt + 60_000);
    expect(await refusal(extendReservation(sale.deps, made.uuid))).toEqual({ code: 'reservation_extended' });
  });

  test('is not extended again when the response was lost', async () => {
    const { tickets } = await some(1);
    const made = await reserve(tickets);
    const lost = async (request: Parameters<typeof sale.deps.locks.extend>[0]) => {
      await sale.deps.locks.extend(request);
      throw new AppError('unavailable', 'away');
    };
    const locks = { ...sale.deps.locks, extend: lost };
    expect(await refusal(extendReservation({ ...sale.deps, locks }, made.uuid))).toEqual({ code: 'unavailable' });
    expect(await refusal(extendReservation(sale.deps, made.uuid))).toEqual({ code: 'reservation_extended' });
    const seen = (await findReservation(sale.deps, made.uuid)) as HeldReservation;
    expect(seen.expiresAt).toBeGreaterThanOrEqual(made.expiresAt);
  });

  test('an unknown reservation is not found', async () => {
    for (const ask of [findReservation, releaseReservation, extendReservation]) {
      expect(await refusal(ask(sale.deps, randomUUID()))).toEqual({ code: 'reservation_not_found' });
    }
  });
});

test('a reservation is deleted after its time, and its order keeps its lines', async () => {
  const { tickets } = await some(2);
  const made = await reserve(tickets);
  const order = await createOrder(sale.deps, { reservationUuid: made.uuid, methodUuid: randomUUID() });
  const young = await reserve((await some(1)).tickets);
  await sale.sql`update reservations set created_at = now() - interval '31 days' where uuid = ${made.uuid}`;
  expect(await sale.deps.reservations.purge(30 * 86_400_000)).toBe(1);
  expect(await sale.deps.reservations.find(made.uuid)).toBeUndefined();
  expect(await sale.deps.reservations.find(young.uuid)).toBeDefined();
  expect(await sale.deps.orders.view(order.uuid)).toEqual(order);
  await sale.audit();
});

describe('the limit', () => {
  test('counts held and bought together, by both ways to reserve', async () => {
    const { tickets } = await some(6);
    const user = randomUUID();
    await sale.reserve(tickets[0]!, user);
    await sale.confirm(tickets[0]!, user, randomUUID());
    await reserve([tickets[1]!], user, 3);
    expect(await refusal(reserve([tickets[2]!, tickets[3]!], user, 3))).toEqual({ code: 'too_many_tickets' });
    const limited = (ticket: string, by: string) =>
      refusal(reserveTicket({ ...sale.deps, ticketLimit: 3 }, ticket, by));
    expect(await limited(tickets[2]!, user)).toBe('granted');
    expect(await limited(tickets[3]!, user)).toEqual({ code: 'too_many_tickets' });
    expect(await limited(tickets[3]!, randomUUID())).toBe('granted');
  });

  test('holds for many requests at once', async () => {
    const { uuid, tickets } = await some(20);
    const user = randomUUID();
    const answers = await Promise.all(tickets.map((ticket) => refusal(reserve([ticket], user, 4))));
    expect(answers.filter((answer) => answer === 'granted')).toHaveLength(4);
    expect(await locked(uuid)).toHaveLength(4);
  });
});

describe('the best available', () => {
  test('of forty at once nearly all get two seats beside each other, until none are left', async () => {
    const { uuid, tickets } = await some(60);
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, () =>
        reserveBest(sale.deps, { userUuid: randomUUID(), eventUuid: uuid, quantity: 2 }).catch(() => undefined),
      ),
    );
    const made = outcomes.filter((one) => one !== undefined);
    const beside = made.filter(({ tickets: seats }) => {
      const [a, b] = seats.map(({ seat }) => Number(seat.slice(1)));
      return Math.abs(a! - b!) === 1;
    });
    // Only the last ones may find nothing but single seats.
    expect(beside.length).toBeGreaterThan(made.length * 0.75);
    const held = made.flatMap((one) => one.tickets.map(({ ticketUuid }) => ticketUuid));
    expect(new Set(held).size).toBe(held.length);
    expect(await locked(uuid)).toEqual(held.sort());
    // A buyer who was too late again and again may try once more: the remaining seats are found.
    for (let left = tickets.length - held.length; left >= 2; left -= 2) {
      await reserveBest(sale.deps, { userUuid: randomUUID(), eventUuid: uuid, quantity: 2 });
    }
    const none = reserveBest(sale.deps, { userUuid: randomUUID(), eventUuid: uuid, quantity: 1 });
    expect(await refusal(none)).toEqual({ code: 'ticket_not_available', conflicts: [] });
  });

  test('a rush shares the reads of the seats, and each buyer gets different seats', async () => {
    const { uuid } = await some(200);
    let reads = 0;
    const tickets = {
      ...sale.deps.tickets,
      seatsOf: (event: string) => {
        reads++;
        return sale.deps.tickets.seatsOf(event);
      },
      seatsSince: (event: string, since: string) => {
        reads++;
        return sale.deps.tickets.seatsSince(event, since);
      },
    };
    const deps = { ...sale.deps, seats: seatChoices({ ...sale.deps, tickets }) };
    const made = await Promise.all(
      Array.from({ length: 40 }, () => reserveBest(deps, { userUuid: randomUUID(), eventUuid: uuid, quantity: 2 })),
    );
    const held = made.flatMap(({ tickets }) => tickets.map(({ ticketUuid }) => ticketUuid));
    expect(new Set(held).size).toBe(80);
    expect(reads).toBeLessThan(4);
  });

  test('are the next ones when another buyer was faster, and are not checked again for stranded seats', async () => {
    const { uuid: eventUuid, tickets } = await some(4);
    await reserve(tickets.slice(0, 2));
    const choices = [tickets.slice(0, 2), tickets.slice(2)];
    const deps = {
      ...sale.deps,
      mayStrand: false,
      seats: {
        strandedBy: () => Promise.reject(new Error('looked at again')),
        best: () => ({
          next: async () => ({
            isOnSale: true,
            set: { ticketUuids: choices.shift()!, held: () => {}, lost: () => {}, free: () => {} },
          }),
        }),
      },
    };
    const made = await reserveBest(deps, { userUuid: randomUUID(), eventUuid, quantity: 2 });
    expect(made.tickets.map(({ ticketUuid }) => ticketUuid)).toEqual(tickets.slice(2));
  });

  test('of an unknown event are none', async () => {
    const asked = reserveBest(sale.deps, { userUuid: randomUUID(), eventUuid: randomUUID(), quantity: 1 });
    expect(await refusal(asked)).toEqual({ code: 'event_not_found' });
  });
});
