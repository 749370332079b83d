// Visitors type words of real events, some misspelt, and go on through pages or by cursors.
import { check } from 'k6';
import type { Options } from 'k6/options';
import { patienceSeconds, type SearchPage, searchEvents } from './shared/platform.ts';
import { settingsFrom } from './shared/settings.ts';
import { resultsOf } from './shared/summary.ts';
import { summaryTrendStats, thresholds } from './shared/thresholds.ts';
import { upcoming } from './shared/upcoming.ts';
import { anyOf, visit } from './shared/visit.ts';
import { misspell, plainWords } from './shared/words.ts';
import { zipf } from './shared/zipf.ts';

const settings = settingsFrom(__ENV);
const { rate, seconds, visitors } = settings;

/** So many of ten visitors do this. */
const shares = { typist: 4, bungler: 3, pager: 2, scroller: 1 };

export const options: Options = {
  scenarios: Object.fromEntries(
    Object.entries(shares).map(([exec, share]) => [
      `${exec}s`,
      {
        executor: 'constant-arrival-rate' as const,
        exec,
        rate: rate * share,
        timeUnit: '10s',
        duration: `${seconds}s`,
        preAllocatedVUs: Math.ceil((visitors * share) / 10),
        gracefulStop: `${patienceSeconds}s`,
      },
    ]),
  ),
  thresholds: {
    ...thresholds(['search'], settings),
    // A visit that could not begin in its turn was never measured: set LOAD_VUS higher, or LOAD_RATE lower.
    dropped_iterations: ['count==0'],
  },
  summaryTrendStats,
};

type Data = { names: string[][] };

/** The words of each upcoming event's name and place, the next events first. */
export function setup(): Data {
  const names = upcoming(300)
    .map(({ name, venue }) => plainWords(`${name} ${venue.location}`))
    .filter((words) => words.length > 0);
  if (names.length === 0) throw new Error('No upcoming event has a word to search for; the demo has some: npm start');
  return { names };
}

/** Types one or two words of an event, well spelt. */
export const typist = visit((data: Data) => {
  const words = someWords(data);
  found(searchEvents({ q: words.slice(0, 1 + Math.floor(Math.random() * 2)).join(' ') }));
});

/** Types a misspelt word. */
export const bungler = visit((data: Data) => {
  found(searchEvents({ q: misspell(anyOf(someWords(data)), Math.random(), Math.random()) }));
});

/** Reads the second and the third page of a word's results. */
export const pager = visit((data: Data) => {
  const q = anyOf(someWords(data));
  for (const page of [2, 3]) {
    const answer = read(searchEvents({ q, page, size: 5 }));
    if (answer) check(answer, { 'search: the page asked for': () => answer.page === page });
  }
});

/** Scrolls through all events, by cursors. */
export const scroller = visit(() => {
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < 4; pages++) {
    const answer = read(searchEvents({ q: '', size: 10, ...(cursor && { cursor }) }));
    if (!answer) return;
    check(answer, { 'search: no event twice': () => answer.events.every(({ uuid }) => !seen.has(uuid)) });
    for (const { uuid } of answer.events) seen.add(uuid);
    cursor = answer.next_cursor;
    if (!cursor) return;
  }
});

/** Popular events are searched for more often, so that many queries are alike. */
function someWords({ names }: Data): string[] {
  return names[zipf(names.length)(Math.random())]!;
}

function found(response: ReturnType<typeof searchEvents>): void {
  const answer = read(response);
  if (answer) check(answer, { 'search: something found': ({ total, events }) => total > 0 && events.length > 0 });
}

function read(response: ReturnType<typeof searchEvents>): SearchPage | undefined {
  return response.status === 200 ? (response.json() as unknown as SearchPage) : undefined;
}

export const handleSummary = resultsOf('search');
