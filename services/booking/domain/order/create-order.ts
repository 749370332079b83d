import { AppError, isAppError } from '../../../../shared/errors.ts';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { type MaybeCaller, mayManage, mustBe } from '../caller.ts';
import { checkChargeable } from '../payment/payment-provider.ts';
import { paymentWindowMs } from '../payment/payment-window.ts';
import { endOf, expired, ownReservation } from '../reservation/manage-reservation.ts';
import type { Reservation, Reservations } from '../reservation/reservation.ts';
import { notOnSale } from '../reservation/sale-window.ts';
import { type CompleteDeps, completeOrder, declined, givenUp, letGo } from './complete-order.ts';
import type { Orders, OrderView } from './orders.ts';
import type { Order } from './sale.ts';

export type CreateOrderDeps = CompleteDeps & {
  orders: Orders;
  reservations: Pick<Reservations, 'find'>;
  locks: TicketLocks;
};

/**
 * Buys exactly the seats of a reservation, at its prices. Repeating it answers with the same order and charges nothing more.
 * The order is `pending` when the provider has not answered: it is settled later, and `findOrder` tells how; or while its
 * buyer has an `action` to take, after which the same request carries it on.
 *
 * Throws `reservation_not_found` unless it is the caller's, `reservation_expired`, `ticket_not_available` with the `conflicts`
 * that are gone or sold, `sales_ended`, `amount_not_chargeable`, and `payment_declined`; after the last two the seats are
 * still held, and another card may be tried. What is charged is the sum of what is booked. `before` is the order that the
 * same request has made already: when that has failed, no other is made.
 */
export async function createOrder(
  deps: CreateOrderDeps,
  { reservationUuid, methodUuid, before }: { reservationUuid: string; methodUuid: string; before?: string | undefined },
  caller?: MaybeCaller,
): Promise<OrderView> {
  const { orders, sales, feed } = deps;
  const reservation = await ownReservation(deps, reservationUuid, caller);
  const ended = before === undefined ? undefined : await endOfOrder(deps, before, reservationUuid);
  if (ended) return ended;
  const order = reservation.order ?? (await claim(deps, reservation, methodUuid));
  if (order.status === 'pending') {
    feed.publish(reservation.eventUuid);
    await complete(order).finally(() => feed.publish(reservation.eventUuid));
  } else {
    await letGo(deps, 'release', (await sales.get(order.uuid))?.seats ?? []);
  }
  const view = await viewed();
  if (view.status === 'failed') throw await whyGivenUp(deps, reservationUuid);
  return view;

  async function complete(pending: Order): Promise<void> {
    try {
      await completeOrder(deps, pending);
    } catch (error) {
      if (isAppError(error, 'payment_pending') || isAppError(error, 'payment_requires_action')) return;
      if (!isAppError(error, 'ticket_not_reserved')) throw error;
      throw await whyGivenUp(deps, reservationUuid);
    }
  }

  async function viewed(): Promise<OrderView> {
    const view = await orders.view(order.uuid);
    if (!view) throw new Error(`no order ${order.uuid}`);
    return view;
  }
}

/** An order that has ended; undefined while it is pending. Throws `payment_declined` for one that has failed. */
async function endOfOrder(
  deps: CreateOrderDeps,
  uuid: string,
  reservationUuid: string,
): Promise<OrderView | undefined> {
  const view = await deps.orders.view(uuid);
  if (view?.status !== 'failed') return view?.status === 'pending' ? undefined : view;
  const standing = await deps.payments.find(uuid);
  throw standing.is === 'declined' ? declined(standing.reason) : await whyGivenUp(deps, reservationUuid);
}

/** An order was given up while its payment was under way: with its reservation, or by a sweep, and the seats are still held. */
async function whyGivenUp(deps: CreateOrderDeps, reservationUuid: string): Promise<AppError> {
  const reservation = await deps.reservations.find(reservationUuid);
  const isHeld = reservation && !reservation.released && (await endOf(deps, reservation)) !== undefined;
  return isHeld ? givenUp() : expired();
}

/** An order as it stands now. Throws `order_not_found`, also for one that the caller may not see. */
export async function findOrder(
  { orders }: Pick<CreateOrderDeps, 'orders'>,
  uuid: string,
  caller?: MaybeCaller,
): Promise<OrderView> {
  const view = await orders.view(uuid);
  if (!view || !mayManage(caller, view.userUuid)) throw new AppError('order_not_found', 'Order not found');
  return view;
}

/**
 * A user's orders, the newest first, `after` one of them. Throws `forbidden` unless the user is the caller, or the caller an
 * organiser, and `invalid_request` for an `after` that is no order of this user: an empty page would pass for the end.
 */
export async function listOrders(
  { orders }: Pick<CreateOrderDeps, 'orders'>,
  request: Parameters<Orders['list']>[0],
  caller?: MaybeCaller,
): Promise<OrderView[]> {
  if (!caller?.isOrganiser) mustBe(caller, request.userUuid);
  const { userUuid, after } = request;
  if (after !== undefined && (await orders.view(after))?.userUuid !== userUuid) {
    throw new AppError('invalid_request', 'Invalid request parameters', {
      details: { issues: [{ path: 'cursor', message: 'use a next_cursor of an earlier answer' }] },
    });
  }
  return orders.list(request);
}

/** Each look meets another end of the buyer's own other click, which is rare. */
const maxLooks = 5;

async function claim(deps: CreateOrderDeps, reservation: Reservation, methodUuid: string): Promise<Order> {
  const { orders, sales, locks, payments } = deps;
  const { uuid: reservationUuid, eventUuid, userUuid, tickets: lines, currency, total } = reservation;
  if (reservation.released || lines.length === 0) throw expired();
  checkChargeable(payments, { amount: total, currency, parts: lines.map(({ price }) => price) });
  const held = { eventUuid, locks: lines };
  const request = { eventUuid, lines, currency, userUuid, methodUuid, reservationUuid, provider: payments.name };
  for (let look = 0; look < maxLooks; look++) {
    // The locks outlive the payment; and what is held no more is not bought, even if it happens to be free.
    const isHeld = await locks.cover({ ...held, windowMs: paymentWindowMs });
    const outcome = isHeld ? await sales.claim(request) : undefined;
    if (outcome && 'order' in outcome) return outcome.order;
    // What stood in the way may be the buyer's own other click, whose order is then carried on.
    const own = await orders.ofReservation(reservationUuid);
    if (own) return own;
    if (!outcome || 'isReleased' in outcome) throw expired();
    if ('isEnded' in outcome) return letGoAndThrow(notOnSale());
    const { conflicts } = outcome;
    if (!(await isOwnOrFree(conflicts))) return letGoAndThrow(notAvailable(conflicts));
  }
  // One of them is being paid for by the original's confirm: how that ends is not known yet.
  throw new AppError('payment_pending', 'Another payment for these seats is under way; repeat the request in a moment');

  /** The buyer's own order of a moment ago may have failed since. */
  async function isOwnOrFree(ticketUuids: string[]): Promise<boolean> {
    const tickets = await Promise.all(ticketUuids.map((uuid) => sales.find(uuid)));
    return tickets.every((ticket) => ticket && !ticket.booked && (!ticket.order || ticket.order.userUuid === userUuid));
  }

  async function letGoAndThrow(error: AppError): Promise<never> {
    await letGo(deps, 'uncover', [held]);
    throw error;
  }
}

const notAvailable = (conflicts: string[]) =>
  new AppError('ticket_not_available', 'Some of the seats are gone or sold: reserve others', {
    details: { conflicts },
  });
