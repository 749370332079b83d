import { AppError } from '../../../shared/errors.ts';
import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import { type MaybeCaller, mustBe } from './caller.ts';
import { type CompleteDeps, completeOrder } from './complete-order.ts';
import { paymentWindowMs } from './payment-window.ts';
import type { Order, Ticket } from './sale.ts';

export type ConfirmDeps = CompleteDeps & { locks: TicketLocks; feed: Pick<SeatFeed, 'publish'> };

export type Confirmation = { ticketUuid: string; userUuid: string; methodUuid: string };

/**
 * Sells a reserved ticket to its user. Repeating it answers as the first time and charges nothing more. Throws
 * `ticket_not_reserved` unless the user holds the lock, `forbidden` unless the user is the caller, and what `completeOrder`
 * throws; after a declined payment the user still holds the lock and can try another card.
 */
export async function confirmTicket(deps: ConfirmDeps, request: Confirmation, caller?: MaybeCaller): Promise<void> {
  mustBe(caller, request.userUuid);
  const { sales, locks, feed } = deps;
  const { ticketUuid, userUuid, methodUuid } = request;
  const ticket = await sales.find(ticketUuid);
  if (!ticket) throw notReserved();
  const { eventUuid } = ticket;

  const [lock] = await locks.held({ eventUuid, ticketUuids: [ticketUuid], owner: userUuid });
  const order = ownOrder(ticket) ?? (await claim()) ?? (await secondLook());
  if (order.status === 'paid') return;
  feed.publish(eventUuid);
  await completeOrder(deps, order).finally(() => feed.publish(eventUuid));
  // The seat shows as booked from here on. A release that fails leaves a lock that ends by itself.
  await release();

  async function claim(): Promise<Order | undefined> {
    if (!lock || ticket?.booked || ticket?.order) return undefined;
    if (!(await locks.extend({ eventUuid, locks: [lock], ttlMs: paymentWindowMs }))) return undefined;
    return sales.claim({ ticketUuids: [ticketUuid], userUuid, methodUuid });
  }

  /** What stood in the way may be this user's own other click, whose order is then carried on; else a stranger. */
  async function secondLook(): Promise<Order> {
    const now = await sales.find(ticketUuid);
    const own = now && ownOrder(now);
    if (own) return own;
    if (now?.booked || now?.order) await release();
    throw notReserved();
  }

  async function release(): Promise<void> {
    if (lock) await locks.release({ eventUuid, locks: [lock] }).catch(() => {});
  }

  function ownOrder({ order }: Ticket): Order | undefined {
    return order?.userUuid === userUuid ? order : undefined;
  }
}

const notReserved = () => new AppError('ticket_not_reserved', 'Ticket is not reserved for this user');
