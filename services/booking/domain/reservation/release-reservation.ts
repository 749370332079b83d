import type { Actor } from '../../../../shared/auth/actor.ts';
import { PaymentUnanswered, reservationSold } from '../errors.ts';
import { advanceOrder } from '../order/advance-order.ts';
import type { CompletionPorts } from '../order/complete-order.ts';
import type { Ports } from '../ports.ts';
import { ownReservation } from './find-reservation.ts';

/** Each further look means another order of the same seats. */
const maxLooks = 5;

/**
 * Releases the seats at once; repeating it changes nothing. A payment that is under way for them is cancelled; if it
 * was faster, throws `reservation_sold`. Throws `reservation_not_found`; and `unavailable` when the payment provider
 * does not report the payment's state, and then nothing is released.
 */
export async function releaseReservation(
  ports: CompletionPorts & Pick<Ports, 'reservations'>,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<void> {
  const { eventUuid, tickets } = await ownReservation(ports, { actor, uuid });
  for (let look = 0; look < maxLooks; look++) {
    const inTheWay = await ports.reservations.release(uuid);
    if (inTheWay === true) {
      // A released reservation can't be bought, so these locks are of no use.
      const freed = await ports.locks.release({ eventUuid, locks: tickets });
      if (freed > 0) ports.feed.publish(eventUuid);
      return;
    }
    if (inTheWay.order.status === 'paid') throw reservationSold();
    await advanceOrder(ports, inTheWay, ports.payments.close);
  }
  throw new PaymentUnanswered(new Error(`reservation ${uuid} is ordered again and again`));
}
