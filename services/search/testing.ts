import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';
import { documentOf, type EventDocument } from './domain/index/event-document.ts';

/** An event of 2030-06-01 with empty texts, but for what is given. */
export function someEvent(given: Partial<EventDocument> & { id: number }): EventDocument {
  return documentOf({
    uuid: `00000000-0000-4000-8000-${String(given.id).padStart(12, '0')}`,
    name: '',
    description: '',
    date: '2030-06-01T19:00:00Z',
    currency: null,
    location: '',
    performers: [],
    price_from: null,
    seats_left: null,
    popularity: 0,
    ...given,
  });
}

export async function makeVenue(sql: postgres.Sql, location = `Venue ${randomUUID()}`): Promise<number> {
  const [row] = await sql`insert into venues (location) values (${location}) returning id`;
  return Number(row?.id);
}

export async function makePerformer(sql: postgres.Sql, name = `Performer ${randomUUID()}`): Promise<number> {
  const [row] = await sql`insert into performers (name, age) values (${name}, 30) returning id`;
  return Number(row?.id);
}

export async function makeEvent(
  sql: postgres.Sql,
  given: { venueId: number; name?: string; performerIds?: number[] },
): Promise<number> {
  const { venueId, name = `Event ${randomUUID()}`, performerIds = [] } = given;
  const [row] = await sql`
    insert into events (name, date, venue_id) values (${name}, '2030-06-01T19:00:00Z', ${venueId}) returning id`;
  for (const performerId of performerIds) {
    await sql`insert into event_performers (event_id, performer_id) values (${row?.id}, ${performerId})`;
  }
  return Number(row?.id);
}
