import type { Redis } from 'ioredis';
import type { Sale } from '../../services/booking/testing.ts';
import type { RedisServer } from '../../shared/redis/client.ts';

/** A lock that lasts longer than this is that of a payment under way. */
export const holdMs = 60_000;

/** Ends the hold of a ticket by time, unless it is being paid for; returns whether it did. */
export type Expire = (sale: Sale, event: { uuid: string }, ticketUuid: string) => Promise<boolean>;

/** The store's clock can't be moved, so the end of the lock is. */
export const expireInPostgres: Expire = async ({ sql }, _event, ticketUuid) => {
  const { count } = await sql`
    update ticket_locks set expires_at = now() - interval '1 second' where ticket_uuid = ${ticketUuid}
      and expires_at between now() and now() + ${holdMs} * interval '1 millisecond'`;
  return count > 0;
};

/** Likewise, in one script: a payment may begin at any moment. */
export const expireInRedis =
  ({ client }: RedisServer): Expire =>
  async (_sale, { uuid }, ticketUuid) => {
    const script = `
      local left = redis.call('HPTTL', KEYS[1], 'FIELDS', 1, ARGV[1])[1]
      if left < 0 or left > tonumber(ARGV[2]) then return 0 end
      return redis.call('HPEXPIRE', KEYS[1], 0, 'FIELDS', 1, ARGV[1])[1]`;
    return (await (client as Redis).eval(script, 1, `ticket_locks:{${uuid}}`, ticketUuid, holdMs)) === 2;
  };
