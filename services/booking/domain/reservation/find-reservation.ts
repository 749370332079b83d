import { type Actor, owns } from '../../../../shared/auth/actor.ts';
import { reservationNotFound } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { Reservation } from './reservation.ts';

/** `held` until `expiresAt` (milliseconds since 1970), `released` by its buyer, or `ended` by time or by a sale. */
export type ReservationState = Reservation & ({ state: 'held'; expiresAt: number } | { state: 'released' | 'ended' });

/** Returns a reservation and its state. Throws `reservation_not_found`, also for one that is not the actor's. */
export async function findReservation(
  ports: Pick<Ports, 'reservations' | 'locks'>,
  request: { actor: Actor; uuid: string },
): Promise<ReservationState> {
  const reservation = await ownReservation(ports, request);
  if (reservation.released) return { ...reservation, state: 'released' };
  const expiresAt = await endOf(ports, reservation);
  return expiresAt === undefined ? { ...reservation, state: 'ended' } : { ...reservation, state: 'held', expiresAt };
}

/** Returns a reservation of the actor's. Throws `reservation_not_found`. */
export async function ownReservation(
  { reservations }: Pick<Ports, 'reservations'>,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<Reservation> {
  const reservation = await reservations.find(uuid);
  if (!reservation) throw reservationNotFound();
  checkOwn(actor, reservation);
  return reservation;
}

/** Throws `reservation_not_found` unless it is the actor's: others must not learn that it exists. */
export function checkOwn(actor: Actor, { userUuid }: Reservation): void {
  if (!owns(actor, userUuid)) throw reservationNotFound();
}

/** Returns when the first of its seats is free again; undefined when one is already. */
export async function endOf(
  { locks }: Pick<Ports, 'locks'>,
  { eventUuid, userUuid, tickets }: Reservation,
): Promise<number | undefined> {
  const ticketUuids = tickets.map(({ ticketUuid }) => ticketUuid);
  const holds = await locks.held({ eventUuid, ticketUuids, owner: userUuid });
  const own = holds.filter((one) =>
    tickets.some(({ ticketUuid, token }) => one.ticketUuid === ticketUuid && one.token === token),
  );
  return own.length === tickets.length ? Math.min(...own.map((one) => one.expiresAt)) : undefined;
}
