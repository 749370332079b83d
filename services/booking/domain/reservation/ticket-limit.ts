import { tooManyTickets } from '../errors.ts';
import type { Ports } from '../ports.ts';

/**
 * Throws `too_many_tickets` when the tickets that a user holds (`ticketUuids`, as counted when the locks were taken)
 * and has bought are too many together. A ticket is booked before its lock is released, so one that is sold meanwhile
 * is counted; one that is in both places counts once.
 */
export async function checkLimit(
  { tickets, ticketLimit }: Pick<Ports, 'tickets' | 'ticketLimit'>,
  { userUuid, eventUuid, ticketUuids }: { userUuid: string; eventUuid: string; ticketUuids: string[] },
): Promise<void> {
  if (ticketLimit === 0) return;
  const bought = await tickets.boughtBy(userUuid, eventUuid);
  if (new Set([...ticketUuids, ...bought]).size > ticketLimit) throw tooManyTickets(ticketLimit);
}
