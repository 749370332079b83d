import type { Sale } from '../services/booking/testing.ts';

/** A hold that lasts longer than this is being paid for. */
export const holdMs = 60_000;

/** Ends the hold of a ticket by time, unless a payment has made it longer; returns whether it did. */
export async function expireInPostgres({ sql }: Sale, ticketUuid: string): Promise<boolean> {
  const { count } = await sql`
    update ticket_locks set expires_at = now() - interval '1 second' where ticket_uuid = ${ticketUuid}
      and expires_at between now() and now() + ${holdMs} * interval '1 millisecond'`;
  return count > 0;
}
