import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { createRandom, type Random } from '../../../../drizzle/seed/random.ts';
import type { Author } from '../../../../shared/audit/audit-log.ts';
import { isAppError } from '../../../../shared/errors.ts';
import { placesOf } from '../../../../shared/plan/places.ts';
import { type Sale, startSale } from '../../../booking/testing.ts';
import { postgresHoldBacks } from '../../adapters/postgres/hold-backs.ts';
import { postgresOffers } from '../../adapters/postgres/offers.ts';
import { postgresPlans } from '../../adapters/postgres/plans.ts';
import { postgresPrices } from '../../adapters/postgres/prices.ts';
import { planWorkHere } from '../../plan-work.ts';
import { addReadPlan } from '../plan/add-plan.ts';
import { checkPlan } from '../plan/check-plan.ts';
import { readPlanOf } from '../plan/plan-work.ts';
import { changePrices } from './change-prices.ts';
import { releaseHoldBack } from './hold-backs.ts';
import type { Offer } from './offer.ts';
import { putOffer } from './put-offer.ts';
import { type OfferPorts, runOffer } from './run-offer.ts';

// Buyers hold and buy seats while their organiser changes the offer, again and again.

const author: Author = { actor: { is: 'anyone' } };
const rounds = 12;
const buyers = 8;
const seatsOfPlans = 40;
const batches = { seats: 7, locks: 5 };

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const portsOver = () => ({
  offers: postgresOffers(sale.db),
  plans: postgresPlans(sale.db),
  planWork: planWorkHere,
  prices: postgresPrices(sale.db),
  holdBacks: postgresHoldBacks(sale.db),
  locks: sale.deps.locks,
  feed: { publish: () => {} },
});

const chance = (random: Random, share: number) => random.next() < share;

/** A plan of some of the seats 1 to 40, in an order of its own. */
function randomPlan(random: Random) {
  const numbers = Array.from({ length: seatsOfPlans }, (_, i) => i + 1).filter(() => chance(random, 0.85));
  if (chance(random, 0.5)) numbers.reverse();
  const seats = numbers.map((n, i) => ({ number: String(n), x: i, y: 0, category: n % 2 ? 'Odd' : 'Even' }));
  return {
    name: 'Row',
    categories: [{ name: 'Odd' }, { name: 'Even' }],
    sections: [{ name: '', rows: [{ name: 'R', seats }] }],
  };
}

type KnownPlan = { uuid: string; labels: string[]; categories: string[] };

async function makeWorld(random: Random) {
  const ports = portsOver();
  const [venue] = await sale.sql<{ id: number; uuid: string }[]>`
    insert into venues (location) values ('A hall') returning id::float8 as id, uuid`;
  const [event] = await sale.sql<{ uuid: string }[]>`
    insert into events (name, date, venue_id, sale_currency)
    values ('A show', now() + interval '30 days', ${venue!.id}, 'EUR') returning uuid`;
  const plans: KnownPlan[] = [];
  for (let n = 0; n < 4; n++) {
    const checked = checkPlan(randomPlan(random));
    if (!('plan' in checked)) throw new Error('no plan');
    const imported = { ...checked, keptAside: [], notes: [] };
    const { plan } = await addReadPlan(ports, author, { venueUuid: venue!.uuid, plan: readPlanOf(imported) });
    const places = placesOf(checked.plan);
    plans.push({
      uuid: plan.uuid,
      labels: places.map(({ label }) => label),
      categories: places.map(({ category }) => category),
    });
  }
  return { eventUuid: event!.uuid, plans };
}

const pick = <T>(random: Random, list: T[]): T => list[Math.floor(random.next() * list.length)]!;

function randomOffer(random: Random, { labels }: KnownPlan, round: number): Offer {
  const price = () => 100 + Math.floor(random.next() * 900);
  const seats = labels.filter(() => chance(random, 0.15));
  return {
    prices: { Odd: price(), Even: price() },
    rates: [],
    holdBacks:
      seats.length === 0
        ? []
        : [
            {
              name: `Kept ${round % 3}`,
              seats,
              sections: [],
              areas: [],
              flags: [],
              withCompanions: false,
              releaseAt: null,
            },
          ],
  };
}

const refusals = ['offer_conflict', 'offer_under_way', 'offer_invalid'];
const unlessRefused = (error: unknown) => {
  if (!refusals.some((code) => isAppError(error, code))) throw error;
  return undefined;
};

type Held = { ticket: string; user: string; price: number };

/** A buyer who holds seats, and now and then buys one of them. Returns the holds that are left. */
async function buy(
  random: Random,
  eventUuid: string,
  isOver: () => boolean,
): Promise<{ held: Held[]; bought: Held[] }> {
  const [held, bought]: [Held[], Held[]] = [[], []];
  while (!isOver()) {
    const free = await sale.sql<{ uuid: string }[]>`
      select t.uuid from tickets t join events e on e.id = t.event_id
      where e.uuid = ${eventUuid} and t.status = 'available' and t.hold_back_id is null`;
    if (free.length > 0 && held.length < 3) {
      const [ticket, user] = [
        pick(
          random,
          free.map(({ uuid }) => uuid),
        ),
        randomUUID(),
      ];
      if ((await sale.reserve(ticket, user)) === 'ok') {
        if (await isHeldBack(ticket)) await release(ticket);
        else held.push({ ticket, user, price: await heldPrice(ticket) });
      }
    }
    if (held.length > 0 && chance(random, 0.1)) {
      const one = held.shift()!;
      expect(await sale.confirm(one.ticket, one.user, randomUUID())).toBe('ok');
      bought.push(one);
    } else if (held.length > 0 && chance(random, 0.3)) {
      await release(held.shift()!.ticket);
    }
    await Bun.sleep(1);
  }
  return { held, bought };
}

const release = (ticket: string) => sale.sql`delete from ticket_locks where ticket_uuid = ${ticket}`;

/** It was held back after the buyer had looked, and before they held it. */
const isHeldBack = async (ticket: string) => {
  const [row] = await sale.sql`select hold_back_id as id from tickets where uuid = ${ticket}`;
  return row?.id !== null;
};

const heldPrice = async (ticket: string) => {
  const [lock] = await sale.sql<{ note: string }[]>`select note from ticket_locks where ticket_uuid = ${ticket}`;
  return Number(/\d+/.exec(lock!.note)![0]);
};

test.each([1, 2, 3, 4])(
  'offers that change while seats are held and bought lose none of them (seed %i)',
  async (seed) => {
    const random = createRandom(seed, 0);
    const ports = portsOver();
    const { eventUuid, plans } = await makeWorld(random);
    let isOver = false;
    let last: { plan: KnownPlan; kept: string[] } | undefined;
    const outcomes = { made: 0, refused: 0, kept: 0 };

    async function organise(round: number): Promise<void> {
      const plan = pick(random, plans);
      const offer = randomOffer(random, plan, round);
      const put = await putOffer(ports, author, { eventUuid, planUuid: plan.uuid, offer }).catch(unlessRefused);
      if (!put?.running) return void outcomes.refused++;
      // Two processes at it, as when one was taken for dead.
      const work: OfferPorts = ports;
      await Promise.all([1, 2].map(() => runOffer(work, put.running!, { batches })));
      const operation = (await ports.offers.operation(put.operation.uuid))!;
      expect(operation.status).toBe('succeeded');
      outcomes.made++;
      outcomes.kept += operation.made.kept.length;
      last = { plan, kept: operation.made.kept };
      if (chance(random, 0.3)) {
        await changePrices(ports, author, { eventUuid, category: 'Odd', to: { percent: 10 } }).catch(unlessRefused);
      }
      const [holdBack] = await ports.holdBacks.ofEvent(eventUuid);
      if (holdBack && chance(random, 0.3)) await releaseHoldBack(ports, author, holdBack.uuid);
    }

    await organise(0);
    const buying = Promise.all(Array.from({ length: buyers }, () => buy(random, eventUuid, () => isOver)));
    // By chance each may take away a seat that is sold, and be refused.
    for (let round = 1; round < rounds || (outcomes.made < 2 && round < 10 * rounds); round++) await organise(round);
    isOver = true;
    const everybody = await buying;
    const [held, bought] = [everybody.flatMap((one) => one.held), everybody.flatMap((one) => one.bought)];

    const tickets = await sale.sql<
      { uuid: string; seat: string; place: number; category: string; isHeldBack: boolean }[]
    >`
    select t.uuid, t.seat, t.place, t.category, t.hold_back_id is not null as "isHeldBack"
    from tickets t join events e on e.id = t.event_id where e.uuid = ${eventUuid}`;
    const bySeat = new Map(tickets.map((ticket) => [ticket.seat, ticket]));
    for (const [place, label] of last!.plan.labels.entries()) {
      expect(bySeat.get(label)).toMatchObject({ place, category: last!.plan.categories[place]! });
    }
    const others = tickets.filter(({ seat }) => !last!.plan.labels.includes(seat)).map(({ seat }) => seat);
    expect(others.filter((seat) => !last!.kept.includes(seat))).toEqual([]);
    const byUuid = new Map(tickets.map((ticket) => [ticket.uuid, ticket]));
    for (const { ticket } of held) expect(byUuid.get(ticket)).toMatchObject({ isHeldBack: false });
    // A buyer who still holds a seat can buy it, at the price of the hold.
    for (const { ticket, user } of held) expect(await sale.confirm(ticket, user, randomUUID())).toBe('ok');
    const paid = await sale.sql<{ uuid: string; price: number }[]>`
    select t.uuid, l.price::float8 as price from order_tickets l join orders o on o.id = l.order_id
    join tickets t on t.id = l.ticket_id join events e on e.id = t.event_id
    where e.uuid = ${eventUuid} and o.status = 'paid'`;
    const prices = new Map(paid.map(({ uuid, price }) => [uuid, price]));
    for (const { ticket, price } of [...held, ...bought]) expect(prices.get(ticket)).toBe(price);
    await sale.sweep();
    await sale.audit();
    expect(outcomes.made).toBeGreaterThan(1);
    console.log(`seed ${seed}:`, outcomes, { held: held.length, bought: bought.length });
  },
);
