import { tooManyTickets } from '../errors.ts';
import type { Ports } from '../ports.ts';

/**
 * Throws `too_many_tickets` when what a user holds (`ticketUuids`, as counted when the locks were taken) and has bought are
 * too many together. A ticket is booked before its lock goes, so one that moves from the one to the other meanwhile is
 * counted; in both places it counts once.
 */
export async function checkLimit(
  { tickets, ticketLimit }: Pick<Ports, 'tickets' | 'ticketLimit'>,
  { userUuid, eventUuid, ticketUuids }: { userUuid: string; eventUuid: string; ticketUuids: string[] },
): Promise<void> {
  if (ticketLimit === 0) return;
  const bought = await tickets.boughtBy(userUuid, eventUuid);
  if (new Set([...ticketUuids, ...bought]).size > ticketLimit) throw tooManyTickets(ticketLimit);
}
