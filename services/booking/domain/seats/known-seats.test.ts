import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type MadeEvent, makeEvent } from '../../../../shared/testing/factories.ts';
import { outcomeOf, reserveSeats, type Sale, startSale } from '../../testing.ts';
import { knownSeats } from './known-seats.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const hash = 'a'.repeat(64);

/** An event whose tickets are made from a plan. */
async function planned(seats: number): Promise<MadeEvent> {
  const event = await makeEvent(sale.sql, { seats });
  await sale.sql`
    with p as (
      insert into seating_plans (venue_id, name, hash, places, plan)
      values (${event.venueId}, 'Hall', ${hash}, ${seats}, '{}') returning id
    ), e as (update events set plan_id = p.id from p where events.id = ${event.id})
    update tickets set place = substr(seat, 2)::int - 1 where event_id = ${event.id}`;
  return event;
}

const hold = (eventUuid: string, named: Parameters<typeof reserveSeats>[1]['named'], deps = sale.deps) =>
  outcomeOf(reserveSeats(deps, { userUuid: randomUUID(), eventUuid, named }));

test('seats are held by their labels, or by their places in the plan, in the order of the request', async () => {
  const event = await planned(6);
  const uuids = (held: unknown) => (held as { tickets: { ticketUuid: string }[] }).tickets.map((one) => one.ticketUuid);
  expect(uuids(await hold(event.uuid, { seats: ['A1', 'A2'] }))).toEqual(event.tickets.slice(0, 2));
  expect(uuids(await hold(event.uuid, { places: [2, 3], planHash: hash }))).toEqual(event.tickets.slice(2, 4));
  expect(await hold(event.uuid, { seats: ['A3', 'A5'] })).toEqual({
    code: 'ticket_not_available',
    conflicts: [event.tickets[2]!],
    seats: ['A3'],
  });
  expect(await hold(event.uuid, { places: [5, 3], planHash: hash })).toEqual({
    code: 'ticket_not_available',
    conflicts: [event.tickets[3]!],
    places: [3],
  });
});

test('unknown seats are named, of another plan none is held, and an unknown event is not found', async () => {
  const event = await planned(2);
  const none = { code: 'ticket_not_available', conflicts: [] };
  expect(await hold(event.uuid, { seats: ['A1', 'Z9'] })).toEqual({ ...none, unknown: ['Z9'] });
  expect(await hold(event.uuid, { places: [0, 7], planHash: hash })).toEqual({ ...none, unknown: [7] });
  expect(await hold(event.uuid, { places: [0], planHash: 'other' })).toEqual({ code: 'plan_changed', plan_hash: hash });
  expect(await hold(randomUUID(), { seats: ['A1'] })).toEqual({ code: 'event_not_found' });
  expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
});

test('known seats are found without the database, by a rush of thousands', async () => {
  const event = await planned(3);
  let reads = 0;
  const { tickets } = sale.deps;
  const known = knownSeats({
    ofSeat: (...seat) => {
      reads++;
      return tickets.ofSeat(...seat);
    },
    byPlace: (uuid) => {
      reads++;
      return tickets.byPlace(uuid);
    },
  });
  const ask = () => [known.byLabel(event.uuid, ['A1', 'A2']), known.byPlace(event.uuid, hash, [0, 1])];
  await Promise.all(ask());
  expect(reads).toBe(3);
  const found = await Promise.all(Array.from({ length: 1000 }, ask).flat());
  expect(found.every((uuids) => String(uuids) === String(event.tickets.slice(0, 2)))).toBe(true);
  expect(reads).toBe(3);
});

test('a ticket that was made anew is found by its label and its place', async () => {
  for (const named of [{ seats: ['A1'] }, { places: [0], planHash: hash }]) {
    const event = await planned(1);
    await hold(event.uuid, named);
    await sale.sql`delete from ticket_locks where ticket_uuid = ${event.tickets[0]!}`;
    await sale.sql`delete from tickets where event_id = ${event.id}`;
    await sale.sql`insert into tickets (event_id, seat, price, place) values (${event.id}, 'A1', 100, 0)`;
    expect(await hold(event.uuid, named)).toMatchObject({ total: 100 });
  }
});

test('a place that is not there yet is looked for again a second later', async () => {
  const event = await planned(1);
  let nowMs = 0;
  const known = knownSeats(sale.deps.tickets, () => nowMs);
  expect(await known.byPlace(event.uuid, hash, [1])).toEqual([undefined]);
  await sale.sql`insert into tickets (uuid, event_id, seat, price, place) values (${event.uuid}, ${event.id}, 'A2', 1, 1)`;
  nowMs = 999;
  expect(await known.byPlace(event.uuid, hash, [1])).toEqual([undefined]);
  nowMs = 1000;
  expect(await known.byPlace(event.uuid, hash, [1])).toEqual([event.uuid]);
});
