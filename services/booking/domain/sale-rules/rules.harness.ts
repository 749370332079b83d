import type { Sale } from '../../testing.ts';

/** The organiser's changes, by SQL. */
export const organiserOf = ({ sql }: Pick<Sale, 'sql'>) => ({
  /** Sets columns of an event, such as `status = 'cancelled'`. */
  change: (eventUuid: string, columns: string) =>
    sql.unsafe(`update events set ${columns} where uuid = '${eventUuid}'`),

  /** Makes the general sale begin in a day, and a presale that is open until then. */
  async presale(eventId: number, { code = 'FANS', maxUses = null as number | null, starts = '-1 hour' } = {}) {
    await sql`update events set on_sale_from = now() + interval '1 day' where id = ${eventId}`;
    const [row] = await sql<{ id: number }[]>`
      with p as (
        insert into presales (event_id, name, starts_at, ends_at)
        values (${eventId}, 'Fans', now() + ${starts}::interval, now() + interval '1 day') returning id
      )
      insert into access_codes (presale_id, code, max_uses) select id, ${code}, ${maxUses} from p returning id`;
    return row!.id;
  },

  /** Makes a rate with a price for each of the categories. */
  async rate(eventId: number, prices: Record<string, number>, { name = 'Child', most = null as number | null } = {}) {
    const [row] = await sql<{ uuid: string }[]>`
      with r as (insert into rates (event_id, name, max_tickets) values (${eventId}, ${name}, ${most}) returning id, uuid),
      p as (
        insert into rate_prices (rate_id, category, price)
        select r.id, key, value::bigint from r, json_each_text(${JSON.stringify(prices)}::text::json)
      )
      select uuid from r`;
    return row!.uuid;
  },

  categorise: (eventId: number, category: string, seats?: string[]) =>
    sql`update tickets set category = ${category} where event_id = ${eventId} and (${seats ?? null}::text[] is null or seat = any(${seats ?? null}))`,

  async holdBack(eventId: number, seats: string[]) {
    await sql`
      with h as (insert into hold_backs (event_id, name) values (${eventId}, 'Sponsors') returning id)
      update tickets set hold_back_id = h.id from h where event_id = ${eventId} and seat = any(${seats})`;
  },

  release: (eventId: number) => sql`update tickets set hold_back_id = null where event_id = ${eventId}`,

  /** Makes the holds of a reservation, and the time in which it counts, end. */
  async end(reservationUuid: string) {
    await sql`
      update reservations set created_at = now() - interval '18 minutes', extended_at = extended_at - interval '18 minutes'
      where uuid = ${reservationUuid}`;
    await sql`
      update ticket_locks set expires_at = now() - interval '1 second' where token in (
        select token from reservation_tickets where reservation_id = (
          select id from reservations where uuid = ${reservationUuid}))`;
  },
});
