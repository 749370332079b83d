import { randomUUID } from 'node:crypto';
import { generatePlan } from '../../services/events/domain/plan/generate-plan.ts';
import { planHash } from '../../services/events/domain/plan/plan-hash.ts';
import type { Db } from '../../shared/db/client.ts';
import { placesOf } from '../../shared/plan/places.ts';
import type { Plan } from '../../shared/plan/plan.ts';

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

/** An arena of a thousand seats a section: curved sections about the stage. */
export const arenaOf = (sections: number) =>
  generatePlan({
    name: 'Arena',
    sections: Array.from({ length: sections }, (_, n) => ({
      name: String(101 + n),
      rows: 25,
      seats: 40,
      curve: 2600,
      distance: 2600,
      angle: (360 / sections) * n,
    })),
  });

/** Adds an event whose tickets are the places of an arena's plan, of 20,000 seats unless it is given; returns its uuid. */
export async function makePlannedEvent(db: Db, name: string, plan: Plan = arenaOf(20)): Promise<string> {
  const { sql } = db;
  const uuid = await makeEvent(db, name, 0);
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

/**
 * Adds a planned event with a general admission area (`Floor`, 4,000 places), a rate for any number of tickets and one
 * that is limited, which until tomorrow sells by a code that works `maxUses` times.
 */
export async function makeRuledEvent(db: Db, name: string, maxUses: number | null = null) {
  const { sql } = db;
  const plan: Plan = { ...arenaOf(20), areas: [{ name: 'Floor', category: 'Standard', capacity: 4000 }] };
  const event = await makePlannedEvent(db, name, plan);
  const [rates] = await sql<{ open: string; limited: string }[]>`
    with e as (
      update events set on_sale_from = now() + interval '1 day' where uuid = ${event} returning id
    ), p as (
      insert into presales (event_id, name, starts_at, ends_at)
      select id, 'Circle', now() - interval '1 day', now() + interval '1 day' from e returning id
    ), c as (insert into access_codes (presale_id, code, max_uses) select id, 'CANDLE', ${maxUses}::int from p), r as (
      insert into rates (event_id, name, max_tickets)
      select id, name, most from e, (values ('Member', null), ('Child', 30000)) as r (name, most)
      returning id, uuid, max_tickets
    ), prices as (insert into rate_prices (rate_id, category, price) select id, 'Standard', 2500 from r)
    select min(uuid) filter (where max_tickets is null) as open, min(uuid) filter (where max_tickets > 0) as limited from r`;
  return { event, rates: rates!, code: 'CANDLE' };
}

export async function ticketsOf({ sql }: Db, eventUuid: string): Promise<string[]> {
  const rows = await sql<{ uuid: string }[]>`
    select t.uuid from tickets t join events e on e.id = t.event_id where e.uuid = ${eventUuid} order by t.id`;
  return rows.map(({ uuid }) => uuid);
}
