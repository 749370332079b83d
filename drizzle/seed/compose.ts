import { fill, type Performer } from './cast.ts';
import {
  type Currency,
  type EventKind,
  type Language,
  type LanguagePack,
  languages,
  type PerformerKind,
  type Venue,
} from './catalogue.ts';
import { dayMs, localInstant, startOfDay } from './dates.ts';
import type { Random } from './random.ts';
import { hallSeats, type Seat } from './seats.ts';

export type SeedEvent = {
  uuid: string;
  name: string;
  description: string;
  date: Date;
  venue: Venue;
  lineUp: Performer[];
  currency: Currency;
  seats: (Seat & { uuid: string })[];
};

export type ComposerOptions = {
  random: Random;
  /** A generator of its own for uuids, so that they do not depend on the words. */
  uuids: Random;
  cast: Performer[];
  venues: Venue[];
  today: Date;
  seatCount(): number;
};

/** Returns a function that makes one event after the other: some evening of the next twelve months, in some hall. */
export function createComposer({ random, uuids, cast, venues, today, seatCount }: ComposerOptions): () => SeedEvent {
  const pools = poolsOf(cast);
  const firstDay = startOfDay(today);
  return () => {
    const venue = random.pick(venues);
    const { currency, language, zone } = venue.city;
    const kind = random.pick(venue.arena ? arenaKinds : hallKinds);
    const performers = lineUp(random, pools, kind, language);
    const date = localInstant(firstDay + random.int(2, 364) * dayMs, random.pick(startTimes[kind]), zone);
    const text = wording(random, kind, venue, performers, date);
    const seats = hallSeats(seatCount(), random.int(8, 12), currency, random.int(...dollars[kind]));
    return {
      uuid: uuids.uuid(),
      ...text,
      date,
      venue,
      lineUp: performers,
      currency,
      seats: seats.map((seat) => ({ ...seat, uuid: uuids.uuid() })),
    };
  };
}

/** Each kind, weighted by how often it occurs. */
const hallKinds = weighted({ concert: 10, classical: 5, stage: 5, comedy: 3, festival: 1, children: 2 });
const arenaKinds = weighted({ concert: 8, festival: 5, sport: 7, comedy: 2 });

function weighted(times: Partial<Record<EventKind, number>>): EventKind[] {
  return Object.entries(times).flatMap(([kind, n]) => Array<EventKind>(n).fill(kind as EventKind));
}

/** Minutes after midnight, local time. */
const startTimes: Record<EventKind, number[]> = {
  concert: [19 * 60 + 30, 20 * 60, 20 * 60 + 30, 21 * 60],
  classical: [19 * 60, 19 * 60 + 30, 20 * 60],
  stage: [19 * 60, 19 * 60 + 30, 20 * 60],
  comedy: [20 * 60, 20 * 60 + 30, 21 * 60],
  festival: [17 * 60, 18 * 60],
  sport: [18 * 60, 18 * 60 + 30, 20 * 60 + 45],
  children: [17 * 60, 17 * 60 + 30, 18 * 60],
};

/** The price range of the best seats. */
const dollars: Record<EventKind, [number, number]> = {
  concert: [45, 140],
  classical: [40, 120],
  stage: [35, 110],
  comedy: [25, 60],
  festival: [60, 180],
  sport: [25, 120],
  children: [15, 35],
};

type Pools = Map<string, Performer[]>;

function poolsOf(cast: Performer[]): Pools {
  const pools: Pools = new Map();
  for (const performer of cast) {
    const key = `${performer.language} ${performer.kind}`;
    const pool = pools.get(key);
    if (pool) pool.push(performer);
    else pools.set(key, [performer]);
  }
  return pools;
}

const languageNames = Object.keys(languages) as Language[];

function lineUp(random: Random, pools: Pools, kind: EventKind, home: Language): Performer[] {
  const chosen = new Set<Performer>();
  const add = (language: Language, performerKind: PerformerKind) => {
    chosen.add(random.pick(pools.get(`${language} ${performerKind}`) ?? []));
  };
  const musician = () => random.pick<PerformerKind>(['band', 'band', 'soloist']);
  // Musicians travel: one in five comes from a country of another language.
  const anywhere = () => (random.next() < 0.2 ? random.pick(languageNames) : home);
  switch (kind) {
    case 'concert':
      for (let acts = random.pick([1, 1, 1, 2, 2, 3]); acts > 0; acts--) add(anywhere(), musician());
      break;
    case 'festival':
      while (chosen.size < 3) add(anywhere(), musician());
      if (random.next() < 0.5) add(anywhere(), musician());
      break;
    case 'classical':
      add(anywhere(), 'ensemble');
      if (random.next() < 0.4) add(anywhere(), 'soloist');
      break;
    case 'sport':
      while (chosen.size < 2) add(home, 'club');
      break;
    case 'comedy':
      add(home, 'comedian');
      break;
    default:
      add(home, 'company');
  }
  return [...chosen];
}

function wording(random: Random, kind: EventKind, venue: Venue, performers: Performer[], date: Date) {
  const pack: LanguagePack = languages[venue.city.language];
  const [first, second] = performers.map((performer) => performer.name) as [string, string | undefined];
  const slots = { performer: first, venue: venue.name, city: venue.city.name };
  const sentences = [fill(random.pick(pack.tells[kind]), slots)];
  if (random.next() < 0.7) sentences.push(random.pick(pack.notes));
  return {
    name: title(random, kind, pack, first, second, `${venue.city.name} ${date.getUTCFullYear()}`),
    description: sentences.join(pack.joint),
  };
}

function title(random: Random, kind: EventKind, pack: LanguagePack, first: string, second = '', edition = ''): string {
  const named = (who: string, what: string) => (pack.joint === '' ? `${who}「${what}」` : `${who}: ${what}`);
  switch (kind) {
    case 'concert':
      return named(second && random.next() < 0.5 ? `${first} & ${second}` : first, random.pick(pack.tours));
    case 'comedy':
      return named(first, random.pick(pack.comedyShows));
    case 'classical':
      return `${random.pick(pack.works)} – ${second ? `${first} & ${second}` : first}`;
    case 'stage':
      return `${random.pick(pack.plays)} – ${first}`;
    case 'children':
      return `${random.pick(pack.childrenShows)} – ${first}`;
    case 'festival':
      return `${random.pick(pack.festivals)} ${edition}`;
    case 'sport':
      return `${first}${pack.versus}${second} (${random.pick(pack.competitions)})`;
  }
}
