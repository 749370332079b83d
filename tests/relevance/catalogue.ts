import type { Db } from '../../shared/db/client.ts';

export type Venue = { uuid: string; name: string; city: string; country: string; location: string };
export type Performer = { uuid: string; name: string };

type Facts = {
  uuid: string;
  name: string;
  description: string;
  date: string;
  kind: 'music' | 'show' | 'festival' | 'sport';
  /** Who the event is about; the title of a play. */
  headliner: string;
  /** Whose songs the headliner plays. */
  tribute?: string;
  away?: string;
  league?: string;
};

/** The catalogue as its file has it: an event names its venue and performers by their places in the lists. */
export type CatalogueFile = {
  venues: Venue[];
  performers: Performer[];
  events: (Facts & { venue: number; performers: number[] })[];
};

/** An event with all that a judgement may ask of it. */
export type CatalogueEvent = Facts & { venue: Venue; performers: Performer[] };

export function eventsOf({ venues, performers, events }: CatalogueFile): CatalogueEvent[] {
  return events.map((event) => ({
    ...event,
    venue: venues[event.venue]!,
    performers: event.performers.map((at) => performers[at]!),
  }));
}

/** Returns a moment before all events: what is upcoming must not change with the year in which the searches run. */
export const dayBefore = (events: CatalogueEvent[]): number =>
  Math.min(...events.map(({ date }) => Date.parse(date))) - 86_400_000;

/** Puts the catalogue into an empty database, in the columns of the original, each event with two seats. */
export async function loadCatalogue(sql: Db['sql'], { venues, performers, events }: CatalogueFile): Promise<void> {
  await sql`
    insert into venues (uuid, location, seat_map)
    select uuid, location, '{"A1": true, "A2": true}' from jsonb_to_recordset(${JSON.stringify(venues)}::text::jsonb)
      as v (uuid text, location text)`;
  await sql`
    insert into performers (uuid, name, age)
    select uuid, name, 30 from jsonb_to_recordset(${JSON.stringify(performers)}::text::jsonb)
      as p (uuid text, name text)`;
  const rows = events.map(({ uuid, name, description, date, venue }) => ({
    ...{ uuid, name, description, date },
    venue: venues[venue]!.uuid,
  }));
  await sql`
    insert into events (uuid, name, description, date, venue_id)
    select e.uuid, e.name, e.description, e.date, v.id
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
      as e (uuid text, name text, description text, date timestamptz, venue text)
    join venues v on v.uuid = e.venue`;
  const lineUps = events.flatMap(({ uuid, performers: places }) =>
    places.map((at) => ({ event: uuid, performer: performers[at]!.uuid })),
  );
  await sql`
    insert into event_performers (event_id, performer_id)
    select e.id, p.id from jsonb_to_recordset(${JSON.stringify(lineUps)}::text::jsonb) as l (event text, performer text)
    join events e on e.uuid = l.event join performers p on p.uuid = l.performer`;
  await sql`
    insert into tickets (event_id, seat, price, currency)
    select id, seat, price, 'EUR' from events, (values ('A1', 3000), ('A2', 3500)) as s (seat, price)`;
}
