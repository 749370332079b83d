import type postgres from 'postgres';
import type { OnProgress } from '../../shared/process/progress.ts';
import { type CastSize, fill, makeCast } from './cast.ts';
import { cities, type LanguagePack, languages, type Venue, venueOf } from './catalogue.ts';
import { createComposer, type SeedEvent } from './compose.ts';
import { type Ids, insertCast, insertEvents, type SeedSummary } from './load.ts';
import { createRandom, type Random } from './random.ts';

export type LargeOptions = {
  events: number;
  seatsPerEvent?: number;
  /** A whole number from 0. Each can be loaded once per database. */
  randomSeed: number;
  today?: Date;
  onProgress?: OnProgress;
};

const ticketsPerBatch = 40_000;
/** Two transactions at a time: one batch is made while the server is busy with the other. */
const lanes = 2;

/**
 * Adds any number of invented events to the database, for load tests and for a search with something to find. The
 * same options on the same day make the same rows. Loads in batches, each a transaction, in memory that does not grow
 * with the number of events. Throws before the first row when this random seed was loaded before, even in part.
 */
export async function seedLarge(sql: postgres.Sql, options: LargeOptions): Promise<SeedSummary> {
  const started = performance.now();
  const { events, randomSeed, seatsPerEvent = 20, today = new Date() } = options;
  requireCount('events', events);
  requireCount('seatsPerEvent', seatsPerEvent);
  // Streams 2 and 3: the demo has 0 and 1.
  const random = createRandom(randomSeed, 2);
  const uuids = createRandom(randomSeed, 3);
  const cast = makeCast(random, uuids, castSize(events));
  const halls = inventHalls(random, uuids, events);
  const ids = await begin(sql, async (tx) => {
    await claimSeed(tx, randomSeed);
    return insertCast(tx, halls, cast);
  });
  const compose = createComposer({ random, uuids, cast, venues: halls, today, seatCount: () => seatsPerEvent });
  const batches = inBatches(events, Math.max(1, Math.min(2000, Math.floor(ticketsPerBatch / seatsPerEvent))), compose);
  const tickets = await loadBatches(sql, batches, ids, events, options.onProgress);
  await begin(sql, async (tx) => {
    await tx`update app_state set value = ${`${events} events`} where key = ${seedKey(randomSeed)}`;
    // A planner without statistics reads whole tables until autovacuum comes by.
    await tx`analyze venues, performers, events, event_performers, tickets`;
  });
  const elapsedMs = Math.round(performance.now() - started);
  return { skipped: false, venues: halls.length, performers: cast.length, events, tickets, elapsedMs };
}

const seedKey = (randomSeed: number) => `large_seed:${randomSeed}`;

async function claimSeed(tx: postgres.TransactionSql, randomSeed: number): Promise<void> {
  const claimed = await tx`
    insert into app_state (key, value) values (${seedKey(randomSeed)}, 'begun, not finished')
    on conflict do nothing returning key`;
  if (claimed.length > 0) return;
  const [before] = await tx`select value from app_state where key = ${seedKey(randomSeed)}`;
  throw new Error(`Random seed ${randomSeed} was loaded into this database before (${before?.value}): use another one`);
}

/** The lanes share one iterator; an error in one closes it, and the others end after the batch they are at. */
async function loadBatches(
  sql: postgres.Sql,
  batches: Generator<SeedEvent[]>,
  ids: Ids,
  total: number,
  onProgress?: OnProgress,
): Promise<number> {
  let [done, tickets] = [0, 0];
  const lane = async () => {
    for (const batch of batches) {
      const inserted = await begin(sql, (tx) => insertEvents(tx, batch, ids));
      tickets += inserted;
      done += batch.length;
      onProgress?.(done, total, 'events');
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return tickets;
}

async function begin<T>(sql: postgres.Sql, work: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> {
  const result = await sql.begin(async (tx) => {
    // The pool's own limit is meant for requests.
    await tx`set local statement_timeout = 0`;
    return work(tx);
  });
  return result as T;
}

function* inBatches(total: number, size: number, compose: () => SeedEvent): Generator<SeedEvent[]> {
  for (let made = 0; made < total; made += size) {
    yield Array.from({ length: Math.min(size, total - made) }, compose);
  }
}

/** From 20,000 events on the full cast of some eight thousand; fewer events share a smaller one. */
function castSize(events: number): CastSize {
  const share = Math.min(1, events / 20_000);
  const of = (full: number) => Math.max(3, Math.ceil(full * share));
  return { band: of(200), soloist: of(300), ensemble: of(24), company: of(24), comedian: of(80), club: of(24) };
}

function inventHalls(random: Random, uuids: Random, events: number): (Venue & { uuid: string })[] {
  const halls = new Map<string, Venue & { uuid: string }>();
  for (let i = 0; i < Math.min(1500, Math.max(20, events / 40)); i++) {
    const city = random.pick(cities);
    const pack: LanguagePack = languages[city.language];
    const arena = random.next() < 0.25;
    const name = fill(random.pick(arena ? pack.arenas : pack.halls), { place: random.pick(pack.places) });
    const venue = venueOf(name, city, arena);
    halls.set(venue.location, { ...venue, uuid: uuids.uuid() });
  }
  return [...halls.values()];
}

function requireCount(name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`${name} is a whole number from 1, not ${count}`);
}
