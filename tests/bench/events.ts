import { randomUUID } from 'node:crypto';
import { generatePlan } from '../../services/events/domain/plan/generate-plan.ts';
import { planHash } from '../../services/events/domain/plan/plan-hash.ts';
import type { Db } from '../../shared/db/client.ts';
import { placesOf } from '../../shared/plan/places.ts';

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

/** An arena of 20,000: twenty curved sections about the stage. */
const arena = () =>
  generatePlan({
    name: 'Arena',
    sections: Array.from({ length: 20 }, (_, n) => ({
      name: String(101 + n),
      rows: 25,
      seats: 40,
      curve: 2600,
      distance: 2600,
      angle: 18 * n,
    })),
  });

/** Adds an event whose tickets are the places of an arena's plan; returns its uuid. */
export async function makePlannedEvent(db: Db, name: string): Promise<string> {
  const { sql } = db;
  const uuid = await makeEvent(db, name, 0);
  const plan = arena();
  const labels = placesOf(plan).map(({ label }) => label);
  await sql`
    with event as (select id, venue_id from events where uuid = ${uuid}), made as (
      insert into seating_plans (venue_id, name, hash, places, plan)
      select venue_id, ${plan.name}, ${planHash(plan)}, ${labels.length}, ${JSON.stringify(plan)}::jsonb from event
      on conflict (venue_id, hash) do update set name = excluded.name returning id
    ) update events set plan_id = made.id from made where uuid = ${uuid}`;
  await sql`
    insert into tickets (event_id, seat, price, currency, place, category)
    select id, label, 4500, 'USD', place - 1, 'Standard'
    from events, unnest(${labels}::text[]) with ordinality as places (label, place) where uuid = ${uuid}`;
  await sql`analyze tickets`;
  return uuid;
}

export async function ticketsOf({ sql }: Db, eventUuid: string): Promise<string[]> {
  const rows = await sql<{ uuid: string }[]>`
    select t.uuid from tickets t join events e on e.id = t.event_id where e.uuid = ${eventUuid} order by t.id`;
  return rows.map(({ uuid }) => uuid);
}
