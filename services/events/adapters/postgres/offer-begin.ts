import { type Author, writeAudit } from '../../../../shared/audit/audit-log.ts';
import type { Db } from '../../../../shared/db/client.ts';
import type { Beginning, HoldBack, MadeOffer, Operation, Rate } from '../../domain/offer/offer.ts';
import { ms, operationJson } from './offer-fragments.ts';

type Tx = Db['sql'];
type EventRow = {
  id: number;
  isCancelled: boolean;
  organiserId: number | null;
  planId: number | null;
  currency: string | null;
};

/** Begins an operation in a transaction of the caller's; see the port. */
export async function beginOffer(tx: Tx, author: Author, { eventUuid, made, total, leaseMs }: Beginning) {
  // Offers of one event take turns by its row.
  const [event] = await tx<EventRow[]>`
    select e.id::float8 as id, e.status = 'cancelled' as "isCancelled", organiser_id::float8 as "organiserId", (
      select id::float8 from seating_plans where uuid = ${made.planUuid} and venue_id = e.venue_id for key share
    ) as "planId", coalesce(sale_currency, currency) as currency
    from events e where uuid = ${eventUuid} for no key update`;
  if (!event) return 'no event' as const;
  if (event.isCancelled) return 'cancelled' as const;
  if (event.planId === null) return 'no plan' as const;
  if (event.currency !== made.currency) return 'other currency' as const;
  const [last] = await tx<{ operation: Operation }[]>`
    select ${operationJson(tx)} as operation from operations op join events e on e.id = op.event_id
    left join organisers o on o.id = e.organiser_id
    where op.event_id = ${event.id} and op.kind = 'offer' order by op.id desc limit 1`;
  if (last?.operation.status === 'running') return { underWay: last.operation };
  await writeRates(tx, event.id, made.offer.rates);
  await writeHoldBacks(tx, event.id, made.offer.holdBacks);
  // The places of its tickets are no longer those of the plan before.
  await tx`update events set plan_id = null where id = ${event.id} and plan_id <> ${event.planId}`;
  const [begun] = await tx<{ operation: Operation }[]>`
    with op as (
      insert into operations (event_id, kind, total, state, leased_until)
      values (${event.id}, 'offer', ${total}, ${JSON.stringify(made)}::text::jsonb, now() + ${ms(tx, leaseMs)}) returning *
    )
    select ${operationJson(tx)} as operation from op join events e on e.id = op.event_id
    left join organisers o on o.id = e.organiser_id`;
  const before = last && summaryOf(last.operation.made);
  await writeAudit(tx, author, {
    action: 'offer.changed',
    thing: 'event',
    thingUuid: eventUuid,
    organiserId: event.organiserId,
    before,
    after: { ...summaryOf(made), operation_uuid: begun!.operation.uuid },
  });
  return { begun: begun!.operation };
}

/** The labels of what is held back may be many thousands. */
const summaryOf = ({ planUuid, currency, offer }: MadeOffer) => ({
  plan_uuid: planUuid,
  currency,
  prices: offer.prices,
  rates: offer.rates.map(({ maxTickets, ...rate }) => ({ ...rate, max_tickets: maxTickets })),
  hold_backs: offer.holdBacks.map(({ name, releaseAt }) => ({ name, release_at: releaseAt })),
});

/**
 * A rate that is no longer offered is withdrawn: tickets were sold at it. For the audit it tells since when it has its
 * maximum, which may be less than was sold before.
 */
async function writeRates(tx: Tx, eventId: number, rates: Rate[]): Promise<void> {
  const names = rates.map(({ name }) => name);
  await tx`
    update rates set withdrawn_at = now()
    where event_id = ${eventId} and withdrawn_at is null and name <> all(${names})`;
  await tx`
    insert into rates (event_id, name, position, max_tickets)
    select ${eventId}::bigint, name, n - 1, most
    from unnest(${names}::text[], ${rates.map(({ maxTickets }) => maxTickets)}::int[]) with ordinality r (name, most, n)
    on conflict (event_id, name) do update
      set position = excluded.position, max_tickets = excluded.max_tickets, withdrawn_at = null,
        updated_at = case when rates.max_tickets is distinct from excluded.max_tickets then clock_timestamp()
          else rates.updated_at end`;
  const lines = rates.flatMap(({ name, prices }) =>
    Object.entries(prices).map(([category, price]) => ({ name, category, price })),
  );
  await tx`
    delete from rate_prices p using rates r
    where r.id = p.rate_id and r.event_id = ${eventId} and r.withdrawn_at is null and not exists (
      select from unnest(${lines.map(({ name }) => name)}::text[], ${lines.map(({ category }) => category)}::text[])
        l (name, category) where l.name = r.name and l.category = p.category)`;
  await tx`
    insert into rate_prices (rate_id, category, price)
    select r.id, l.category, l.price
    from unnest(${lines.map(({ name }) => name)}::text[], ${lines.map(({ category }) => category)}::text[],
      ${lines.map(({ price }) => price)}::bigint[]) l (name, category, price)
    join rates r on r.event_id = ${eventId} and r.name = l.name
    on conflict (rate_id, category) do update set price = excluded.price`;
}

/** A released hold-back stays so: its seats may be sold already. */
async function writeHoldBacks(tx: Tx, eventId: number, holdBacks: HoldBack[]): Promise<void> {
  const names = holdBacks.map(({ name }) => name);
  await tx`delete from hold_backs where event_id = ${eventId} and name <> all(${names})`;
  await tx`
    insert into hold_backs (event_id, name, release_at)
    select ${eventId}::bigint, name, release_at::timestamptz from unnest(${names}::text[],
      ${holdBacks.map(({ releaseAt }) => releaseAt)}::text[]) h (name, release_at)
    on conflict (event_id, name) do update set release_at = excluded.release_at where hold_backs.released_at is null`;
}
