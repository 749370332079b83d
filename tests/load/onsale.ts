// The doors open: many buyers, few seats. Each looks, reserves, is refused and looks again, or wins and pays or leaves.
// Every 200 is recorded; `check-sales.ts` checks them afterwards.
import { sleep } from 'k6';
import { Counter } from 'k6/metrics';
import type { Options } from 'k6/options';
import { confirm, type EventPage, eventPage, patienceSeconds, reserve } from './shared/platform.ts';
import { written } from './shared/record.ts';
import { settingsFrom } from './shared/settings.ts';
import { findShow } from './shared/show.ts';
import { resultsOf } from './shared/summary.ts';
import { summaryTrendStats, thresholds } from './shared/thresholds.ts';
import { anyOf, chance, visit } from './shared/visit.ts';

const settings = settingsFrom(__ENV);
const buyers = new Counter('buyers');
const refusals = new Counter('refusals');
const sales = new Counter('sales');
const declines = new Counter('declines');

export const options: Options = {
  scenarios: {
    rush: {
      executor: 'per-vu-iterations',
      exec: 'buyer',
      vus: settings.buyers,
      iterations: 1,
      maxDuration: '2m',
      gracefulStop: `${patienceSeconds}s`,
    },
  },
  thresholds: {
    ...thresholds(['event page', 'reserve', 'confirm'], settings),
    // Every buyer came to an end; and without a refusal there was no race.
    buyers: [`count==${settings.buyers}`],
    refusals: ['count>0'],
    sales: ['count>0'],
  },
  summaryTrendStats,
};

/** A buyer who never gets a seat leaves after so many tries. */
const maxTries = 6;
/** The sandbox's declined card. */
const declinedCard = '00000000-0000-4000-8000-000000000002';

type Payment = { declined?: boolean; times?: number };

/** The winner's behaviour depends on the seat, in turn: so every run with eight seats or more has each ending. */
const endings: Payment[][] = [
  [{}],
  [{}],
  [{}],
  [{}],
  // Leaves; the seat stays held.
  [],
  // Has a card that is declined, and leaves.
  [{ declined: true }],
  // Has a second card: the seat was held all the time.
  [{ declined: true }, {}],
  // Clicks twice.
  [{ times: 2 }],
];

type Data = { event: string; seats: string[]; opensAtMs: number };

/** Chooses the event, records its seats, and sets the moment at which all buyers reserve. */
export function setup(): Data {
  const { event, seats, booked } = findShow(settings.seats, __ENV.EVENT_UUID);
  console.log(written({ record: 'offer', event, seats, booked }));
  // Time for every buyer to have read the page.
  return { event, seats, opensAtMs: Date.now() + 1000 + settings.buyers };
}

export const buyer = visit((data: Data) => {
  const user = crypto.randomUUID();
  sleep(Math.random() * 0.0008 * (data.opensAtMs - Date.now()));
  let free = freeSeats(data);
  sleep(Math.max(0, data.opensAtMs - Date.now()) / 1000);

  for (let tries = 0; tries < maxTries && free.length > 0; tries++) {
    // Nearly everybody would like one of the best seats, so most meet at a few; the others go in several waves.
    const ticket = anyOf(chance(0.9) ? free.slice(0, 3) : free);
    if (reserve(ticket, user).status === 200) {
      console.log(written({ record: 'hold', ticket, user }));
      finish(ticket, user, data.seats.indexOf(ticket));
      break;
    }
    refusals.add(1);
    // A refused buyer tries to pay all the same.
    if (chance(0.05)) pay(ticket, user, crypto.randomUUID(), 409);
    sleep(0.05 + Math.random() * 0.2);
    free = freeSeats(data);
  }
  buyers.add(1);
});

/** Pays for a won seat, or leaves. */
function finish(ticket: string, user: string, seat: number): void {
  sleep(Math.random() * 0.3);
  const card = crypto.randomUUID();
  for (const { declined, times } of endings[seat % endings.length]!) {
    if (declined) pay(ticket, user, declinedCard, 402);
    else pay(ticket, user, card, 200, times);
  }
}

function pay(ticket: string, user: string, method: string, expected: number, times = 1): void {
  const statuses = confirm(ticket, user, method, expected, times).map(({ status }) => status);
  // A 200 is always a sale, expected or not.
  if (statuses.includes(200)) {
    console.log(written({ record: 'sale', ticket, user, method }));
    sales.add(1);
  }
  if (statuses.includes(402)) declines.add(1);
}

/** Those of the offer that the page shows as available now, the best first. */
function freeSeats({ event, seats }: Data): string[] {
  const response = eventPage(event);
  if (response.status !== 200) return [];
  const { tickets } = response.json() as unknown as EventPage;
  const available = new Set(tickets.filter(({ status }) => status === 'available').map(({ uuid }) => uuid));
  return seats.filter((seat) => available.has(seat));
}

export const handleSummary = resultsOf('onsale');
