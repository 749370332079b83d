import { randomUUID } from 'node:crypto';
import type { Db } from '../../shared/db/client.ts';

/** Adds an event with any number of free seats, at some venue of the demo; returns its uuid. */
export async function makeEvent({ sql }: Db, name: string, seats: number): Promise<string> {
  const uuid = randomUUID();
  await sql`
    with event as (
      insert into events (uuid, name, description, date, venue_id)
      select ${uuid}, ${name}, 'Made for a benchmark.', now() + interval '90 days', min(id) from venues
      returning id
    ), line_up as (
      insert into event_performers (event_id, performer_id) select event.id, min(p.id) from event, performers p group by 1
    )
    insert into tickets (event_id, seat, price, currency)
    select event.id, 'S' || n, 4500, 'USD' from event, generate_series(1, ${seats}::int) n`;
  await sql`analyze tickets`;
  return uuid;
}

export async function ticketsOf({ sql }: Db, eventUuid: string): Promise<string[]> {
  const rows = await sql<{ uuid: string }[]>`
    select t.uuid from tickets t join events e on e.id = t.event_id where e.uuid = ${eventUuid} order by t.id`;
  return rows.map(({ uuid }) => uuid);
}
