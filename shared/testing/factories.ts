import { randomUUID } from 'node:crypto';
import type { Db } from '../db/client.ts';

export type MadeEvent = { id: number; uuid: string; venueId: number; performerIds: number[]; tickets: string[] };

/** An event of its own with a venue, performers and seats; every row is unique, so tests run side by side. */
export async function makeEvent(
  sql: Db['sql'],
  options: { seats?: number; performers?: number; price?: number; name?: string; date?: Date } = {},
): Promise<MadeEvent> {
  const { seats = 3, performers = 1, price = 35_000, name = `Event ${randomUUID()}` } = options;
  const date = options.date ?? new Date(Date.now() + 30 * 86_400_000);
  const [venue] = await sql<{ id: number }[]>`
    insert into venues (location, seat_map) values (${`Venue of ${name}`}, '{"A1": true}') returning id`;
  const [event] = await sql<{ id: number; uuid: string }[]>`
    insert into events (name, description, date, venue_id)
    values (${name}, 'A description', ${date.toISOString()}, ${venue!.id}) returning id, uuid`;
  const lineUp = await sql<{ id: number }[]>`
    insert into performers (name, age, description)
    select 'Performer ' || n || ${` of ${name}`}, 30, '' from generate_series(1, ${performers}::int) n returning id`;
  for (const performer of lineUp) {
    await sql`insert into event_performers (event_id, performer_id) values (${event!.id}, ${performer.id})`;
  }
  const tickets = await sql<{ uuid: string }[]>`
    insert into tickets (event_id, seat, price)
    select ${event!.id}, 'A' || n, ${price} from generate_series(1, ${seats}::int) n returning uuid`;
  return {
    id: event!.id,
    uuid: event!.uuid,
    venueId: venue!.id,
    performerIds: lineUp.map((performer) => performer.id),
    tickets: tickets.map((ticket) => ticket.uuid),
  };
}
