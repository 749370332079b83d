import type { Actor } from '../../../../shared/auth/actor.ts';
import type { AppError } from '../../../../shared/errors.ts';
import { otherPaymentPending, reservationExpired, seatsGone } from '../errors.ts';
import { checkChargeable } from '../payment/payment-provider.ts';
import { paymentWindowMs } from '../payment/payment-window.ts';
import type { Ports } from '../ports.ts';
import { checkOwn, endOf } from '../reservation/find-reservation.ts';
import type { Reservation } from '../reservation/reservation.ts';
import { refused } from '../sale-rules/admit.ts';
import { type Completion, type CompletionPorts, completeOrder, letGo } from './complete-order.ts';
import type { Order, OrderView } from './order.ts';

export type CreateOrderPorts = CompletionPorts & Pick<Ports, 'locks' | 'tickets' | 'reservations' | 'knownRules'>;

/** `before` is the order that the same request has made already: when that has failed, no other is made. */
export type CreateOrder = {
  actor: Actor;
  reservation: Reservation;
  methodUuid: string;
  before?: string | undefined;
};

/**
 * `placed`: the order is paid, or `pending` while the provider has not responded (it is settled later, see `findOrder`)
 * or its buyer has an `action` to take, after which the same request completes it. Otherwise the seats are still held,
 * and another card may be tried.
 */
export type Purchase = { is: 'placed'; order: OrderView } | Extract<Completion, { is: 'declined' | 'given up' }>;

/**
 * Buys exactly the seats of a reservation, at its prices. Repeating it returns the same order and charges nothing more.
 * The charge is the sum of the booked tickets.
 *
 * Throws `reservation_not_found` unless it is the actor's, `reservation_expired`, `ticket_not_available` with the
 * `conflicts` that are gone or sold, an error of the event's rules, `amount_not_chargeable`, after which the seats are still held, and
 * `payment_pending`.
 */
export async function createOrder(ports: CreateOrderPorts, request: CreateOrder): Promise<Purchase> {
  const { orders, feed } = ports;
  const { actor, reservation, methodUuid, before } = request;
  checkOwn(actor, reservation);
  const ended = before === undefined ? undefined : await endOfOrder(ports, before, reservation);
  if (ended) return ended;
  const order = reservation.order ?? (await claim(ports, reservation, methodUuid));
  if (order.status === 'pending') {
    feed.publish(reservation.eventUuid);
    const completion = await completeOrder(ports, order).finally(() => feed.publish(reservation.eventUuid));
    if (completion.is === 'declined') return completion;
    if (completion.is === 'given up') return givenUp(ports, reservation);
  } else {
    await letGo(ports, 'release', (await orders.get(order.uuid))?.seats ?? []);
  }
  const view = await orders.view(order.uuid);
  if (!view) throw new Error(`no order ${order.uuid}`);
  return view.status === 'failed' ? givenUp(ports, reservation) : { is: 'placed', order: view };
}

/** Returns how an order has ended; undefined while it is pending. */
async function endOfOrder(
  ports: CreateOrderPorts,
  uuid: string,
  reservation: Reservation,
): Promise<Purchase | undefined> {
  const view = await ports.orders.view(uuid);
  if (!view || view.status === 'pending') return undefined;
  if (view.status !== 'failed') return { is: 'placed', order: view };
  const state = await ports.payments.find(uuid);
  return state.is === 'declined' ? state : givenUp(ports, reservation);
}

/**
 * The order was given up while its payment was under way: by a sweep, and the seats are still held, or with its
 * reservation.
 */
async function givenUp(ports: CreateOrderPorts, { uuid }: Reservation): Promise<{ is: 'given up' }> {
  const now = await ports.reservations.find(uuid);
  if (!now || now.released || (await endOf(ports, now)) === undefined) throw reservationExpired();
  return { is: 'given up' };
}

/** Each further look means that the buyer's own other click has just ended, which is rare. */
const maxLooks = 5;

async function claim(ports: CreateOrderPorts, reservation: Reservation, methodUuid: string): Promise<Order> {
  const { orders, tickets, locks, payments } = ports;
  const { uuid: reservationUuid, eventUuid, userUuid, tickets: lines, currency, total } = reservation;
  if (reservation.released || lines.length === 0) throw reservationExpired();
  checkChargeable(payments, { amount: total, currency, parts: lines.map(({ price }) => price) });
  const held = { eventUuid, locks: lines };
  const hasRates = lines.some(({ rate }) => rate !== undefined);
  const request = {
    eventUuid,
    lines,
    currency,
    userUuid,
    methodUuid,
    reservationUuid,
    hasRates,
    provider: payments.name,
  };
  for (let look = 0; look < maxLooks; look++) {
    // The locks outlive the payment; and a seat that is no longer held is not bought, even if it happens to be free.
    const isHeld = await locks.cover({ ...held, windowMs: paymentWindowMs });
    const outcome = isHeld ? await orders.claim(request) : undefined;
    if (outcome && 'order' in outcome) return outcome.order;
    // The conflict may be the buyer's own other click, whose order is then continued.
    const own = await orders.ofReservation(reservationUuid);
    if (own) return own;
    if (!outcome || 'isReleased' in outcome) throw reservationExpired();
    if ('isEnded' in outcome) {
      return letGoAndThrow(await refused(ports, { eventUuid, deed: { is: 'purchase' }, missing: reservationExpired }));
    }
    const { conflicts } = outcome;
    if (!(await isOwnOrFree(conflicts))) return letGoAndThrow(seatsGone(conflicts));
  }
  // One of them is being paid for through the original's confirm, whose outcome is not known yet.
  throw otherPaymentPending();

  /** The buyer's own order of a moment ago may have failed since. */
  async function isOwnOrFree(ticketUuids: string[]): Promise<boolean> {
    const now = await Promise.all(ticketUuids.map((uuid) => tickets.find(uuid)));
    return now.every((ticket) => ticket && !ticket.booked && (!ticket.order || ticket.order.userUuid === userUuid));
  }

  async function letGoAndThrow(error: AppError): Promise<never> {
    await letGo(ports, 'uncover', [held]);
    throw error;
  }
}
