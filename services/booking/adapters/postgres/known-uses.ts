import { LRUCache } from 'lru-cache';
import type { Db, Fragment } from '../../../../shared/db/client.ts';

type Sql = Db['sql'];

/** How often a code or a rate was used by reservations up to that of id `upTo`, at most: some may have ended since. */
export type KnownUse = { uuid: string; used: number; upTo: number };

/**
 * A memory of how often limited codes and rates are used, so that a rush does not count all of its uses for each hold. A
 * use is written under the lock of its code's or rate's row: one that is not counted yet has a later reservation, and
 * those before only end. So what is known and what came since is never too little. Where it would be too much all are
 * counted.
 */
export type KnownUses = {
  /** Returns what is known of the codes or rates of these names. */
  of(names: Iterable<string>): KnownUse[];
  note(name: string, uses: KnownUse[]): void;
};

/** After this time all uses are counted anew: what has ended is given back, and no error lasts. */
const keptMs = 10_000;

export function knownUses(): KnownUses {
  const known = new LRUCache<string, KnownUse[]>({ max: 10_000, ttl: keptMs, noUpdateTTL: true });
  return {
    of: (names) => [...names].flatMap((name) => known.get(name) ?? []),
    note: (name, uses) => void known.set(name, uses),
  };
}

/** More rows than these since the last count cost as much as to count all. */
const maxSince = 1000;

/** The rows `known` of a statement. */
export const knownRows = (sql: Sql, uses: KnownUse[]): Fragment => sql`(
  select * from unnest(${uses.map(({ uuid }) => uuid)}::text[], ${uses.map(({ used }) => used)}::bigint[],
    ${uses.map(({ upTo }) => upTo)}::bigint[]) as known (uuid, used, up_to))`;

/**
 * The uses of a code (`access_code_id` of `reservations`) or a rate (`rate_id` of `reservation_tickets`) since the
 * `known` ones; null when too many rows were written since. The order makes each plan take the primary key.
 */
export const codeUsesSince = (sql: Sql): Fragment => sql`(
  select case when count(*) < ${maxSince} then count(*) filter (where access_code_id = c.id) end
  from (select access_code_id from reservations where id > known.up_to order by id limit ${maxSince}) later)`;

export const rateUsesSince = (sql: Sql): Fragment => sql`(
  select case when count(*) < ${maxSince} then count(*) filter (where rate_id = rates.id) end
  from (select rate_id from reservation_tickets where reservation_id > known.up_to order by reservation_id limit ${maxSince}) later)`;
