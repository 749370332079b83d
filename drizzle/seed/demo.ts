import type postgres from 'postgres';
import type { OnProgress } from '../../shared/process/progress.ts';
import { type CastSize, makeCast } from './cast.ts';
import { venues } from './catalogue.ts';
import { createComposer, type SeedEvent } from './compose.ts';
import { dayMs, localInstant, startOfDay } from './dates.ts';
import { insertCast, insertEvents, type SeedSummary } from './load.ts';
import { composeOriginals, originalPerformers, originalVenueUuids } from './original.ts';
import { createRandom, type Random } from './random.ts';
import { arenaPlan, arenaSeats, type Section, stadiumPlan } from './seats.ts';

/** The event of the examples, at Madison Square Garden; and its seat A1. */
export const demoEventUuid = 'd0e1f2a3-b4c5-4d5e-8f9a-0b1c2d3e4f5a';
export const demoTicketUuid = 'c5d6e7f8-a9b0-4c5d-8e9f-0a1b2c3d4e5f';

/** An event of 2,000 seats, and one of 20,000. */
export const arenaEventUuid = 'a12e7a00-2000-4000-8000-000000002000';
export const stadiumEventUuid = '57ad1000-2000-4000-8000-000000020000';

/** Any number that no other advisory lock of this database uses. */
const demoLock = 7_263_101;
const demoSeed = 1871;
const ordinaryEvents = 400;
const castSize: CastSize = { band: 6, soloist: 5, ensemble: 3, company: 3, comedian: 3, club: 4 };

/**
 * Fills an empty platform with events to look at, all in the twelve months after `today`. Once per database: later and
 * simultaneous calls find `demo_seed` in `app_state` and do nothing. All or nothing. The same day gives the same rows.
 */
export async function seedDemo(
  sql: postgres.Sql,
  options: { today?: Date; onProgress?: OnProgress } = {},
): Promise<SeedSummary> {
  const started = performance.now();
  const today = options.today ?? new Date();
  return sql.begin(async (tx): Promise<SeedSummary> => {
    // The pool's own limit is meant for requests.
    await tx`set local statement_timeout = 0`;
    await tx`select pg_advisory_xact_lock(${demoLock})`;
    const [before] = await tx`select 1 from app_state where key = 'demo_seed'`;
    if (before) return { skipped: true };
    const demo = composeDemo(today);
    const ids = await insertCast(tx, demo.venues, demo.performers);
    let [done, tickets] = [0, 0];
    for (const batch of batches(demo.events, 100)) {
      tickets += await insertEvents(tx, batch, ids);
      done += batch.length;
      options.onProgress?.(done, demo.events.length, 'demo events');
    }
    await tx`insert into app_state (key, value) values ('demo_seed', ${new Date(startOfDay(today)).toISOString()})`;
    return {
      skipped: false,
      venues: demo.venues.length,
      performers: demo.performers.length,
      events: demo.events.length,
      tickets,
      elapsedMs: Math.round(performance.now() - started),
    };
  });
}

function composeDemo(today: Date) {
  const random = createRandom(demoSeed, 0);
  const uuids = createRandom(demoSeed, 1);
  const known = new Set(originalPerformers.map((performer) => performer.name));
  const cast = makeCast(random, uuids, castSize).filter((performer) => !known.has(performer.name));
  const halls = venues.map((venue, i) => ({ ...venue, uuid: originalVenueUuids[i] ?? uuids.uuid() }));
  const compose = createComposer({ random, uuids, cast, venues, today, seatCount: () => random.int(10, 60) });
  // By title: a repeated title would look like a mistake. Without its year, so that the repetitions, and with them
  // every later uuid, are the same on every day.
  const events = new Map<string, SeedEvent>();
  const titleOf = (event: SeedEvent) => event.name.replace(/ \d{4}$/, '');
  for (const event of [...composeOriginals(today, uuids), ...composeBig(today, uuids)])
    events.set(titleOf(event), event);
  const total = events.size + ordinaryEvents;
  while (events.size < total) {
    const event = compose();
    if (!events.has(titleOf(event))) events.set(titleOf(event), event);
  }
  return { venues: halls, performers: [...originalPerformers, ...cast], events: [...events.values()] };
}

type BigShow = Pick<SeedEvent, 'uuid' | 'name' | 'description'> & {
  hall: string;
  performer: string;
  /** Days after the day of seeding. */
  day: number;
  plan: Section[];
};

const bigShows: BigShow[] = [
  {
    uuid: arenaEventUuid,
    name: 'The Weeknd : Nuit blanche',
    description: 'The Weeknd sur une scène au milieu de la salle. Ouverture des portes à 18 h 30.',
    hall: 'Accor Arena',
    performer: 'The Weeknd',
    day: 45,
    plan: arenaPlan,
  },
  {
    uuid: stadiumEventUuid,
    name: 'Coldplay: One Night at Wembley',
    description: 'The largest show of the tour, with a hundred drummers and no encore. Gates open at five.',
    hall: 'Wembley Stadium',
    performer: 'Coldplay',
    day: 200,
    plan: stadiumPlan,
  },
];

function composeBig(today: Date, uuids: Random): SeedEvent[] {
  return bigShows.map(({ uuid, name, description, hall, performer, day, plan }) => {
    const venue = named(venues, hall);
    const { currency, zone } = venue.city;
    const date = localInstant(startOfDay(today) + day * dayMs, 20 * 60, zone);
    const lineUp = [named(originalPerformers, performer)];
    const seats = arenaSeats(plan, currency).map((seat) => ({ ...seat, uuid: uuids.uuid() }));
    return { uuid, name, description, date, venue, lineUp, currency, seats };
  });
}

function named<T extends { name: string }>(list: T[], name: string): T {
  const one = list.find((each) => each.name === name);
  if (!one) throw new Error(`Nothing is named ${name}`);
  return one;
}

function* batches<T>(rows: T[], size: number): Generator<T[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}
