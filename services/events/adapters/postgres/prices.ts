import { writeAudit } from '../../../../shared/audit/audit-log.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import { finishWithin } from '../../../../shared/idempotency/postgres.ts';
import type { NewPrice, PriceRequest, Prices, Repriced } from '../../domain/offer/prices.ts';
import { isFree } from './offer-fragments.ts';

type Tx = Db['sql'];
type Opened = { id: number; organiserId: number | null; currency: string | null };

/** The most that the database takes, so that every sum is exact. */
const maxPrice = 100_000_000_000;
const maxNoted = 100;

/** Prices of tickets and rates in PostgreSQL. */
export function postgresPrices({ sql, run }: Db): Prices {
  return {
    change: (request, seats, to) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const event = await open(tx, request.eventUuid);
          if ('refused' in event) return event.refused;
          const labels = 'labels' in seats ? [...new Set(seats.labels)] : undefined;
          const chosen = (on: Tx) =>
            labels
              ? on`t.event_id = ${event.id} and t.seat in (select unnest(${labels}::text[]))`
              : on`t.event_id = ${event.id} and t.category = ${'category' in seats ? seats.category : ''}`;
          const unknown = labels ? await missing(tx, event.id, labels) : undefined;
          if (unknown && unknown.length > 0) return { unknown };
          if ('category' in seats) {
            const [known] = await tx`select from tickets t where ${chosen(tx)} limit 1`;
            if (!known) return { unknown: [seats.category] };
          }
          const price = priceOf(tx, to, tx`t.price`);
          // Locked in the order of a claim: neither waits for the other for ever. An order has its own prices: that of a
          // sold ticket is for whoever buys it when it was given back.
          const { count } = await tx`
            update tickets t set price = ${price} where t.id in (
              select t.id from tickets t
              where ${chosen(tx)} and (${isFree(tx)} or t.currency = ${event.currency}) and t.price <> ${price}
              order by t.id for update)`;
          if (count > 0) await noteRepriced(tx, event.id);
          const what = labels ? { seats: labels.slice(0, maxNoted), seat_count: labels.length } : seats;
          return done(tx, request, event, { ...what, ...to, changed: count });
        }),
      ),

    changeRate: (request, { rate, category }, to) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const event = await open(tx, request.eventUuid);
          if ('refused' in event) return event.refused;
          const [before] = await tx<{ id: number; price: number }[]>`
            select r.id::float8 as id, p.price::float8 as price from rates r join rate_prices p on p.rate_id = r.id
            where r.event_id = ${event.id} and r.name = ${rate} and p.category = ${category} and r.withdrawn_at is null
            for update of p`;
          if (!before) return { unknown: [rate] };
          const { count } = await tx`
            update rate_prices t set price = ${priceOf(tx, to, tx`t.price`)}
            where rate_id = ${before.id} and category = ${category} and t.price <> ${priceOf(tx, to, tx`t.price`)}`;
          if (count > 0) await noteRepriced(tx, event.id);
          return done(tx, request, event, { rate, category, ...to, changed: count });
        }),
      ),
  };
}

/** Locks the event's row, so that no offer begins meanwhile. */
async function open(tx: Tx, eventUuid: string): Promise<Opened | { refused: Repriced }> {
  const [event] = await tx<(Opened & { isCancelled: boolean })[]>`
    select id::float8 as id, organiser_id::float8 as "organiserId", status = 'cancelled' as "isCancelled",
      coalesce(sale_currency, currency) as currency
    from events where uuid = ${eventUuid} for no key update`;
  if (!event) return { refused: 'no event' };
  if (event.isCancelled) return { refused: 'cancelled' };
  const [running] = await tx<{ uuid: string }[]>`
    select uuid from operations where event_id = ${event.id} and kind = 'offer' and status = 'running'`;
  return running ? { refused: { underWay: running.uuid } } : event;
}

const priceOf = (tx: Tx, to: NewPrice, now: Fragment): Fragment =>
  'price' in to
    ? tx`${to.price}::bigint`
    : tx`least(${maxPrice}::bigint, round(${now} * (100 + ${to.percent}::numeric) / 100)::bigint)`;

async function missing(tx: Tx, eventId: number, labels: string[]): Promise<string[]> {
  const rows = await tx<{ seat: string }[]>`
    select w.seat from unnest(${labels}::text[]) w (seat)
    where not exists (select from tickets t where t.event_id = ${eventId} and t.seat = w.seat)`;
  return rows.map(({ seat }) => seat);
}

/** The offer no longer tells the prices: sent again, it sets them anew. */
async function noteRepriced(tx: Tx, eventId: number): Promise<void> {
  await tx`
    update operations set state = jsonb_set(state, '{isRepriced}', 'true') where id = (
      select id from operations where event_id = ${eventId} and kind = 'offer' order by id desc limit 1)`;
}

/** Notes a change, and that its request is done; returns the outcome. */
async function done(
  tx: Tx,
  { author, eventUuid, ending }: PriceRequest,
  { organiserId }: Opened,
  after: { changed: number; [member: string]: unknown },
): Promise<{ changed: number }> {
  const { changed } = after;
  await writeAudit(tx, author, { action: 'prices.changed', thing: 'event', thingUuid: eventUuid, organiserId, after });
  await finishWithin(tx, ending, { changed });
  return { changed };
}
