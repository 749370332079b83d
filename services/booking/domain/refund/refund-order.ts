import { randomUUID } from 'node:crypto';
import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustBe } from '../actor.ts';
import { orderNotFound, refundRefusals } from '../errors.ts';
import { letGo } from '../order/complete-order.ts';
import type { Ports } from '../ports.ts';
import { type PayBackPorts, payBack } from './pay-back.ts';
import type { Refund } from './refund.ts';

export type RefundPorts = PayBackPorts &
  Pick<Ports, 'feed' | 'refundWindowMs'> & {
    orders: Pick<Ports['orders'], 'get' | 'view'>;
    locks: Pick<Ports['locks'], 'release' | 'uncover'>;
  };

export type RefundRequest = {
  actor: Actor;
  uuid?: string;
  orderUuid: string;
  userUuid: string;
  ticketUuids?: string[] | undefined;
};

/**
 * Takes tickets of an order back (all, unless they are named) and refunds their price, once. The seats are available
 * from this moment; a refund whose provider has not responded is `pending`, and settled later. Repeated with the same
 * `uuid` it returns the same refund.
 *
 * Throws `order_not_found` as `checkRefundable`, `order_not_refundable` when the order is not paid, or does not own a
 * ticket that is named, or another provider has its money; and, which binds no organiser, when the window is over, and
 * `event_begun`.
 */
export async function refundOrder(
  ports: RefundPorts,
  { actor, uuid = randomUUID(), orderUuid, userUuid, ticketUuids }: RefundRequest,
): Promise<Refund> {
  await checkRefundable(ports, { actor, orderUuid, userUuid });
  const { refunds, orders, payments, feed } = ports;
  const windowMs = actor.is === 'organiser' ? undefined : ports.refundWindowMs;
  const refund = await refunds.open({ uuid, orderUuid, ticketUuids, windowMs, provider: payments.name });
  if (typeof refund === 'string') throw refundRefusals[refund]();
  // Available at once: locks that were left when the order was settled must not outlive it. (The sweep that captures
  // its money releases them, too.)
  await letGo(ports, 'release', (await orders.get(orderUuid))?.seats ?? []);
  for (const eventUuid of new Set(refund.tickets.map((ticket) => ticket.eventUuid))) feed.publish(eventUuid);
  return payBack(ports, refund);
}

/**
 * Throws `forbidden` unless the user is the actor, and `order_not_found` unless the order is the user's or the actor an
 * organiser.
 */
export async function checkRefundable(
  { orders }: { orders: Pick<Ports['orders'], 'view'> },
  { actor, orderUuid, userUuid }: Pick<RefundRequest, 'actor' | 'orderUuid' | 'userUuid'>,
): Promise<void> {
  mustBe(actor, userUuid);
  const order = await orders.view(orderUuid);
  if (!order || (order.userUuid !== userUuid && actor.is !== 'organiser')) throw orderNotFound();
}
