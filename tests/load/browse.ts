// Fans look at the upcoming events and open some; a few are hot, and their pages are loaded again and again.
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { type EventList, eventPage, listEvents, patienceSeconds } from './shared/platform.ts';
import { settingsFrom } from './shared/settings.ts';
import { resultsOf } from './shared/summary.ts';
import { summaryTrendStats, thresholds } from './shared/thresholds.ts';
import { upcoming } from './shared/upcoming.ts';
import { chance, visit } from './shared/visit.ts';
import { zipf } from './shared/zipf.ts';

const settings = settingsFrom(__ENV);
const { rate, seconds, visitors } = settings;
const duration = `${seconds}s`;
const gracefulStop = `${patienceSeconds}s`;

export const options: Options = {
  scenarios: {
    fans: {
      executor: 'constant-arrival-rate',
      exec: 'fan',
      rate,
      duration,
      preAllocatedVUs: visitors,
      maxVUs: visitors,
      gracefulStop,
    },
    reloaders: { executor: 'constant-vus', exec: 'reloader', vus: Math.ceil(visitors / 10), duration, gracefulStop },
  },
  thresholds: {
    ...thresholds(['list', 'event page'], settings),
    // A visit that could not begin in its turn was never measured: set LOAD_VUS higher, or LOAD_RATE lower.
    dropped_iterations: ['count==0'],
  },
  summaryTrendStats,
};

type Data = { uuids: string[] };

export function setup(): Data {
  const uuids = upcoming(200).map(({ uuid }) => uuid);
  if (uuids.length === 0) throw new Error('The platform has no upcoming events; the demo has some: npm start');
  return { uuids };
}

/** Leafs through the list, now and then beyond its first page, and opens one to three events. */
export const fan = visit(({ uuids }: Data) => {
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const response = listEvents(20, cursor);
    if (response.status !== 200) return;
    const { events, next_cursor } = response.json() as unknown as EventList;
    const dates = events.map(({ date }) => Date.parse(date));
    check(events, {
      'list: by date': () => dates.every((date, i) => i === 0 || date >= dates[i - 1]!),
      'list: no event twice': () => events.every(({ uuid }) => !seen.has(uuid)),
    });
    for (const { uuid } of events) seen.add(uuid);
    cursor = next_cursor ?? undefined;
    sleep(Math.random() * 0.2);
  } while (cursor && chance(0.4));
  const rank = zipf(uuids.length);
  do open(uuids[rank(Math.random())]!);
  while (chance(0.4));
});

/** Loads the page of one of the three hottest events again. */
export const reloader = visit(({ uuids }: Data) => {
  open(uuids[Math.floor(Math.random() * Math.min(3, uuids.length))]!);
  sleep(0.1 + Math.random() * 0.2);
});

function open(uuid: string): void {
  const { status, body } = eventPage(uuid);
  if (status !== 200) return;
  check(body, {
    'event page: the event asked for': (text) => text?.startsWith(`{"uuid":"${uuid}"`) ?? false,
    'event page: its seats': (text) => text?.includes('"tickets":[{"uuid":') ?? false,
  });
  sleep(Math.random() * 0.1);
}

export const handleSummary = resultsOf('browse');
