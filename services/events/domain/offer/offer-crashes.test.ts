import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Db } from '../../../../shared/db/client.ts';
import { postgresTicketLocks } from '../../../../shared/locks/postgres.ts';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { postgresOffers } from '../../adapters/postgres/offers.ts';
import { postgresPlans } from '../../adapters/postgres/plans.ts';
import { planWorkHere } from '../../plan-work.ts';
import { addPlan } from '../plan/add-plan.ts';
import { type Crash, Died, dyingProcess } from './dying.harness.ts';
import type { Offer } from './offer.ts';
import { putOffer } from './put-offer.ts';
import { type OfferPorts, resumeOffer, runOffer } from './run-offer.ts';

const author: Author = { actor: { is: 'anyone' } };
const batches = { seats: 4, locks: 2 };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const portsOver = (db: Db, locks: TicketLocks): OfferPorts => ({
  offers: postgresOffers(db),
  plans: postgresPlans(db),
  planWork: planWorkHere,
  locks,
  feed: { publish: () => {} },
});
const healthy = () => portsOver(database.db, postgresTicketLocks(database.db));

/** A plan of one row with these seats. */
const rowOf = (numbers: number[]) => ({
  name: 'Row',
  categories: [{ name: 'A' }],
  sections: [
    { name: '', rows: [{ name: 'R', seats: numbers.map((n) => ({ number: String(n), x: n, y: 0, category: 'A' })) }] },
  ],
});

const offerAt = (price: number, heldBack: string[]): Offer => ({
  prices: { A: price },
  rates: [{ name: 'Child', prices: { A: price / 2 }, maxTickets: 3 }],
  holdBacks:
    heldBack.length === 0
      ? []
      : [{ name: 'Kept', seats: heldBack, sections: [], areas: [], flags: [], withCompanions: false, releaseAt: null }],
});

type World = { eventUuid: string; first: string; second: string };

/** An event with the offer of the first of two plans; three of its seats are not in the second. */
async function makeWorld(): Promise<World> {
  const [venue] = await database.sql<{ id: number; uuid: string }[]>`
    insert into venues (location) values ('A hall') returning id::float8 as id, uuid`;
  const [event] = await database.sql<{ uuid: string }[]>`
    insert into events (name, date, venue_id, sale_currency)
    values ('A show', now() + interval '30 days', ${venue!.id}, 'EUR') returning uuid`;
  const eventUuid = event!.uuid;
  const ports = healthy();
  const add = async (numbers: number[]) =>
    (await addPlan(ports, author, { venueUuid: venue!.uuid, file: { text: JSON.stringify(rowOf(numbers)) } })).plan
      .uuid;
  const [first, second] = [await add([1, 2, 3, 4, 5, 6, 7, 8, 9]), await add([3, 4, 5, 6, 7, 9, 10, 11, 12, 13])];
  const put = await putOffer(ports, author, { eventUuid, planUuid: first, offer: offerAt(100, []) });
  await runOffer(ports, put.running!, { batches });
  await database.sql`update tickets set status = 'booked' where seat = 'R5'
    and event_id = (select id from events where uuid = ${eventUuid})`;
  return { eventUuid, first, second };
}

const state = async ({ eventUuid }: World) => ({
  tickets: [
    ...(await database.sql`
      select t.seat, t.price::int as price, t.place, t.status, h.name as held
      from tickets t join events e on e.id = t.event_id left join hold_backs h on h.id = t.hold_back_id
      where e.uuid = ${eventUuid} order by t.place`),
  ],
  rates: [
    ...(await database.sql`
      select r.name, p.price::int as price from rates r join rate_prices p on p.rate_id = r.id
      join events e on e.id = r.event_id where e.uuid = ${eventUuid}`),
  ],
  operations: [
    ...(await database.sql`
      select op.status, op.done, op.total, op.state->'kept' as kept from operations op
      join events e on e.id = op.event_id where e.uuid = ${eventUuid} order by op.id`),
  ],
  plan: (
    await database.sql`
    select p.uuid from events e join seating_plans p on p.id = e.plan_id where e.uuid = ${eventUuid}`
  )[0]?.uuid,
  noted: (await database.sql`select count(*)::int as n from audit_log where thing_uuid = ${eventUuid}`)[0]!.n,
});

const change = (world: World) => ({
  eventUuid: world.eventUuid,
  planUuid: world.second,
  offer: offerAt(200, ['R3', 'R4', 'R12']),
});

const expected = (world: World) => ({
  tickets: [3, 4, 5, 6, 7, 9, 10, 11, 12, 13].map((n, place) => ({
    seat: `R${n}`,
    price: 200,
    place,
    status: n === 5 ? 'booked' : 'available',
    held: [3, 4, 12].includes(n) ? 'Kept' : null,
  })),
  rates: [{ name: 'Child', price: 100 }],
  operations: [
    { status: 'succeeded', done: 9, total: 9, kept: [] },
    { status: 'succeeded', done: 13, total: 13, kept: [] },
  ],
  plan: world.second,
  noted: 2,
});

/** Changes the offer in a process that dies at a point; returns the points that it has passed. */
async function live(world: World, crash?: Crash): Promise<string[]> {
  const { db, locks, points } = dyingProcess(database.db, postgresTicketLocks(database.db), crash);
  const ports = portsOver(db, locks);
  try {
    const { running } = await putOffer(ports, author, change(world));
    await runOffer(ports, running!, { batches });
  } catch (error) {
    if (!(error instanceof Died)) throw error;
  }
  return points;
}

/** Other processes go on when the lease is over, and the organiser repeats the request. */
async function goOn(world: World): Promise<void> {
  const ports = healthy();
  const again = async () => {
    await database.sql`update operations set leased_until = now()`;
    while (await resumeOffer(ports, { batches }));
  };
  await again();
  const { running } = await putOffer(ports, author, change(world));
  if (running) await runOffer(ports, running, { batches });
  await again();
}

test('an offer that is changed is there once, whole, wherever its process dies', async () => {
  const undisturbed = await makeWorld();
  const points = await live(undisturbed);
  expect(await state(undisturbed)).toEqual(expected(undisturbed));
  expect(points.length).toBeGreaterThan(40);
  for (const [point, name] of points.entries()) {
    for (const when of ['before', 'after'] as const) {
      const world = await makeWorld();
      await live(world, { point, when });
      await goOn(world);
      expect({ point, name, when, ...(await state(world)) }).toEqual({ point, name, when, ...expected(world) });
    }
  }
  console.log(`an offer: ${points.length} points, ${points.length * 2} ends of its process`);
});

test('an offer that nobody goes on with is seen to be unfinished', async () => {
  const world = await makeWorld();
  const points = await live(await makeWorld());
  await live(world, { point: Math.floor(points.length / 2), when: 'after' });
  expect(await state(world)).not.toEqual(expected(world));
});

test('two processes make one offer together', async () => {
  const world = await makeWorld();
  const ports = healthy();
  const { running } = await putOffer(ports, author, change(world));
  await Promise.all([1, 2, 3].map(() => runOffer(healthy(), running!, { batches })));
  const { operations, ...rest } = expected(world);
  expect(await state(world)).toMatchObject(rest);
});

test('a seat that is sold before it can vanish has no place in the new plan', async () => {
  const world = await makeWorld();
  const ports = healthy();
  const { running } = await putOffer(ports, author, change(world));
  await database.sql`update tickets set status = 'booked' where seat = 'R1'
    and event_id = (select id from events where uuid = ${world.eventUuid})`;
  await runOffer(ports, running!, { batches });
  const { tickets, operations } = await state(world);
  expect(tickets.map(({ seat, place }) => [seat, place])).toEqual([
    ...[3, 4, 5, 6, 7, 9, 10, 11, 12, 13].map((n, place) => [`R${n}`, place]),
    ['R1', null],
  ]);
  expect(operations.at(-1)).toMatchObject({ status: 'succeeded', kept: ['R1'] });
});
