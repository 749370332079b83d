import { randomUUID } from 'node:crypto';
import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustBe } from '../actor.ts';
import { orderNotFound, refundRefusals } from '../errors.ts';
import { letGo } from '../order/complete-order.ts';
import { organisesOrder } from '../order/order-rights.ts';
import type { Ports } from '../ports.ts';
import { type FailedRefundPorts, noteFailedRefunds } from './note-failed-refunds.ts';
import { type PayBackPorts, payBack } from './pay-back.ts';
import type { Refund } from './refund.ts';

export type RefundPorts = PayBackPorts &
  FailedRefundPorts &
  Pick<Ports, 'feed' | 'refundWindowMs'> & {
    orders: Pick<Ports['orders'], 'get' | 'view' | 'organiserOf'>;
    locks: Pick<Ports['locks'], 'release' | 'uncover'>;
  };

export type RefundRequest = {
  actor: Actor;
  /** From which it is asked, where that is known. */
  address?: string | undefined;
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
 * An organiser who asks for tickets that were given back already has the provider asked how their refund stands: one
 * whose money came back is `failed`, and made again. Not for its buyer: they may have been paid another way by now.
 *
 * Throws as `checkRefundable`, `order_not_refundable` when the order is not paid, or does not own a ticket that is
 * named, or another provider has its money; and, which binds no organiser, when the window is over, and `event_begun`.
 */
export async function refundOrder(
  ports: RefundPorts,
  { actor, address, uuid = randomUUID(), orderUuid, userUuid, ticketUuids }: RefundRequest,
): Promise<Refund> {
  const by = await checkRefundable(ports, { actor, orderUuid, userUuid });
  const { refunds, orders, payments, feed } = ports;
  const rights = by === 'organiser' ? { author: { actor, address } } : { windowMs: ports.refundWindowMs };
  const open = () => refunds.open({ uuid, orderUuid, ticketUuids, ...rights, provider: payments.name });
  let refund = await open();
  const isGivenBack = refund === 'not paid' || refund === 'not owned';
  if (isGivenBack && by === 'organiser' && (await noteFailedRefunds(ports, orderUuid)) > 0) refund = await open();
  if (typeof refund === 'string') throw refundRefusals[refund]();
  // Available at once: locks that were left when the order was settled must not outlive it. (The sweep that captures
  // its money releases them, too.)
  await letGo(ports, 'release', (await orders.get(orderUuid))?.seats ?? []);
  for (const eventUuid of new Set(refund.tickets.map((ticket) => ticket.eventUuid))) feed.publish(eventUuid);
  return payBack(ports, refund);
}

/**
 * Returns who gives an order back: its buyer, or the organiser of its event. A person is the user that they name; an
 * API key has none, and names the buyer. Throws `forbidden` otherwise, and for a key without `sell`; `order_not_found`
 * for an order that is neither the user's own nor one of the organiser's events.
 */
export async function checkRefundable(
  { orders }: { orders: Pick<Ports['orders'], 'view' | 'organiserOf'> },
  { actor, orderUuid, userUuid }: Pick<RefundRequest, 'actor' | 'orderUuid' | 'userUuid'>,
): Promise<'buyer' | 'organiser'> {
  if (actor.is !== 'key') mustBe(actor, userUuid);
  const order = await orders.view(orderUuid);
  const isNamed = order?.userUuid === userUuid;
  if (!order || (actor.is === 'key' && !isNamed)) throw orderNotFound();
  if (await organisesOrder({ orders }, actor, orderUuid, 'sell')) return 'organiser';
  if (!isNamed) throw orderNotFound();
  return 'buyer';
}
