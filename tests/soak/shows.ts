import type { Random } from '../../drizzle/seed/random.ts';
import { sleep } from '../../shared/async/clock.ts';
import type { Api, Ask, Reply } from './api.ts';
import type { Arena, Hall } from './arena.ts';
import { count, type Ledger, type Show } from './ledger.ts';

export type ShowDeps = {
  arena: Arena;
  /** The events service and the booking service. */
  events: Api;
  booking: Api;
  ledger: Ledger;
  random: Random;
  /** The pause after each step of a show. */
  stepMs: number;
};

const seatsOfRow = 20;
const heldBackRow = 'S-B';
const codeUses = 2;
const childTickets = 4;
const child = { Front: 2500, Rear: 1500, Floor: 900 };
const dayMs = 86_400_000;
const pollMs = 100;

type Prices = Record<keyof typeof child, number>;
type Page = {
  tickets: (Hall['seats'][number] & { seat: string })[];
  prices: { categories: { rates: { uuid: string }[] }[] };
};

/**
 * Lives the lives of shows through the organisers' API, one after the other, until the signal comes: each goes on sale
 * by a code and then to everybody, with a limited rate and a row that is held back; is repriced, gets another offer, its
 * row is released; it is postponed, gets another date, and is cancelled.
 */
export async function runShows(deps: ShowDeps, signal: AbortSignal): Promise<void> {
  const { arena, events, booking, ledger, random, stepMs } = deps;
  const management = '/api/v1/management';
  const base = '/api/v1/booking';

  const venue = await post(events, 'venues', `${management}/venues`, {
    ...{ name: 'The Small Hall', city: 'Berlin', country: 'DE', time_zone: 'Europe/Berlin' },
  });
  if (!venue) return;
  const plan = await post(events, 'plans', `${management}/venues/${venue.uuid}/plans`, planOfHall);
  while (plan && !signal.aborted) {
    await live(String(venue.uuid), String(plan.uuid));
    arena.show = undefined;
    await sleep(stepMs, signal);
  }

  async function live(venue_uuid: string, plan_uuid: string): Promise<void> {
    const opensAt = Date.now() + 3 * stepMs;
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const made = await post(events, 'events', `${management}/events`, {
      ...{ name: 'A Show', venue_uuid, date: at(30 * dayMs), currency: 'USD' },
      on_sale_from: new Date(opensAt).toISOString(),
    });
    if (!made) return;
    const event = String(made.uuid);
    const path = `${management}/events/${event}`;
    let prices: Prices = { Front: 4500, Rear: 3000, Floor: 2000 };
    const offer = () => ({
      ...{ plan_uuid, prices, rates: [{ name: 'Child', prices: child, max_tickets: childTickets }] },
      hold_backs: [{ name: 'Sponsors', seats: Array.from({ length: seatsOfRow }, (_, n) => `${heldBackRow}${n + 1}`) }],
    });
    if (!(await putOffer())) return;
    const presale = await post(events, 'presales', `${path}/presales`, {
      ...{ name: 'Circle', starts_at: at(-dayMs), ends_at: new Date(opensAt).toISOString() },
    });
    const text = `CODE${random.int(0, 1e9)}`;
    const codes =
      presale &&
      (await post(events, 'codes', `${management}/presales/${presale.uuid}/codes`, {
        ...{ codes: [text], max_uses: codeUses },
      }));
    if (!codes || !(await post(events, 'publish', `${path}/publish`, {}))) return;
    const page = await readPage();
    if (!page) return;
    const seats = page.tickets.map((ticket) => ({ ...ticket, name: ticket.seat }));
    const rate = page.prices.categories[0]!.rates[0]!.uuid;
    const show: Show = {
      ...{ event, tickets: seats.map(({ uuid }) => uuid), code: { text, most: codeUses } },
      rate: { uuid: rate, most: childTickets },
      heldBack: {
        tickets: seats.filter(({ name }) => name.startsWith(heldBackRow)).map(({ uuid }) => uuid),
        until: Number.POSITIVE_INFINITY,
      },
    };
    for (const { uuid, name, price } of seats) {
      const own = [price, child[categoryOf(name)]];
      ledger.organiser.prices.set(
        uuid,
        own.map((price) => ({ price, from: 0, until: Number.POSITIVE_INFINITY })),
      );
    }
    ledger.shows.push(show);
    arena.show = { event, sections: [], seats, code: text, opensAt, rate };

    for (const step of [reprice, release, changeOffer, postpone, reschedule, cancel]) {
      await sleep(stepMs * (0.5 + random.next()), signal);
      if (!(await step())) return;
      count(ledger.organiser.deeds, step.name);
      if (signal.aborted) return;
    }

    async function reprice() {
      const price = prices.Front + random.int(-400, 400);
      prices = { ...prices, Front: price };
      note(prices);
      if (!(await post(events, 'prices', `${path}/prices`, { category: 'Front', price }))) return false;
      return notePage();
    }

    async function release() {
      const list = await see(`${path}/hold-backs`);
      const [held] = (list?.hold_backs ?? []) as { uuid: string }[];
      if (!held) return false;
      show.heldBack.until = Date.now();
      return post(events, 'release a hold-back', `${management}/hold-backs/${held.uuid}/release`, {});
    }

    async function changeOffer() {
      prices = { ...prices, Rear: prices.Rear + random.int(-400, 400), Floor: prices.Floor + random.int(-400, 400) };
      note(prices);
      return (await putOffer()) && notePage();
    }

    async function postpone() {
      const done = await post(booking, 'postpone', `${base}/events/${event}/postpone`, {});
      if (done) show.postponed = { from: Date.now(), until: Number.POSITIVE_INFINITY };
      return done;
    }

    async function reschedule() {
      show.postponed!.until = Date.now();
      const body = { date: at(60 * dayMs), refund_until: at(dayMs) };
      const done = await post(booking, 'reschedule', `${base}/events/${event}/reschedule`, body);
      if (done) show.rescheduled = { told: Date.now() };
      return done;
    }

    async function cancel() {
      show.cancelled = { asked: Date.now(), told: Number.POSITIVE_INFINITY };
      const done = await post(booking, 'cancel', `${base}/events/${event}/cancel`, { reason: 'The hall is flooded' });
      if (done) show.cancelled.told = Date.now();
      return done;
    }

    /** Returns whether the offer's operation has succeeded. */
    async function putOffer(): Promise<boolean> {
      const reply = await insist(events, { name: 'offer', method: 'PUT', path: `${path}/offer`, body: offer() });
      if (!reply) return false;
      const { operation } = JSON.parse(reply.text) as { operation: { uuid: string } };
      for (;;) {
        const now = await see(`${management}/operations/${operation.uuid}`);
        if (!now || now.status === 'failed') return false;
        if (now.status === 'succeeded') return true;
        await sleep(pollMs);
      }
    }

    /** From now on tickets may have these prices. */
    function note(next: Prices): void {
      for (const { uuid, name } of seats) {
        const price = next[categoryOf(name)];
        ledger.organiser.prices.get(uuid)!.push({ price, from: Date.now(), until: Number.POSITIVE_INFINITY });
      }
    }

    /** From now on each ticket has the price that the page shows, or the rate's. */
    async function notePage(): Promise<boolean> {
      const until = Date.now();
      const now = await readPage();
      for (const { uuid, seat, price } of now?.tickets ?? []) {
        const valid = [price, child[categoryOf(seat)]];
        for (const one of ledger.organiser.prices.get(uuid)!)
          if (!valid.includes(one.price)) one.until = Math.min(one.until, until);
      }
      return now !== undefined;
    }

    async function readPage(): Promise<Page | undefined> {
      return (await see(path)) as Page | undefined;
    }
  }

  async function see(path: string) {
    const reply = await insist(events, { name: 'see', path });
    return reply && (JSON.parse(reply.text) as Record<string, unknown>);
  }

  async function post(api: Api, name: string, path: string, body: object) {
    const reply = await insist(api, { name, method: 'POST', path, key: random.uuid(), body });
    return reply && (JSON.parse(reply.text) as Record<string, unknown>);
  }

  /** Each is repeated under its key until it is done; undefined when it is refused, or no response came in a while. */
  async function insist(api: Api, request: Ask): Promise<Reply | undefined> {
    const reply = await api.insist(random, { ...request, name: `organiser: ${request.name}` });
    return reply && reply.status < 300 ? reply : undefined;
  }
}

const planOfHall = {
  name: 'As it is',
  categories: [{ name: 'Front' }, { name: 'Rear' }, { name: 'Floor' }],
  focal_point: { x: 100, y: -50 },
  sections: [
    {
      name: 'S',
      rows: [
        { name: 'A', seats: rowOf('Front', 0) },
        { name: 'B', seats: rowOf('Rear', 10) },
        { name: 'C', seats: rowOf('Rear', 20) },
      ],
    },
  ],
  areas: [{ name: 'Floor', category: 'Floor', capacity: 20 }],
};

function rowOf(category: string, y: number) {
  return Array.from({ length: seatsOfRow }, (_, n) => ({ number: String(n + 1), x: 10 * n, y, category }));
}

const categoryOf = (label: string): keyof Prices =>
  label.startsWith('S-A') ? 'Front' : label.startsWith('S-') ? 'Rear' : 'Floor';
