import { AppError, isAppError } from '../../../../shared/errors.ts';
import type { Hold, TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { type MaybeCaller, mustBe } from '../caller.ts';
import { checkChargeable } from '../payment/payment-provider.ts';
import { paymentWindowMs } from '../payment/payment-window.ts';
import { readPrice } from '../reservation/held-price.ts';
import type { Reservations } from '../reservation/reservation.ts';
import { notOnSale } from '../reservation/sale-window.ts';
import { type CompleteDeps, completeOrder, givenUp, letGo } from './complete-order.ts';
import type { Order, Ticket } from './sale.ts';

export type ConfirmDeps = CompleteDeps & { locks: TicketLocks; reservations: Pick<Reservations, 'ofLocks'> };

export type Confirmation = { ticketUuid: string; userUuid: string; methodUuid: string };

/** Each look meets another end of somebody else's order, which is rare. */
const maxLooks = 5;

/**
 * Sells a reserved ticket to its user, at the price at which it was reserved. Repeating it answers as the first time and
 * charges nothing more. Throws `ticket_not_reserved` unless the user holds the ticket, `sales_ended`,
 * `amount_not_chargeable`, `forbidden` unless the user is the caller, and what `completeOrder` throws; after a declined
 * payment the user still holds the ticket and can try another card.
 */
export async function confirmTicket(deps: ConfirmDeps, request: Confirmation, caller?: MaybeCaller): Promise<void> {
  mustBe(caller, request.userUuid);
  const { sales, feed } = deps;
  for (let look = 0; look < maxLooks; look++) {
    const ticket = await sales.find(request.ticketUuid);
    if (!ticket) throw notReserved();
    const order = await orderOf(deps, ticket, request);
    if (order === 'look again') continue;
    if (order.status === 'paid') return letGo(deps, 'release', (await sales.get(order.uuid))?.seats ?? []);
    feed.publish(ticket.eventUuid);
    return complete(ticket, order).finally(() => feed.publish(ticket.eventUuid));
  }
  throw notReserved();

  async function complete({ eventUuid }: Ticket, order: Order): Promise<void> {
    try {
      await completeOrder(deps, order);
    } catch (error) {
      const { ticketUuid, userUuid: owner } = request;
      if (!isAppError(error, 'ticket_not_reserved')) throw error;
      const held = await deps.locks.held({ eventUuid, ticketUuids: [ticketUuid], owner });
      const [reservation] = await deps.reservations.ofLocks(held);
      throw held.length > 0 && !reservation?.released ? givenUp() : error;
    }
  }
}

/** The user's order of the ticket: one that there is already, such as that of their other click, or a new one. */
async function orderOf(deps: ConfirmDeps, ticket: Ticket, request: Confirmation): Promise<Order | 'look again'> {
  const { sales, locks, payments } = deps;
  const { userUuid, methodUuid } = request;
  const { uuid: ticketUuid, eventUuid } = ticket;
  if (ticket.order?.userUuid === userUuid) return ticket.order;
  const [lock] = await locks.held({ eventUuid, ticketUuids: [ticketUuid], owner: userUuid });
  if (ticket.order || ticket.booked) {
    // Sold to somebody else after the locks were lost: this one is of no use.
    if (lock) await letGo(deps, 'release', [{ eventUuid, locks: [lock] }]);
    throw notReserved();
  }
  if (!lock) {
    // Their other click may have bought the ticket, and let go of the lock, since the ticket was looked at.
    if ((await sales.find(ticketUuid))?.order?.userUuid === userUuid) return 'look again';
    throw notReserved();
  }
  const { price, currency } = await priceAtHold(deps, lock, ticket);
  checkChargeable(payments, { amount: price, currency });
  const held = { eventUuid, locks: [lock] };
  if (!(await locks.cover({ ...held, windowMs: paymentWindowMs }))) return 'look again';
  const lines = [{ ticketUuid, token: lock.token, price }];
  const claim = await sales.claim({ eventUuid, lines, currency, userUuid, methodUuid, provider: payments.name });
  if ('order' in claim) return claim.order;
  if ('conflicts' in claim) return 'look again';
  await letGo(deps, 'uncover', [held]);
  throw 'isEnded' in claim ? notOnSale('Ticket is not reserved for this user') : notReserved();
}

/** A hold of the first releases has no price: then it is that of now. */
async function priceAtHold({ reservations }: ConfirmDeps, lock: Hold, ticket: Ticket) {
  const noted = readPrice(lock.note);
  if (noted) return noted;
  const [reservation] = await reservations.ofLocks([lock]);
  const line = reservation?.tickets.find(({ ticketUuid }) => ticketUuid === lock.ticketUuid);
  return reservation && line ? { price: line.price, currency: reservation.currency } : ticket;
}

const notReserved = () => new AppError('ticket_not_reserved', 'Ticket is not reserved for this user');
