import { AppError } from '../../../../shared/errors.ts';
import type { Reservations } from './reservation.ts';

export type LimitDeps = {
  reservations: Pick<Reservations, 'boughtBy'>;
  /** Most tickets of one event that a user may hold and have bought together; 0 is no limit. */
  ticketLimit: number;
};

/**
 * Throws `too_many_tickets` when what a user holds (`ticketUuids`, as counted when the locks were taken) and has bought are
 * too many together. A ticket is booked before its lock goes, so one that moves from the one to the other meanwhile is
 * counted; in both places it counts once.
 */
export async function checkLimit(
  { reservations, ticketLimit }: LimitDeps,
  { userUuid, eventUuid, ticketUuids }: { userUuid: string; eventUuid: string; ticketUuids: string[] },
): Promise<void> {
  if (ticketLimit === 0) return;
  const bought = await reservations.boughtBy(userUuid, eventUuid);
  if (new Set([...ticketUuids, ...bought]).size > ticketLimit) throw tooMany({ ticketLimit });
}

export const tooMany = ({ ticketLimit }: Pick<LimitDeps, 'ticketLimit'>) =>
  new AppError('too_many_tickets', `You may hold and buy at most ${ticketLimit} tickets of one event`);
