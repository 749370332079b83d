import { AppError } from '../../../../shared/errors.ts';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { type MaybeCaller, owns } from '../caller.ts';
import { carryOn } from '../order/advance-order.ts';
import type { CompleteDeps } from '../order/complete-order.ts';
import { PaymentUnanswered } from '../payment/payment-provider.ts';
import type { Reservation, Reservations } from './reservation.ts';
import { notOnSale } from './sale-window.ts';

export type ManageReservationDeps = CompleteDeps & {
  locks: TicketLocks;
  reservations: Reservations;
  lockTtlMs: number;
};

/** `held` until `expiresAt` (milliseconds since 1970), `released` by its buyer, or `ended` by time or by a sale. */
export type ReservationState = Reservation & ({ state: 'held'; expiresAt: number } | { state: 'released' | 'ended' });

/** A reservation as it stands now. Throws `reservation_not_found`, here and below also for one that is not the caller's. */
export async function findReservation(
  deps: ManageReservationDeps,
  uuid: string,
  caller?: MaybeCaller,
): Promise<ReservationState> {
  const reservation = await ownReservation(deps, uuid, caller);
  if (reservation.released) return { ...reservation, state: 'released' };
  const expiresAt = await endOf(deps, reservation);
  return expiresAt === undefined ? { ...reservation, state: 'ended' } : { ...reservation, state: 'held', expiresAt };
}

/** Each look meets another order of the same seats. */
const maxLooks = 5;

/**
 * Gives the seats back at once; repeating it changes nothing. A payment that is under way for them is called off; where it
 * was faster, throws `reservation_sold`. Throws `reservation_not_found`; and `unavailable` when the payment provider does not
 * say how the payment stands, and then nothing is given back.
 */
export async function releaseReservation(
  deps: ManageReservationDeps,
  uuid: string,
  caller?: MaybeCaller,
): Promise<void> {
  const { eventUuid, tickets } = await ownReservation(deps, uuid, caller);
  for (let look = 0; look < maxLooks; look++) {
    const inTheWay = await deps.reservations.release(uuid);
    if (inTheWay === true) {
      // What is noted as released is never bought, so that these locks are of no use to anybody.
      const freed = await deps.locks.release({ eventUuid, locks: tickets });
      if (freed > 0) deps.feed.publish(eventUuid);
      return;
    }
    if (inTheWay.order.status === 'paid') {
      throw new AppError('reservation_sold', 'The seats are bought: ask for a refund of the order to give them back');
    }
    await carryOn(deps, inTheWay, deps.payments.close);
  }
  throw new PaymentUnanswered(new Error(`reservation ${uuid} is ordered again and again`));
}

/**
 * Gives the buyer the full time once more, once. Throws `reservation_not_found`, `reservation_expired` when a seat is held
 * no more, `sales_ended`, and `reservation_extended` when it was extended before.
 */
export async function extendReservation(
  deps: ManageReservationDeps,
  uuid: string,
  caller?: MaybeCaller,
): Promise<ReservationState> {
  const reservation = await ownReservation(deps, uuid, caller);
  const { eventUuid, tickets } = reservation;
  if (reservation.released || (await endOf(deps, reservation)) === undefined) throw expired();
  if (!reservation.isOnSale) throw notOnSale();
  // The note comes first, and stays: two at once must not both extend, nor one whose answer was lost once more.
  if (!(await deps.reservations.useExtension(uuid))) {
    throw new AppError('reservation_extended', 'A reservation can be extended once');
  }
  if (!(await deps.locks.extend({ eventUuid, locks: tickets, ttlMs: deps.lockTtlMs }))) throw expired();
  return findReservation(deps, uuid, caller);
}

/** A reservation of the caller's. Throws `reservation_not_found`. */
export async function ownReservation(
  { reservations }: { reservations: Pick<Reservations, 'find'> },
  uuid: string,
  caller: MaybeCaller,
): Promise<Reservation> {
  const reservation = await reservations.find(uuid);
  if (!reservation || !owns(caller, reservation.userUuid))
    throw new AppError('reservation_not_found', 'Reservation not found');
  return reservation;
}

/** When the first of its seats is free again; undefined when one is already. */
export async function endOf(
  { locks }: Pick<ManageReservationDeps, 'locks'>,
  reservation: Reservation,
): Promise<number | undefined> {
  const { eventUuid, userUuid, tickets } = reservation;
  const ticketUuids = tickets.map(({ ticketUuid }) => ticketUuid);
  const holds = await locks.held({ eventUuid, ticketUuids, owner: userUuid });
  const own = holds.filter((one) =>
    tickets.some(({ ticketUuid, token }) => one.ticketUuid === ticketUuid && one.token === token),
  );
  return own.length === tickets.length ? Math.min(...own.map((one) => one.expiresAt)) : undefined;
}

export const expired = () =>
  new AppError(
    'reservation_expired',
    'Not all of the seats are held any more: release the reservation, and reserve again',
  );
