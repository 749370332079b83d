import type { Actor } from '../../../../shared/auth/actor.ts';
import { reservationExpired, reservationExtended } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { refused } from '../sale-rules/admit.ts';
import { endOf, findReservation, ownReservation, type ReservationState } from './find-reservation.ts';

/**
 * Extends a reservation by the full hold time, once. Throws `reservation_not_found`, `reservation_expired` when a seat
 * is no longer held, an error of the event's rules, and `reservation_extended` when it was extended before.
 */
export async function extendReservation(
  ports: Pick<Ports, 'reservations' | 'locks' | 'lockTtlMs' | 'knownRules'>,
  request: { actor: Actor; uuid: string },
): Promise<ReservationState> {
  const reservation = await ownReservation(ports, request);
  const { uuid, eventUuid, tickets } = reservation;
  if (reservation.released || (await endOf(ports, reservation)) === undefined) throw reservationExpired();
  if (!reservation.isOnSale) {
    throw await refused(ports, { eventUuid, deed: { is: 'purchase' }, missing: reservationExpired });
  }
  // The note comes first, and stays: neither two requests at once nor a retry may extend it twice.
  if (!(await ports.reservations.useExtension(uuid))) throw reservationExtended();
  if (!(await ports.locks.extend({ eventUuid, locks: tickets, ttlMs: ports.lockTtlMs }))) throw reservationExpired();
  // It may have been released meanwhile.
  return findReservation(ports, request);
}
