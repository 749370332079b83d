import type { Db } from '../../../../shared/db/client.ts';
import { eventCancelled, eventIsCancelled } from '../../domain/event/errors.ts';
import type { Batch, OfferedSeats, Seat, Written } from '../../domain/offer/offer.ts';
import { isFree, isSold, ms, takesHoldBack } from './offer-fragments.ts';

type Tx = Db['sql'];
type Running = { id: number; eventId: number; done: number; currency: string };

/** Locks a running operation: whoever is at work on it takes turns. Ends it where the event was cancelled meanwhile. */
async function running(tx: Tx, uuid: string): Promise<Running | undefined> {
  const [row] = await tx<(Running & { isCancelled: boolean })[]>`
    select op.id::float8 as id, op.event_id::float8 as "eventId", op.done, op.state->>'currency' as currency,
      e.status = 'cancelled' as "isCancelled"
    from operations op join events e on e.id = op.event_id
    where op.uuid = ${uuid} and op.status = 'running' for update of op`;
  if (!row?.isCancelled) return row;
  const error = { error: eventCancelled.code, message: eventIsCancelled().message };
  await tx`
    update operations set status = 'failed', error = ${JSON.stringify(error)}::text::jsonb where id = ${row.id}`;
  return undefined;
}

type Work = { seats: OfferedSeats; batch: Batch; kept: string[]; leaseMs: number };

/** Makes and changes the tickets of a batch in a transaction of the caller's; see the port. */
export async function writeSeats(tx: Tx, uuid: string, { seats, batch, kept, leaseMs }: Work): Promise<Written> {
  const operation = await running(tx, uuid);
  if (!operation) return undefined;
  const { id, eventId, done, currency } = operation;
  if (done !== batch.from) return { done };
  const { from, to } = batch;
  const holdBackIds = await holdBacksFor(tx, eventId, seats, batch, new Set(kept));
  // A plan's numbers are small: arrays are passed as one text each.
  const wanted = () => tx`
    select * from unnest(${seats.labels.slice(from, to)}::text[], ${seats.categories.slice(from, to)}::text[],
      ${seats.prices.slice(from, to)}::bigint[], ${holdBackIds}::bigint[]) with ordinality
      w (seat, category, price, hold_back_id, n)`;
  const { count } = await tx`
    insert into tickets (event_id, seat, price, currency, place, category, hold_back_id)
    select ${eventId}::bigint, seat, price, ${currency}::text, ${from}::int + n - 1, category, hold_back_id
    from (${wanted()}) w
    order by n on conflict (event_id, seat) do nothing`;
  if (count < to - from) {
    // Locked in the order of a claim: neither waits for the other for ever. An order has its own prices: that of a sold
    // ticket is for whoever buys it when it was given back.
    await tx`
      with found as (
        select t.id, ${from}::int + w.n - 1 as place, w.category, ${isFree(tx)} as is_free,
          case when ${takesHoldBack(tx)} then w.hold_back_id else t.hold_back_id end as hold_back_id,
          case when ${isFree(tx)} or t.currency = ${currency}::text then w.price else t.price end as price
        from (${wanted()}) w join tickets t on t.event_id = ${eventId} and t.seat = w.seat
        where (t.place, t.category) is distinct from (${from}::int + w.n - 1, w.category)
          or (t.currency = ${currency}::text and t.price <> w.price)
          or (${isFree(tx)} and t.currency <> ${currency}::text)
          or (${takesHoldBack(tx)} and t.hold_back_id is distinct from w.hold_back_id)
        order by t.id for update of t
      )
      update tickets t set place = f.place, category = f.category,
        price = f.price,
        currency = case when f.is_free then ${currency} else t.currency end,
        hold_back_id = f.hold_back_id
      from found f where t.id = f.id`;
  }
  await tx`
    update operations set done = ${to}, leased_until = now() + ${ms(tx, leaseMs)},
      state = case when ${kept.length === 0} then state
        else jsonb_set(state, '{kept}', (state->'kept') || to_jsonb(${kept}::text[])) end
    where id = ${id}`;
  return { done: to };
}

/** The hold-back of each place of a batch. Their rows are locked: one that is released waits, and then sees them all. */
async function holdBacksFor(
  tx: Tx,
  eventId: number,
  { labels, heldBack, holdBackNames }: OfferedSeats,
  { from, to }: Batch,
  kept: Set<string>,
): Promise<(number | null)[]> {
  const ids = new Map<string, number>();
  if (heldBack.slice(from, to).some((index) => index >= 0)) {
    const rows = await tx<{ id: number; name: string }[]>`
      select id::float8 as id, name from hold_backs where event_id = ${eventId} and released_at is null
      order by id for share`;
    for (const { id, name } of rows) ids.set(name, id);
  }
  const found: (number | null)[] = [];
  for (let i = from; i < to; i++) {
    found.push(kept.has(labels[i]!) ? null : (ids.get(holdBackNames[heldBack[i]!] ?? '') ?? null));
  }
  return found;
}

/** Deletes free tickets in a transaction of the caller's; see the port. */
export async function removeSeats(
  tx: Tx,
  uuid: string,
  { seats, leaseMs }: { seats: Seat[]; leaseMs: number },
): Promise<Seat[] | undefined> {
  const operation = await running(tx, uuid);
  if (!operation) return undefined;
  const { id, eventId } = operation;
  const gone = await tx<Seat[]>`
    delete from tickets where id in (
      select t.id from tickets t
      where t.uuid = any(${seats.map((seat) => seat.uuid)}) and t.event_id = ${eventId} and not ${isSold(tx)}
      order by t.id for update)
    returning uuid, seat as label`;
  await tx`
    update operations set done = least(done + ${gone.length}, total), leased_until = now() + ${ms(tx, leaseMs)}
    where id = ${id}`;
  return gone.map(({ uuid, label }) => ({ uuid, label }));
}
