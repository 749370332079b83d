import type postgres from 'postgres';
import type { Performer } from './cast.ts';
import type { Venue } from './catalogue.ts';
import type { SeedEvent } from './compose.ts';

export type SeedCounts = { venues: number; performers: number; events: number; tickets: number };
export type SeedSummary = { skipped: true } | ({ skipped: false; elapsedMs: number } & SeedCounts);

/** The ids that venues (by location) and performers (by uuid) got in the database. */
export type Ids = { venues: Map<string, string>; performers: Map<string, string> };

/** Keeps a statement at a few megabytes. */
const ticketsPerStatement = 25_000;

/*
 * Rows are sent as arrays of text, one per column: a statement per few thousand rows, independent of how the client
 * writes dates or JSON (Drizzle changes both). COPY is a tenth faster, but postgres.js 3.4.9 hangs when the server
 * refuses a row after the last byte was sent.
 */

/** Inserts halls and performers, and returns their ids. */
export async function insertCast(
  tx: postgres.TransactionSql,
  venues: (Venue & { uuid: string })[],
  performers: Performer[],
): Promise<Ids> {
  const venueRows = await tx<{ id: string; location: string }[]>`
    insert into venues (uuid, location, seat_map, name, city, time_zone)
    select uuid, location, seat_map::jsonb, name, city, time_zone from unnest(
      ${column(venues, (v) => v.uuid)}::text[],
      ${column(venues, (v) => v.location)}::text[],
      ${column(venues, (v) => JSON.stringify(v.seatMap))}::text[],
      ${column(venues, (v) => v.name)}::text[],
      ${column(venues, (v) => v.city.name)}::text[],
      ${column(venues, (v) => v.city.zone)}::text[]) as row(uuid, location, seat_map, name, city, time_zone)
    returning id::text, location`;
  const performerRows = await tx<{ id: string; uuid: string }[]>`
    insert into performers (uuid, name, age, description)
    select uuid, name, age::int, description from unnest(
      ${column(performers, (p) => p.uuid)}::text[],
      ${column(performers, (p) => p.name)}::text[],
      ${column(performers, (p) => p.age)}::text[],
      ${column(performers, (p) => p.description)}::text[]) as row(uuid, name, age, description)
    returning id::text, uuid`;
  return {
    venues: new Map(venueRows.map((row) => [row.location, row.id])),
    performers: new Map(performerRows.map((row) => [row.uuid, row.id])),
  };
}

/** Inserts events with their line-ups and tickets, and returns how many tickets there were. */
export async function insertEvents(tx: postgres.TransactionSql, events: SeedEvent[], ids: Ids): Promise<number> {
  const eventRows = await tx<{ id: string; uuid: string }[]>`
    insert into events (uuid, name, description, date, venue_id)
    select uuid, name, description, date::timestamptz, venue_id::bigint from unnest(
      ${column(events, (e) => e.uuid)}::text[],
      ${column(events, (e) => e.name)}::text[],
      ${column(events, (e) => e.description)}::text[],
      ${column(events, (e) => e.date.toISOString())}::text[],
      ${column(events, (e) => known(ids.venues, e.venue.location))}::text[])
      as row(uuid, name, description, date, venue_id)
    returning id::text, uuid`;
  const eventIds = new Map(eventRows.map((row) => [row.uuid, row.id]));
  await insertLineUps(tx, events, eventIds, ids);
  return insertTickets(tx, events, eventIds);
}

async function insertLineUps(
  tx: postgres.TransactionSql,
  events: SeedEvent[],
  eventIds: Map<string, string>,
  ids: Ids,
): Promise<void> {
  const parts = events.flatMap((event) =>
    event.lineUp.map((performer) => ({
      eventId: known(eventIds, event.uuid),
      performerId: known(ids.performers, performer.uuid),
    })),
  );
  await tx`
    insert into event_performers (event_id, performer_id)
    select event_id::bigint, performer_id::bigint from unnest(
      ${column(parts, (p) => p.eventId)}::text[],
      ${column(parts, (p) => p.performerId)}::text[]) as row(event_id, performer_id)`;
}

async function insertTickets(
  tx: postgres.TransactionSql,
  events: SeedEvent[],
  eventIds: Map<string, string>,
): Promise<number> {
  const tickets = events.flatMap(({ uuid, seats, currency }) => {
    const eventId = known(eventIds, uuid);
    return seats.map((seat) => ({ ...seat, eventId, currency }));
  });
  for (let from = 0; from < tickets.length; from += ticketsPerStatement) {
    const part = tickets.slice(from, from + ticketsPerStatement);
    await tx`
      insert into tickets (uuid, event_id, seat, price, currency)
      select uuid, event_id::bigint, seat, price::bigint, currency from unnest(
        ${column(part, (t) => t.uuid)}::text[],
        ${column(part, (t) => t.eventId)}::text[],
        ${column(part, (t) => t.label)}::text[],
        ${column(part, (t) => t.price)}::text[],
        ${column(part, (t) => t.currency)}::text[]) as row(uuid, event_id, seat, price, currency)`;
  }
  return tickets.length;
}

const column = <T>(rows: T[], value: (row: T) => string | number): string[] => rows.map((row) => String(value(row)));

function known(ids: Map<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`No row was inserted for ${key}`);
  return id;
}
