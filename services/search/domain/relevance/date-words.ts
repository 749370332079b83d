import { quarterMinutes } from '../index/local-date.ts';
import { type DateWord, readDateTable, type When } from './date-table.ts';

/** The words [from, to) mean a time; an event of that time has at least one of the tokens. */
export type DateSpan = { from: number; to: number; tokens: string[] };

/**
 * Returns the spans of folded query words that mean a time, in order: "july" → m07, "2027" → y2027, "saturday" → w6,
 * "10 july 2027" → d2027-07-10, "this weekend" → its days from Friday on that are not past. A day without a year is the
 * next one. Words that are also names ("may", "mars") and short forms ("sat") count only beside a day or a year.
 * `today` is YYYY-MM-DD.
 */
export function dateWords(words: string[], today: string): DateSpan[] {
  const spans: DateSpan[] = [];
  for (let at = 0; at < words.length; ) {
    const span = dayAt(words, at, today) ?? yearAt(words, at) ?? wordAt(words, at, today);
    if (span && span.tokens.length > 0) spans.push(span);
    at = span?.to ?? at + 1;
  }
  return spans;
}

/**
 * Returns the spans of words that mean a time when they are typed at an instant, in milliseconds since 1970. The day of
 * "tonight" is that of each venue by its own clock: a day that is meant in a part of the world alone has the minutes
 * that its places are ahead of UTC behind it, d2026-11-27@-300.
 */
export function dateWordsAt(words: string[], now: number): DateSpan[] {
  const spans = dateWords(words, dayOf(now));
  if (!spans.some(isOfDay)) return spans;
  const everywhere = daysAt(now).map(({ today, offsets }) => ({ offsets, spans: dateWords(words, today) }));
  return spans.map((span) => ({ ...span, tokens: tokensOf(span, everywhere) }));
}

/** Returns whether a span means certain days: which ones may be a matter of the day on which it is typed. */
export const isOfDay = ({ tokens }: DateSpan): boolean => tokens.some((token) => token.startsWith('d'));

type Part = { offsets: number[]; spans: DateSpan[] };

function tokensOf({ from, to }: DateSpan, everywhere: Part[]): string[] {
  const meant = everywhere.map(({ offsets, spans }) => ({
    offsets,
    tokens: spans.find((span) => span.from === from && span.to === to)?.tokens ?? [],
  }));
  return [...new Set(meant.flatMap(({ tokens }) => tokens))].flatMap((token) => {
    const places = meant.filter(({ tokens }) => tokens.includes(token));
    if (places.length === meant.length) return [token];
    return places.flatMap(({ offsets }) => offsets.map((offset) => there(token, offset)));
  });
}

/** The least and the most minutes that a place is ahead of UTC. */
const [leastOffset, mostOffset] = [-12 * 60, 14 * 60];

/** The days that it is somewhere, each with where it is: two, or three before noon in UTC. */
function daysAt(now: number): { today: string; offsets: number[] }[] {
  const byDay = new Map<string, number[]>();
  for (let offset = leastOffset; offset <= mostOffset; offset += quarterMinutes) {
    const day = dayOf(now + offset * 60_000);
    const offsets = byDay.get(day) ?? [];
    byDay.set(day, offsets);
    offsets.push(offset);
  }
  return Array.from(byDay, ([today, offsets]) => ({ today, offsets }));
}

const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

const there = (day: string, offset: number): string => `${day}@${offset}`;

/**
 * Returns the tokens of an event's local date (YYYY-MM-DD), and of the minutes that its place is ahead of UTC then:
 * month, year, weekday, day, and day there.
 */
export function dateTokens(date: string, offset: number): string[] {
  const day = `d${date}`;
  return [monthToken(Number(date.slice(5, 7))), `y${date.slice(0, 4)}`, `w${weekdayOf(date)}`, day, there(day, offset)];
}

let table: Map<string, DateWord> | undefined;
let longest = 0;

const monthToken = (month: number) => `m${String(month).padStart(2, '0')}`;
const weekdayOf = (date: string) => new Date(`${date}T00:00:00Z`).getUTCDay();

function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** The longest date word that begins at a place. */
function lookUp(words: string[], at: number): { word: DateWord; to: number } | undefined {
  if (!table) {
    table = readDateTable();
    longest = Math.max(...[...table.keys()].map((key) => key.split(' ').length));
  }
  for (let to = Math.min(words.length, at + longest); to > at; to -= 1) {
    const word = table.get(words.slice(at, to).join(' '));
    if (word) return { word, to };
  }
  return undefined;
}

const monthAt = (words: string[], at: number) => {
  const found = lookUp(words, at);
  return found?.word.kind === 'month' ? { month: found.word.number, to: found.to } : undefined;
};

const years = /^20[2-9]\d$/;
const days = /^(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|e|o)?$/;
const links = new Set(['de', 'of', 'del', 'года', '年', '日']);
const past = (words: string[], at: number) => (links.has(words[at] ?? '') ? at + 1 : at);

const yearAt = (words: string[], at: number): DateSpan | undefined =>
  years.test(words[at] ?? '')
    ? { from: at, to: words[at + 1] === '年' ? at + 2 : at + 1, tokens: [`y${words[at]}`] }
    : undefined;

/** 2027-07-10, 2027年7月10日, 10 july 2027, july 10th, 10 de julio de 2027. */
function dayAt(words: string[], at: number, today: string): DateSpan | undefined {
  const first = words[at] ?? '';
  if (years.test(first)) {
    const [month, day] = [words[at + 1] ?? '', words[at + 2] ?? ''];
    if (/^\d\d$/.test(month) && /^\d\d$/.test(day))
      return daySpan(at, at + 3, Number(first), Number(month), day, today);
    const named = monthAt(words, past(words, at + 1));
    const last = named && words[named.to];
    if (!named || !last || !days.test(last)) return undefined;
    return daySpan(at, past(words, named.to + 1), Number(first), named.month, last, today);
  }
  const startsWithDay = days.test(first);
  const named = monthAt(words, startsWithDay ? past(words, at + 1) : at);
  if (!named) return undefined;
  const day = startsWithDay ? first : (words[named.to] ?? '');
  if (!days.test(day)) return undefined;
  const end = startsWithDay ? named.to : past(words, named.to + 1);
  const year = words[past(words, end)] ?? '';
  return years.test(year)
    ? daySpan(at, past(words, end) + 1, Number(year), named.month, day, today)
    : daySpan(at, end, undefined, named.month, day, today);
}

function daySpan(from: number, to: number, year: number | undefined, month: number, day: string, today: string) {
  const rest = `${monthToken(month).slice(1)}-${String(Number.parseInt(day, 10)).padStart(2, '0')}`;
  const thisYear = Number(today.slice(0, 4));
  const date = `${year ?? (rest < today.slice(5) ? thisYear + 1 : thisYear)}-${rest}`;
  // There is no 31st of June, and no 13th month.
  const exists = !Number.isNaN(Date.parse(date)) && addDays(date, 0) === date;
  return exists ? { from, to, tokens: [`d${date}`] } : undefined;
}

function wordAt(words: string[], at: number, today: string): DateSpan | undefined {
  const found = lookUp(words, at);
  if (!found) return undefined;
  const { word, to } = found;
  const span = (tokens: string[]) => ({ from: at, to, tokens });
  switch (word.kind) {
    case 'name':
      return span([]);
    case 'relative':
      return span(relativeDays(word.when, today).map((date) => `d${date}`));
    case 'month': {
      const besideYear = years.test(words[at - 1] ?? '') || years.test(words[past(words, to)] ?? '');
      return word.sure || besideYear ? span([monthToken(word.number)]) : undefined;
    }
    case 'weekday':
      return word.sure || dayAt(words, to, today) ? span([`w${word.number}`]) : undefined;
  }
}

/** A weekend is Friday to Sunday, as concerts go. */
function relativeDays(when: When, today: string): string[] {
  if (when === 'today') return [today];
  if (when === 'tomorrow') return [addDays(today, 1)];
  const sunday = addDays(today, (7 - weekdayOf(today)) % 7);
  const weekend = [-2, -1, 0].map((days) => addDays(sunday, days)).filter((date) => date >= today);
  const next = [5, 6, 7].map((days) => addDays(sunday, days));
  return when === 'weekend' ? weekend : when === 'next weekend' ? next : [...weekend, ...next];
}
