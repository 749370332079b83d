import { randomUUID } from 'node:crypto';
import { sleep } from '../../shared/async/clock.ts';
import type { PostgresConfig } from '../../shared/config/config.ts';
import { type Db, openDb } from '../../shared/db/client.ts';
import { migrate } from '../../shared/db/migrate.ts';
import { emptyDatabase } from '../../shared/testing/database.ts';
import type { Seat } from './ledger.ts';

/** An event and its seats; those of the arena change while the organiser is at work. */
export type Hall = { event: string; sections: string[]; seats: (Seat & { name: string })[] };

/** A show with the code of its presale, which lasts until `opensAt`, and a rate. */
export type ShowHall = Hall & { code: string; opensAt: number; rate: string };

/**
 * The matinee begins, in milliseconds since 1970, while the others are still bought. `show` is the organiser's event that
 * is on sale, if there is one.
 */
export type Arena = Hall & { matinee: Hall & { start: number }; show?: ShowHall | undefined };

/** 10 sections of 10 rows of 20 seats: 2,000, the front ones the dearest. */
const size = { sections: 10, rows: 10, seats: 20 };
const matineeSeats = 200;

/** A new database with an event in an arena, and a matinee. */
export async function openArena(): Promise<{ config: PostgresConfig; arena: Arena; drop(): Promise<void> }> {
  const { config, sql, drop } = await emptyDatabase();
  try {
    // Test servers may run without fsync, and then a crash loses commits, which the sale need not survive.
    await sql.unsafe(`alter database ${config.database} set synchronous_commit = on`);
    await migrate(config);
    const db = openDb(config, { max: 1, deadlineMs: 30_000 });
    const arena = await seed(db.sql);
    await db.close();
    return { config, arena, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** So that every process hears of it before. */
const announcedMs = 1500;
const lookAgainMs = 100;

/** Begins the matinee when a while has passed and something of it has been sold. */
export async function beginMatinee(
  { run, sql }: Db,
  { matinee }: Arena,
  { afterMs, signal }: { afterMs: number; signal: AbortSignal },
): Promise<void> {
  const begin = async () => {
    const [sold] = await run(
      () => sql`
        select from orders o join reservations r on r.id = o.reservation_id join events e on e.id = r.event_id
        where e.uuid = ${matinee.event} limit 1`,
    );
    if (!sold) return false;
    matinee.start = Date.now() + announcedMs;
    await run(() => sql`update events set date = to_timestamp(${matinee.start / 1000}) where uuid = ${matinee.event}`);
    return true;
  };
  await sleep(afterMs, signal);
  // The server may be away.
  while (!signal.aborted && !(await begin().catch(() => false))) await sleep(lookAgainMs, signal);
}

async function seed(sql: Db['sql']): Promise<Arena> {
  const [event, matinee] = [randomUUID(), randomUUID()];
  await sql`
    with venue as (
      insert into venues (location, seat_map) values ('Arena', '{}') returning id
    ), event as (
      insert into events (uuid, name, date, venue_id)
      select ${event}, 'The Soak', now() + interval '30 days', id from venue returning id
    )
    insert into tickets (event_id, seat, price)
    select event.id, 100 + section || '-' || chr(64 + row) || seat, 10000 - 700 * section - 30 * row
    from event, generate_series(1, ${size.sections}::int) section, generate_series(1, ${size.rows}::int) row,
      generate_series(1, ${size.seats}::int) seat
    order by section, row, seat`;
  await sql`
    with event as (
      insert into events (uuid, name, date, venue_id)
      select ${matinee}, 'The Matinee', now() + interval '1 day', id from venues returning id
    )
    insert into tickets (event_id, seat, price)
    select event.id, 'A' || seat, 2500 from event, generate_series(1, ${matineeSeats}::int) seat order by seat`;
  const seatsOf = async (uuid: string) => [
    ...(await sql<Hall['seats']>`
      select t.uuid, t.seat as name, t.price::float8 as price
      from tickets t join events e on e.id = t.event_id where e.uuid = ${uuid} order by t.id`),
  ];
  const sections = Array.from({ length: size.sections }, (_, i) => String(101 + i));
  return {
    event,
    sections,
    seats: await seatsOf(event),
    matinee: { event: matinee, sections: [], seats: await seatsOf(matinee), start: Number.POSITIVE_INFINITY },
  };
}
