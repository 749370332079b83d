import type { CatalogueEvent } from './catalogue.ts';

/** What a judgement asks of an event; all that it names must hold. */
export type Rule = {
  /** The headliner. */
  head?: string;
  /** One of the performers. */
  perf?: string;
  tribute?: string;
  /** A part of the event's name. */
  name?: string;
  kind?: string;
  descWord?: string;
  city?: string;
  country?: string;
  venue?: string;
  venueWord?: string;
  /** How a word of the headliner, the name, a performer or the place begins. */
  headPrefix?: string;
  namePrefix?: string;
  perfPrefix?: string;
  placePrefix?: string;
  /** Either team. */
  team?: string;
  team2?: string;
  league?: string;
  month?: number;
  year?: number;
  /** From 0, Sunday. */
  weekday?: number;
};

/** 3 is what was meant, 2 good, 1 acceptable. */
export type Grade = 1 | 2 | 3;

export type Query = {
  q: string;
  kind: string;
  want?: (Rule & { g: Grade })[];
  /** Nothing should come. */
  empty?: true;
  /** Asks for what was never promised: reported apart, without a floor. */
  gap?: true;
  note?: string;
};

/** A query with what the catalogue has for it. */
export type Judged = Query & {
  /** The grades of the events that are any good; those that are not have none. */
  grades: Map<string, Grade>;
  /** One of the best events; undefined when nothing should come. */
  best: CatalogueEvent | undefined;
};

/** Finds the grade of each event for a query. Throws when there is none: such a query measures nothing. */
export function judge(query: Query, events: CatalogueEvent[]): Judged {
  const grades = new Map<string, Grade>();
  let best: CatalogueEvent | undefined;
  for (const event of query.empty ? [] : events) {
    const grade = gradeOf(event, query.want ?? []);
    if (grade === 0) continue;
    grades.set(event.uuid, grade);
    if (!best || grade > grades.get(best.uuid)!) best = event;
  }
  if (!query.empty && !best) throw new Error(`The catalogue has nothing for “${query.q}” (${query.kind})`);
  return { ...query, grades, best };
}

function gradeOf(event: CatalogueEvent, want: (Rule & { g: Grade })[]): Grade | 0 {
  let highest: Grade | 0 = 0;
  for (const { g, ...rule } of want) if (g > highest && holds(event, rule)) highest = g;
  return highest;
}

const holds = (event: CatalogueEvent, rule: Rule): boolean =>
  Object.entries(rule).every(([name, value]) => tests[name as keyof Rule](event, value as never));

const tests: { [Name in keyof Rule]-?: (event: CatalogueEvent, value: NonNullable<Rule[Name]>) => boolean } = {
  head: ({ headliner }, name) => headliner === name,
  perf: ({ performers }, wanted) => performers.some(({ name }) => name === wanted),
  tribute: ({ tribute }, name) => tribute === name,
  name: ({ name }, part) => name.includes(part),
  kind: ({ kind }, wanted) => kind === wanted,
  descWord: ({ description }, word) => wordsOf(description).includes(word),
  city: ({ venue }, name) => venue.city === name,
  country: ({ venue }, name) => venue.country === name,
  venue: ({ venue }, name) => venue.name === name,
  venueWord: ({ venue }, word) => wordsOf(venue.name).includes(word),
  headPrefix: ({ headliner }, prefix) => hasPrefix(headliner, prefix),
  namePrefix: ({ name }, prefix) => hasPrefix(name, prefix),
  perfPrefix: ({ performers }, prefix) => performers.some(({ name }) => hasPrefix(name, prefix)),
  placePrefix: ({ venue }, prefix) => hasPrefix(venue.location, prefix),
  team: isTeam,
  team2: isTeam,
  league: ({ league }, name) => league === name,
  month: ({ date }, month) => new Date(date).getUTCMonth() + 1 === month,
  year: ({ date }, year) => new Date(date).getUTCFullYear() === year,
  weekday: ({ date }, day) => new Date(date).getUTCDay() === day,
};

function isTeam({ kind, headliner, away }: CatalogueEvent, name: string): boolean {
  return kind === 'sport' && (headliner === name || away === name);
}

/** The judge's own folding: it must not change with what the service does to words. */
const wordsOf = (text: string): string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];

const hasPrefix = (text: string, prefix: string) => wordsOf(text).some((word) => word.startsWith(fold(prefix)));

const plainLetters: Record<string, string> = { ø: 'o', ł: 'l', ı: 'i', ß: 'ss' };

const fold = (text: string) =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[øłıß]/g, (letter) => plainLetters[letter]!);
