import type { Actor } from '../../../../shared/auth/actor.ts';
import type { Hold } from '../../../../shared/locks/ticket-locks.ts';
import { mustBe } from '../actor.ts';
import { ticketNotReserved } from '../errors.ts';
import { checkChargeable } from '../payment/payment-provider.ts';
import { paymentWindowMs } from '../payment/payment-window.ts';
import type { Ports } from '../ports.ts';
import { readPrice } from '../reservation/held-price.ts';
import { refused } from '../sale-rules/admit.ts';
import type { Ticket } from '../seats/tickets.ts';
import { type Completion, type CompletionPorts, completeOrder, letGo } from './complete-order.ts';
import type { Order } from './order.ts';

export type ConfirmPorts = CompletionPorts & Pick<Ports, 'locks' | 'reservations' | 'tickets' | 'knownRules'>;

export type Confirmation = { actor: Actor; ticketUuid: string; userUuid: string; methodUuid: string };

/** Each further look means that another order of the ticket has just ended, which is rare. */
const maxLooks = 5;

/**
 * Sells a reserved ticket to its user, at the price at which it was reserved. Repeating it returns the same and charges
 * nothing more. After a payment that was `declined` or `given up` the user still holds the ticket and can try another
 * card.
 *
 * Throws `ticket_not_reserved` unless the user holds the ticket, an error of the event's rules, `amount_not_chargeable`, and
 * `forbidden` unless the user is the actor.
 */
export async function confirmTicket(ports: ConfirmPorts, request: Confirmation): Promise<Completion> {
  mustBe(request.actor, request.userUuid);
  const { orders, tickets, feed } = ports;
  for (let look = 0; look < maxLooks; look++) {
    const ticket = await tickets.find(request.ticketUuid);
    if (!ticket) throw ticketNotReserved();
    const order = await orderOf(ports, ticket, request);
    if (order === 'look again') continue;
    if (order.status === 'paid') {
      await letGo(ports, 'release', (await orders.get(order.uuid))?.seats ?? []);
      return { is: 'paid' };
    }
    feed.publish(ticket.eventUuid);
    return complete(ticket, order).finally(() => feed.publish(ticket.eventUuid));
  }
  throw ticketNotReserved();

  async function complete({ eventUuid }: Ticket, order: Order): Promise<Completion> {
    const completion = await completeOrder(ports, order);
    if (completion.is !== 'given up') return completion;
    const { ticketUuid, userUuid: owner } = request;
    const held = await ports.locks.held({ eventUuid, ticketUuids: [ticketUuid], owner });
    const [reservation] = await ports.reservations.ofLocks(held);
    if (held.length === 0 || reservation?.released) throw ticketNotReserved();
    return completion;
  }
}

/** Returns the user's order of the ticket: an existing one, such as that of a second click, or a new one. */
async function orderOf(ports: ConfirmPorts, ticket: Ticket, request: Confirmation): Promise<Order | 'look again'> {
  const { orders, tickets, locks, payments } = ports;
  const { userUuid, methodUuid } = request;
  const { uuid: ticketUuid, eventUuid } = ticket;
  if (ticket.order?.userUuid === userUuid) return ticket.order;
  const [lock] = await locks.held({ eventUuid, ticketUuids: [ticketUuid], owner: userUuid });
  if (ticket.order || ticket.booked) {
    // Sold to another user after the locks were lost: this lock is of no use.
    if (lock) await letGo(ports, 'release', [{ eventUuid, locks: [lock] }]);
    throw ticketNotReserved();
  }
  if (!lock) {
    // The user's other click may have bought the ticket, and released the lock, since the ticket was read.
    if ((await tickets.find(ticketUuid))?.order?.userUuid === userUuid) return 'look again';
    throw ticketNotReserved();
  }
  const { price, currency } = await priceAtHold(ports, lock, ticket);
  checkChargeable(payments, { amount: price, currency });
  const held = { eventUuid, locks: [lock] };
  if (!(await locks.cover({ ...held, windowMs: paymentWindowMs }))) return 'look again';
  const lines = [{ ticketUuid, token: lock.token, price }];
  const claim = await orders.claim({ eventUuid, lines, currency, userUuid, methodUuid, provider: payments.name });
  if ('order' in claim) return claim.order;
  if ('conflicts' in claim) return 'look again';
  await letGo(ports, 'uncover', [held]);
  if (!('isEnded' in claim)) throw ticketNotReserved();
  // Nothing shows that it was held by a code.
  const door = { eventUuid, deed: { is: 'hold' as const }, missing: ticketNotReserved, inPlaceOf: ticketNotReserved };
  throw await refused(ports, door);
}

/** A hold of the first releases has no price: then the current price applies. */
async function priceAtHold({ reservations }: ConfirmPorts, lock: Hold, ticket: Ticket) {
  const noted = readPrice(lock.note);
  if (noted) return noted;
  const [reservation] = await reservations.ofLocks([lock]);
  const line = reservation?.tickets.find(({ ticketUuid }) => ticketUuid === lock.ticketUuid);
  return reservation && line ? { price: line.price, currency: reservation.currency } : ticket;
}
