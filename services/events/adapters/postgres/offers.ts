import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Db } from '../../../../shared/db/client.ts';
import { tickets } from '../../../../shared/db/schema.ts';
import { analyzeOutgrown } from '../../../../shared/db/statistics.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { Beginning, OfferEvent, Offers, Operation, Seat } from '../../domain/offer/offer.ts';
import { beginOffer } from './offer-begin.ts';
import { isFree, isSold, ms, operationJson } from './offer-fragments.ts';
import { removeSeats, writeSeats } from './offer-seats.ts';

/** Offers in PostgreSQL. */
export function postgresOffers(db: Db): Offers {
  const { sql, run } = db;

  const operationBy = async (condition: ReturnType<Db['sql']>) => {
    const [row] = await sql<{ operation: Operation }[]>`
      select ${operationJson(sql)} as operation from operations op join events e on e.id = op.event_id
      left join organisers o on o.id = e.organiser_id
      where op.kind = 'offer' and ${condition} order by op.id desc limit 1`;
    return row?.operation;
  };

  const begin = (author: Author, beginning: Beginning) =>
    run(() => inTransaction(sql, (tx) => beginOffer(tx, author, beginning)));

  /** Many thousand labels as one text: an array would be written one by one. No label has a line break. */
  const asRows = (labels: string[]) => sql`unnest(string_to_array(${labels.join('\n')}, chr(10))) l (seat)`;

  return {
    event: (eventUuid) =>
      run(async () => {
        const [row] = await sql<OfferEvent[]>`
          select e.uuid, o.uuid as "organiserUuid", v.uuid as "venueUuid", e.status = 'cancelled' as "isCancelled",
            coalesce(e.sale_currency, e.currency) as currency,
            exists (select from tickets where event_id = e.id) as "hasTickets"
          from events e join venues v on v.id = e.venue_id left join organisers o on o.id = e.organiser_id
          where e.uuid = ${eventUuid}`;
        return row;
      }),

    newest: (eventUuid) => run(() => operationBy(sql`e.uuid = ${eventUuid}`)),
    operation: (uuid) => run(() => operationBy(sql`op.uuid = ${uuid}`)),

    others: (eventUuid, labels) =>
      run(async () => {
        const rows = await sql<(Seat & { isSold: boolean })[]>`
          select t.uuid, t.seat as label, ${isSold(sql)} as "isSold"
          from tickets t join events e on e.id = t.event_id left join ${asRows(labels)} on l.seat = t.seat
          where e.uuid = ${eventUuid} and l.seat is null order by t.id`;
        const seatsOf = (sold: boolean) =>
          rows.filter(({ isSold }) => isSold === sold).map(({ uuid, label }) => ({ uuid, label }));
        return { free: seatsOf(false), sold: seatsOf(true) };
      }),

    soldOtherwise: (eventUuid, currency) =>
      run(
        async () =>
          await sql<Seat[]>`
          select t.uuid, t.seat as label from tickets t join events e on e.id = t.event_id
          where e.uuid = ${eventUuid} and t.currency <> ${currency} and not ${isFree(sql)} order by t.id`,
      ),

    begin,

    lease: (leaseMs) =>
      run(async () => {
        const [row] = await sql<{ uuid: string }[]>`
          update operations set leased_until = now() + ${ms(sql, leaseMs)} where id = (
            select id from operations where kind = 'offer' and status = 'running' and leased_until <= now()
            order by id limit 1 for update skip locked)
          returning uuid`;
        return row?.uuid;
      }),

    giveUp: (uuid) =>
      run(async () => {
        await sql`update operations set leased_until = now() where uuid = ${uuid} and status = 'running'`;
      }),

    toHoldBack: (uuid, labels) =>
      run(async () => {
        if (labels.length === 0) return [];
        return await sql<Seat[]>`
          select t.uuid, t.seat as label from operations op join tickets t on t.event_id = op.event_id
          where op.uuid = ${uuid} and t.seat = any(${labels}) and t.hold_back_id is null and t.status = 'available'`;
      }),

    write: (uuid, seats, batch, kept, leaseMs) =>
      run(() => inTransaction(sql, (tx) => writeSeats(tx, uuid, { seats, batch, kept, leaseMs }))),

    remove: (uuid, seats, leaseMs) => run(() => inTransaction(sql, (tx) => removeSeats(tx, uuid, { seats, leaseMs }))),

    finish: async (uuid, kept, outside) => {
      const isDone = await run(async () => {
        const done = await sql`
          with op as (
            update operations set status = 'succeeded', done = total, state = jsonb_set(state, '{kept}', (
              select coalesce(jsonb_agg(distinct label), '[]')
              from (select jsonb_array_elements_text(state->'kept') union select unnest(${kept}::text[])) k (label)))
            where uuid = ${uuid} and status = 'running' returning event_id, state->>'planUuid' as plan
          ), sells as (
            update events e set plan_id = p.id from op join seating_plans p on p.uuid = op.plan
            where e.id = op.event_id and e.plan_id is distinct from p.id
          ), unplaced as (
            update tickets t set place = null, hold_back_id = null from op
            where t.event_id = op.event_id and t.seat = any(${outside}) and (t.place, t.hold_back_id) is distinct from (null, null)
          )
          select from op`;
        return done.length > 0;
      });
      // The sale begins at once, and autovacuum comes by once a minute.
      if (isDone) await analyzeOutgrown(db, [tickets]);
      return isDone;
    },
  };
}
