import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type MadeEvent, makeEvent } from '../../../../shared/testing/factories.ts';
import {
  confirmTicket,
  createOrder,
  extendReservation,
  outcomeOf,
  reserveBest,
  reserveSeats,
  reserveTicket,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
} from '../../testing.ts';
import type { EventRules } from './event-rules.ts';
import { organiserOf } from './rules.harness.ts';

let sale: Sale;
let organiser: ReturnType<typeof organiserOf>;
beforeAll(async () => {
  sale = await startSale();
  organiser = organiserOf(sale);
});
afterAll(() => sale.drop());

/** Every way to hold the first seat. */
const ways: Record<string, (deps: SaleDeps, event: MadeEvent) => Promise<unknown>> = {
  'the original’s reserve': (deps, { tickets }) => reserveTicket(deps, tickets[0]!, randomUUID()),
  'a choice of tickets': (deps, { tickets }) =>
    reserveTickets(deps, { userUuid: randomUUID(), ticketUuids: [tickets[0]!] }),
  'a choice of labels': (deps, { uuid: eventUuid }) =>
    reserveSeats(deps, { userUuid: randomUUID(), eventUuid, named: { seats: ['A1'] } }),
  'the best available': (deps, { uuid: eventUuid }) =>
    reserveBest(deps, { userUuid: randomUUID(), eventUuid, quantity: 1 }),
};

/** A process whose cache has the rules of before, until it is told otherwise. */
async function outdated(event: MadeEvent): Promise<SaleDeps> {
  const before = (await sale.deps.tickets.rulesOf(event.uuid)) as EventRules;
  const { knownRules } = sale.deps;
  let isForgotten = false;
  const forget = () => {
    isForgotten = true;
  };
  const of = async (uuid: string) => (isForgotten ? knownRules.of(uuid) : before);
  return { ...sale.deps, knownRules: { ...knownRules, of, forget } };
}

/** A process that refuses without its locks, or it fails. */
const atDoor = (): SaleDeps => ({
  ...sale.deps,
  locks: { ...sale.deps.locks, acquire: () => Promise.reject(new Error('the locks were touched')) },
});

const rules: [rule: string, columns: string, error: string, original: string][] = [
  ['cancelled', `status = 'cancelled'`, 'event_cancelled', 'event_cancelled'],
  ['postponed', `status = 'postponed'`, 'event_postponed', 'event_postponed'],
  ['not yet on sale', `on_sale_from = now() + interval '1 hour'`, 'not_on_sale', 'not_on_sale'],
  ['no longer on sale', `on_sale_until = now()`, 'sales_ended', 'sales_ended'],
  ['a draft', `status = 'draft'`, 'event_not_found', 'ticket_not_available'],
];

describe.each(rules)('an event that is %s', (_, columns, error, ofTickets) => {
  test.each(Object.entries(ways))('is refused at the door and by the database: %s', async (way, hold) => {
    const expected = way.startsWith('the original') || way.endsWith('tickets') ? ofTickets : error;
    const event = await makeEvent(sale.sql, { seats: 2 });
    const before = await outdated(event);
    await organiser.change(event.uuid, columns);
    expect(await outcomeOf(hold(atDoor(), event))).toMatchObject({ code: expected });
    expect(await outcomeOf(hold(before, event))).toMatchObject({ code: expected });
    expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
    expect(await sale.sql`select from reservations where event_id = ${event.id}`).toHaveLength(0);
  });
});

test.each(Object.entries(ways))('an event that is rescheduled, in its window, sells by %s', async (_, hold) => {
  const event = await makeEvent(sale.sql, { seats: 1 });
  const window = `on_sale_from = now() - interval '1 second', on_sale_until = now() + interval '1 hour'`;
  await organiser.change(event.uuid, `status = 'rescheduled', ${window}`);
  await hold(sale.deps, event);
  expect(await sale.deps.locks.list(event.uuid)).toEqual(event.tickets);
});

test('the original’s routes keep their texts, with what to do beside them; ours tell when the sale begins', async () => {
  const event = await makeEvent(sale.sql, { seats: 1 });
  await organiser.presale(event.id);
  await sale.sql`
    update events set on_sale_from = '2031-05-01 08:00+02', date = '2031-06-01' where id = ${event.id}`;
  const windows = {
    on_sale_from: '2031-05-01T06:00:00.000Z',
    presales: [{ name: 'Fans', starts_at: expect.any(String), ends_at: expect.any(String) }],
  };
  const single = await reserveTicket(sale.deps, event.tickets[0]!, randomUUID()).catch((error) => error);
  expect([single.code, single.message]).toEqual(['not_on_sale', 'Ticket is not available for reservation']);
  expect(single.details).toEqual({ ...windows, hint: expect.stringContaining('come back at on_sale_from') });
  expect(await outcomeOf(ways['the best available']!(sale.deps, event))).toEqual({ code: 'not_on_sale', ...windows });
});

describe('what was held before', () => {
  const held = async () => {
    const event = await makeEvent(sale.sql, { seats: 2 });
    const [single = '', other = ''] = event.tickets;
    const userUuid = randomUUID();
    await sale.reserve(single, userUuid);
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: [other] });
    const buy = () => outcomeOf(createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() }));
    const confirm = () =>
      outcomeOf(confirmTicket(sale.deps, { ticketUuid: single, userUuid, methodUuid: randomUUID() }));
    return { event, userUuid, reservationUuid, buy, confirm };
  };

  test.each(['cancelled', 'postponed'])('of an event that is %s is neither bought nor extended', async (status) => {
    const { event, userUuid, reservationUuid, buy, confirm } = await held();
    await organiser.change(event.uuid, `status = '${status}'`);
    expect(await buy()).toEqual({ code: `event_${status}` });
    expect(await confirm()).toMatchObject({ code: `event_${status}`, hint: expect.any(String) });
    expect(await outcomeOf(extendReservation(sale.deps, reservationUuid))).toEqual({ code: `event_${status}` });
    expect(await sale.sql`select from orders where user_uuid = ${userUuid}`).toHaveLength(0);
    expect(await sale.sql`select from tickets where event_id = ${event.id} and order_id is not null`).toHaveLength(0);
    // The hold goes on, in case the event is put on sale again in time.
    await organiser.change(event.uuid, `status = 'rescheduled'`);
    expect(await buy()).toMatchObject({ status: 'paid' });
  });

  test('is bought after the end of the window by its reservation, and not by the original’s confirm', async () => {
    const { event, buy, confirm } = await held();
    await organiser.change(event.uuid, 'on_sale_until = now()');
    expect(await confirm()).toMatchObject({ code: 'sales_ended' });
    expect(await buy()).toMatchObject({ status: 'paid' });
    const [order] = await sale.sql`select event_id::text as id from orders where event_id = ${event.id}`;
    expect(order).toEqual({ id: String(event.id) });
  });

  test('is not bought once it is held back', async () => {
    const { event, buy, confirm } = await held();
    await organiser.holdBack(event.id, ['A1', 'A2']);
    expect(await buy()).toEqual({ code: 'ticket_not_available', conflicts: [event.tickets[1]!] });
    expect(await confirm()).toEqual({ code: 'ticket_not_reserved' });
    expect(await sale.sql`select from orders where event_id = ${event.id}`).toHaveLength(0);
  });
});

test('of sales that race with a cancellation none begins after it', async () => {
  const event = await makeEvent(sale.sql, { seats: 40 });
  const holds = await Promise.all(
    event.tickets.map((ticket) => reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: [ticket] })),
  );
  const buy = (uuid: string) =>
    outcomeOf(createOrder(sale.deps, { reservationUuid: uuid, methodUuid: randomUUID() })) as Promise<{
      status?: string;
      code?: string;
    }>;
  const racing = holds.slice(0, 20).map(({ uuid }) => buy(uuid));
  await organiser.change(event.uuid, `status = 'cancelled'`);
  const late = await Promise.all(holds.slice(20).map(({ uuid }) => buy(uuid)));
  expect(late.map(({ code }) => code)).toEqual(late.map(() => 'event_cancelled'));
  const sold = (outcomes: { status?: string }[]) => outcomes.filter(({ status }) => status === 'paid').length;
  const first = sold(await Promise.all(racing));
  // A buyer is told of the purchase again, and nobody else is.
  expect(sold(await Promise.all(holds.map(({ uuid }) => buy(uuid))))).toBe(first);
  await sale.audit();
});

describe('the limit of an event', () => {
  test.each([
    [0, 2, 2],
    [3, 2, 2],
    [1, 2, 1],
    [1, null, 1],
  ])('of the platform’s %p and the organiser’s %p is %p', async (platform, own, expected) => {
    const event = await makeEvent(sale.sql, { seats: 6 });
    await organiser.change(event.uuid, `ticket_limit = ${own}`);
    const deps = { ...sale.deps, ticketLimit: platform };
    const hold = (first: number, count: number) =>
      outcomeOf(
        reserveTickets(deps, { userUuid: randomUUID(), ticketUuids: event.tickets.slice(first, first + count) }),
      );
    expect(await hold(0, expected + 1)).toEqual({ code: 'too_many_tickets' });
    expect(await hold(0, expected)).toMatchObject({ eventUuid: event.uuid });
  });

  test('that is lowered after the cache has it is kept by the database', async () => {
    const event = await makeEvent(sale.sql, { seats: 4 });
    const before = await outdated(event);
    await organiser.change(event.uuid, 'ticket_limit = 1');
    const userUuid = randomUUID();
    const pair = { userUuid, ticketUuids: event.tickets.slice(0, 2) };
    expect(await outcomeOf(reserveTickets(before, pair))).toEqual({ code: 'too_many_tickets' });
    expect(await sale.sql`select from reservations where user_uuid = ${userUuid}`).toHaveLength(0);
    await reserveTicket(before, event.tickets[0]!, userUuid);
    expect(await outcomeOf(reserveTicket(before, event.tickets[1]!, userUuid))).toEqual({ code: 'too_many_tickets' });
    expect(await sale.deps.locks.list(event.uuid)).toEqual([event.tickets[0]!]);
  });
});

describe('a seat that is held back', () => {
  test('is refused by every way, and is taken for the seats beside it', async () => {
    const event = await makeEvent(sale.sql, { seats: 4 });
    await organiser.holdBack(event.id, ['A1']);
    for (const way of ['the original’s reserve', 'a choice of tickets', 'a choice of labels']) {
      expect(await outcomeOf(ways[way]!(sale.deps, event))).toMatchObject({ code: 'ticket_not_available' });
    }
    const careful = { ...sale.deps, mayStrand: false };
    const choose = (...ticketUuids: string[]) =>
      outcomeOf(reserveTickets(careful, { userUuid: randomUUID(), ticketUuids }));
    expect(await choose(event.tickets[2]!)).toEqual({
      code: 'seat_stranded',
      stranded: [event.tickets[1]!, event.tickets[3]!],
    });
  });

  test('is not sold in a rush for the best, until it is released', async () => {
    const event = await makeEvent(sale.sql, { seats: 10 });
    await organiser.holdBack(event.id, ['A4', 'A5', 'A6']);
    const rush = () =>
      Promise.all(
        Array.from({ length: 12 }, () =>
          outcomeOf(reserveBest(sale.deps, { userUuid: randomUUID(), eventUuid: event.uuid, quantity: 1 })),
        ),
      );
    const seatsOf = (outcomes: unknown[]) =>
      outcomes.flatMap((one) => (one as { tickets?: { seat: string }[] }).tickets?.[0]?.seat ?? []).sort();
    expect(seatsOf(await rush())).toEqual(['A1', 'A10', 'A2', 'A3', 'A7', 'A8', 'A9']);
    await organiser.release(event.id);
    expect(seatsOf(await rush())).toEqual(['A4', 'A5', 'A6']);
  });
});
