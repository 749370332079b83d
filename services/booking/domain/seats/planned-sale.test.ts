import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { placesOf } from '../../../../shared/plan/places.ts';
import type { Plan } from '../../../../shared/plan/plan.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { appOver } from '../../app.harness.ts';
import {
  outcomeOf,
  releaseReservation,
  reserveBest,
  type Sale,
  type SaleDeps,
  saleOn,
  startSale,
} from '../../testing.ts';
import type { HeldReservation } from '../reservation/hold-seats.ts';
import { seatChoices } from './best-choices.ts';
import type { Wish } from './candidates.ts';
import { drawn } from './testing.ts';

let sale: Sale;
/** Another process over the same database. */
let other: SaleDeps;
beforeAll(async () => {
  sale = await startSale();
  other = saleOn(sale.db).deps;
});
afterAll(() => sale.drop());

/** Makes an event whose tickets are the places of a plan; that is stored if it is not yet. */
async function makePlanned(plan: Plan, { hash = randomUUID() as string, price = 1000 } = {}) {
  const { sql } = sale;
  const event = await makeEvent(sql, { seats: 0 });
  const places = placesOf(plan);
  await sql`
    with made as (
      insert into seating_plans (venue_id, name, hash, places, plan)
      values (${event.venueId}, ${plan.name}, ${hash}, ${places.length}, ${JSON.stringify(plan)}::jsonb) returning id
    ) update events set plan_id = made.id from made where events.id = ${event.id}`;
  const rows = places.map(({ label, category }, place) => ({
    event_id: event.id,
    seat: label,
    price,
    place,
    category,
  }));
  await sql`insert into tickets ${sql(rows)}`;
  return event.uuid;
}

const ask = (eventUuid: string, wish: Wish, deps: SaleDeps = sale.deps) =>
  reserveBest(deps, { userUuid: randomUUID(), eventUuid, ...wish });
const labels = ({ tickets }: HeldReservation) => tickets.map(({ seat }) => seat).sort();
const soldOut = { code: 'ticket_not_available', conflicts: [] };

const floor = { name: 'Floor', category: 'Standing', capacity: 100 };
/** The best seats are those of row C; by their labels it would be row A. */
const club = drawn({ '': { rows: ['....', '....', '.ac.'] } }, { areas: [floor], focal: { x: 0, y: 60 } }).plan;

test('the best seats of an event with a plan are chosen by it, with the wishes that it allows', async () => {
  const event = await makePlanned(club);
  expect(labels(await ask(event, { quantity: 2 }))).toEqual(['B1', 'B2']);
  expect(labels(await ask(event, { quantity: 2, accessible: 1 }))).toEqual(['C2', 'C3']);
  expect(labels(await ask(event, { quantity: 2, category: 'standing' }))).toEqual(['Floor 1', 'Floor 2']);
  expect(labels(await ask(event, { quantity: 1, section: 'Floor' }))).toEqual(['Floor 3']);
  expect(await outcomeOf(ask(event, { quantity: 1, accessible: 1 }))).toEqual(soldOut);
});

test('a request tells each wish', async () => {
  const rows = ['rr', '..'];
  const event = await makePlanned(drawn({ '': { rows }, Box: { rows: ['ac'], category: 'Box' } }).plan);
  const request = async (wish: object) => {
    const body = JSON.stringify({ user_uuid: randomUUID(), event_uuid: event, quantity: 1, ...wish });
    const sent = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };
    const response = await appOver(sale).request('/api/v1/booking/reservations', sent);
    const { tickets } = (await response.json()) as { tickets?: { seat: string }[] };
    return tickets?.map(({ seat }) => seat) ?? response.status;
  };
  expect(await request({ restricted_view: true })).toEqual(['A1']);
  expect(await request({ restricted_view: false, quantity: 2 })).toEqual(['B1', 'B2']);
  expect(await request({ restricted_view: false, category: 'Gold' })).toBe(409);
  expect(await request({ accessible: 1, category: 'Box' })).toEqual(['Box-A1']);
});

test('fifty buyers of two places get all hundred of a general admission area, none twice, from two processes', async () => {
  const event = await makePlanned(club);
  const asked = Array.from({ length: 50 }, (_, n) =>
    ask(event, { quantity: 2, section: 'Floor' }, n % 2 ? other : sale.deps),
  );
  const outcomes = (await Promise.all(asked.map(outcomeOf))) as HeldReservation[];
  expect(outcomes.filter((one) => 'code' in one)).toEqual([]);
  expect(new Set(outcomes.flatMap(labels)).size).toBe(100);
  expect(await outcomeOf(ask(event, { quantity: 1, section: 'Floor' }))).toEqual(soldOut);
  await releaseReservation(sale.deps, outcomes[7]!.uuid);
  expect(labels(await ask(event, { quantity: 2, section: 'Floor' }))).toEqual(labels(outcomes[7]!));
});

test('accessible places are promised to no two of those who ask at once', async () => {
  const rows = Array.from({ length: 10 }, () => 'ac.ca');
  const event = await makePlanned(drawn({ '': { rows } }).plan);
  const asked = Array.from({ length: 20 }, (_, n) =>
    ask(event, { quantity: 2, accessible: 1 }, n % 2 ? other : sale.deps),
  );
  const outcomes = (await Promise.all(asked.map(outcomeOf))) as HeldReservation[];
  expect(outcomes.filter((one) => 'code' in one)).toEqual([]);
  expect(new Set(outcomes.flatMap(labels)).size).toBe(40);
  expect(outcomes.flatMap(labels).filter((label) => label.endsWith('3'))).toEqual([]);
});

test('events of one plan read it once, and a ticket of another category is seen at once', async () => {
  const hash = randomUUID();
  const [one, two] = [await makePlanned(club, { hash }), await makePlanned(club, { hash })];
  let reads = 0;
  const { tickets, locks } = sale.deps;
  const planOf: typeof tickets.planOf = (event) => {
    reads++;
    return tickets.planOf(event);
  };
  const deps = { ...sale.deps, seats: seatChoices({ locks, tickets: { ...tickets, planOf }, mayStrand: true }) };
  expect(labels(await ask(one, { quantity: 1 }, deps))).toHaveLength(1);
  expect(labels(await ask(two, { quantity: 1 }, deps))).toHaveLength(1);
  expect(reads).toBe(1);
  expect(await outcomeOf(ask(two, { quantity: 1, category: 'Box' }, deps))).toEqual(soldOut);
  await sale.sql`
    update tickets t set category = 'Box' from events e where e.id = t.event_id and e.uuid = ${two} and seat = 'A4'`;
  expect(labels(await ask(two, { quantity: 1, category: 'Box' }, deps))).toEqual(['A4']);
});

test('an event that gets a plan is chosen by it from then on', async () => {
  const event = await makePlanned(club);
  const { sql } = sale;
  const [row] = await sql<{ plan_id: number }[]>`select plan_id from events where uuid = ${event}`;
  await sql`update events set plan_id = null where uuid = ${event}`;
  expect(labels(await ask(event, { quantity: 2 }))).toEqual(['A1', 'A2']);
  await sql`update events set plan_id = ${row!.plan_id} where uuid = ${event}`;
  expect(labels(await ask(event, { quantity: 2 }))).toEqual(['B1', 'B2']);
});
