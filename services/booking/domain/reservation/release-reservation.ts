import type { Actor } from '../../../../shared/auth/actor.ts';
import { PaymentUnanswered, reservationSold } from '../errors.ts';
import { advanceOrder } from '../order/advance-order.ts';
import type { CompletionPorts } from '../order/complete-order.ts';
import type { Ports } from '../ports.ts';
import { ownReservation } from './find-reservation.ts';

/** Each look meets another order of the same seats. */
const maxLooks = 5;

/**
 * Gives the seats back at once; repeating it changes nothing. A payment that is under way for them is called off; where it
 * was faster, throws `reservation_sold`. Throws `reservation_not_found`; and `unavailable` when the payment provider does not
 * say how the payment stands, and then nothing is given back.
 */
export async function releaseReservation(
  ports: CompletionPorts & Pick<Ports, 'reservations'>,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<void> {
  const { eventUuid, tickets } = await ownReservation(ports, { actor, uuid });
  for (let look = 0; look < maxLooks; look++) {
    const inTheWay = await ports.reservations.release(uuid);
    if (inTheWay === true) {
      // What is noted as released is never bought, so that these locks are of no use to anybody.
      const freed = await ports.locks.release({ eventUuid, locks: tickets });
      if (freed > 0) ports.feed.publish(eventUuid);
      return;
    }
    if (inTheWay.order.status === 'paid') throw reservationSold();
    await advanceOrder(ports, inTheWay, ports.payments.close);
  }
  throw new PaymentUnanswered(new Error(`reservation ${uuid} is ordered again and again`));
}
