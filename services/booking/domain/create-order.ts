import { AppError, isAppError } from '../../../shared/errors.ts';
import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import { type MaybeCaller, mayManage, mustBe } from './caller.ts';
import { type CompleteDeps, completeOrder } from './complete-order.ts';
import { ownReservation } from './manage-reservation.ts';
import type { Orders, OrderView } from './orders.ts';
import type { DeclineReason } from './payment-provider.ts';
import { paymentWindowMs } from './payment-window.ts';
import type { Reservation, Reservations } from './reservation.ts';
import type { Order } from './sale.ts';

export type CreateOrderDeps = CompleteDeps & {
  orders: Orders;
  reservations: Pick<Reservations, 'find'>;
  locks: TicketLocks;
  feed: Pick<SeatFeed, 'publish'>;
};

/**
 * Buys exactly the seats of a reservation, at its prices. Repeating it answers with the same order and charges nothing more.
 * The order is `pending` when the provider has not answered: it is settled later, and `findOrder` tells how; or while its
 * buyer has an `action` to take, after which the same request carries it on.
 *
 * Throws `reservation_not_found` unless it is the caller's, `reservation_expired`, and `payment_declined`, after which the
 * seats are still held and another card may be tried.
 */
export async function createOrder(
  deps: CreateOrderDeps,
  { reservationUuid, methodUuid }: { reservationUuid: string; methodUuid: string },
  caller?: MaybeCaller,
): Promise<OrderView> {
  const { orders, locks, feed } = deps;
  const reservation = await ownReservation(deps, reservationUuid, caller);
  const { eventUuid, tickets } = reservation;
  const order = (await orders.ofReservation(reservationUuid)) ?? (await claim(deps, reservation, methodUuid));
  if (order.status === 'pending') {
    feed.publish(eventUuid);
    await complete(order).finally(() => feed.publish(eventUuid));
  }
  const view = await viewed();
  if (view.status === 'failed') throw givenUp();
  return view;

  async function complete(pending: Order): Promise<void> {
    try {
      await completeOrder(deps, pending);
    } catch (error) {
      if (isAppError(error, 'payment_pending') || isAppError(error, 'payment_requires_action')) return;
      throw isAppError(error, 'ticket_not_reserved') ? expired() : error;
    }
    // The seats show as booked from here on. A release that fails leaves locks that end by themselves.
    await locks.release({ eventUuid, locks: tickets }).catch(() => {});
  }

  async function viewed(): Promise<OrderView> {
    const view = await orders.view(order.uuid);
    if (!view) throw new Error(`no order ${order.uuid}`);
    return view;
  }
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

/** A user's orders, the newest first. Throws `forbidden` unless the user is the caller, or the caller an organiser. */
export async function listOrders(
  { orders }: Pick<CreateOrderDeps, 'orders'>,
  request: Parameters<Orders['list']>[0],
  caller?: MaybeCaller,
): Promise<OrderView[]> {
  if (!caller?.isOrganiser) mustBe(caller, request.userUuid);
  return orders.list(request);
}

async function claim(deps: CreateOrderDeps, reservation: Reservation, methodUuid: string): Promise<Order> {
  const { orders, locks } = deps;
  const { uuid: reservationUuid, eventUuid, tickets, released } = reservation;
  // The locks outlive the payment; and what is held no more is not bought, even if it happens to be free.
  const held = !released && (await locks.extend({ eventUuid, locks: tickets, ttlMs: paymentWindowMs }));
  const order = held ? await orders.claim({ reservationUuid, methodUuid }) : undefined;
  // What stood in the way may be the buyer's own other click, whose order is then carried on.
  const own = order ?? (await orders.ofReservation(reservationUuid));
  if (!own) throw expired();
  return own;
}

/** A sweep was faster than the provider's answer. */
const givenUp = () =>
  new AppError('payment_declined', 'The payment did not come about: try again', {
    details: { reason: 'processing_error' satisfies DeclineReason },
  });

const expired = () => new AppError('reservation_expired', 'The seats are held no more: reserve again');
