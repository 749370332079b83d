import { tooManyTickets } from '../errors.ts';
import type { Ports } from '../ports.ts';

/** `limit` 0 is none. */
type Counted = { userUuid: string; eventUuid: string; ticketUuids: string[]; limit: number };

/**
 * Throws `too_many_tickets` when the tickets that a user holds (`ticketUuids`, as counted when the locks were taken)
 * and has bought are too many together. A ticket is booked before its lock is released, so one that is sold meanwhile
 * is counted; one that is in both places counts once.
 */
export async function checkLimit(
  { tickets }: Pick<Ports, 'tickets'>,
  { userUuid, eventUuid, ticketUuids, limit }: Counted,
): Promise<void> {
  if (limit === 0) return;
  const bought = await tickets.boughtBy(userUuid, eventUuid);
  if (new Set([...ticketUuids, ...bought]).size > limit) throw tooManyTickets(limit);
}
