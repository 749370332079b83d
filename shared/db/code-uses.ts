import type { Db, Fragment } from './client.ts';

/**
 * True when the reservation `r` counts for its access code and its rates: it is held, for `holdMs` at most, or it is
 * bought or being paid for.
 */
export const isInUse = (sql: Db['sql'], holdMs: number): Fragment => sql`(r.released_at is null and (
  exists (select from orders where reservation_id = r.id and status in ('pending', 'paid'))
  or (coalesce(r.extended_at, r.created_at) > now() - ${holdMs} * interval '1 millisecond'
    and not exists (select from orders where reservation_id = r.id and status = 'refunded'))))`;
