import { randomUUID } from 'node:crypto';
import type { PostgresConfig } from '../shared/config.ts';
import { openDb } from '../shared/db/client.ts';
import { migrate } from '../shared/db/migrate.ts';
import { emptyDatabase } from '../shared/testing/database.ts';
import type { Seat } from './ledger.ts';

export type Arena = { event: string; sections: string[]; seats: Seat[] };

/** 10 sections of 10 rows of 20 seats: 2,000, the front ones the dearest. */
const size = { sections: 10, rows: 10, seats: 20 };

/** A new database with an event in an arena. */
export async function openArena(): Promise<{ config: PostgresConfig; arena: Arena; drop(): Promise<void> }> {
  const { config, sql, drop } = await emptyDatabase();
  try {
    // Servers for tests may run without, and then a crash takes back what was committed: that is not ours to survive.
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

async function seed(sql: ReturnType<typeof openDb>['sql']): Promise<Arena> {
  const event = randomUUID();
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
  const seats = await sql<Seat[]>`select uuid, price::float8 as price from tickets order by id`;
  const sections = Array.from({ length: size.sections }, (_, i) => String(101 + i));
  return { event, sections, seats: [...seats] };
}
