import { AppError } from '../../../../shared/errors.ts';
import type { SeatFeed } from '../../../../shared/feed/seat-feed.ts';
import type { Hold, LockKey, TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { type MaybeCaller, mustBe } from '../caller.ts';
import type { SaleObserver, Sales, Ticket, TicketFacts } from '../order/sale.ts';
import { checkChargeable, type PaymentProvider } from '../payment/payment-provider.ts';
import type { KnownTickets } from '../seats/known-tickets.ts';
import { writePrice } from './held-price.ts';
import type { Reservations } from './reservation.ts';
import { notOnSale } from './sale-window.ts';
import { checkLimit, type LimitDeps, tooMany } from './ticket-limit.ts';

export type ReserveDeps = LimitDeps & {
  locks: TicketLocks;
  sales: Sales;
  reservations: Pick<Reservations, 'boughtBy' | 'ofLocks'>;
  payments: Pick<PaymentProvider, 'bounds'>;
  feed: Pick<SeatFeed, 'publish'>;
  tickets: KnownTickets;
  lockTtlMs: number;
  observer: SaleObserver;
};

/** Each try meets a lock that was just given back, or a ticket that was just changed. */
const maxTries = 5;

/**
 * Holds a ticket for a user until the lock's time is over, at the price of now. Repeating it changes nothing. Throws
 * `ticket_not_available` when somebody else holds or owns the ticket, or there is none, `sales_ended`, `too_many_tickets`,
 * `amount_not_chargeable`, and `forbidden` unless the user is the caller.
 *
 * Lock first, then look: only the one who got the lock asks the database, so a rush costs its losers one call.
 */
export async function reserveTicket(
  deps: ReserveDeps,
  ticketUuid: string,
  userUuid: string,
  caller?: MaybeCaller,
): Promise<void> {
  mustBe(caller, userUuid);
  for (let tries = 0; tries < maxTries; tries++) {
    const facts = await deps.tickets.factsOf(ticketUuid);
    if (!facts) break;
    const outcome = await tryToHold(deps, { ticketUuid, userUuid, facts });
    if (outcome === 'held') return;
    if (outcome === 'changed') deps.tickets.forget(ticketUuid);
  }
  throw notAvailable();
}

async function tryToHold(
  deps: ReserveDeps,
  { ticketUuid, userUuid, facts }: { ticketUuid: string; userUuid: string; facts: TicketFacts },
): Promise<'held' | 'changed' | 'given back'> {
  const { locks, observer, feed } = deps;
  const { eventUuid } = facts;
  const lock = await locks.acquire({
    eventUuid,
    ticketUuids: [ticketUuid],
    owner: userUuid,
    ttlMs: deps.lockTtlMs,
    limit: deps.ticketLimit,
    note: writePrice(facts),
  });
  if (!lock.ok) {
    observer.lockRefused();
    throw lock.overLimit ? tooMany(deps) : notAvailable();
  }
  try {
    const ticket = await deps.sales.find(ticketUuid);
    if (!ticket || isOther(ticket, facts, lock.repeated)) {
      await giveBack();
      return 'changed';
    }
    checkOffer(deps, ticket, lock.holds[0]!);
    await checkLimit(deps, { userUuid, eventUuid, ticketUuids: [ticketUuid, ...lock.others] });
    if (lock.repeated) return await adopt(deps, eventUuid, lock.holds);
  } catch (error) {
    await giveBack().catch(() => {});
    throw error;
  }
  observer.lockTaken(1);
  feed.publish(eventUuid);
  return 'held';

  /** Only what this request took, and no other has adopted. */
  async function giveBack(): Promise<void> {
    const freed = await locks.giveBack({ eventUuid, locks: lock.ok ? lock.taken : [] });
    if (freed > 0) feed.publish(eventUuid);
  }
}

/**
 * Takes part in a lock of another request, which may be about to give it back. One of a reservation that its buyer has given
 * back, and whose locks are still to go, holds nothing any more.
 */
async function adopt({ locks, reservations }: ReserveDeps, eventUuid: string, holds: Hold[]) {
  const [reservation] = await reservations.ofLocks(holds);
  if (reservation?.released) await locks.release({ eventUuid, locks: holds });
  return !reservation?.released && (await locks.adopt({ eventUuid, locks: holds })) ? 'held' : 'given back';
}

/** Whether it is another event's than was known, or costs something else than is written on the new lock. */
const isOther = ({ eventUuid, price, currency }: Ticket, known: TicketFacts, isHeldBefore: boolean) =>
  eventUuid !== known.eventUuid || (!isHeldBefore && (price !== known.price || currency !== known.currency));

/** Throws unless the ticket can be held under this lock: while it is being paid for under the same one it is held, too. */
function checkOffer({ payments, observer }: ReserveDeps, ticket: Ticket, { token }: LockKey): void {
  if (ticket.booked || (ticket.order && ticket.token !== token)) {
    observer.lockRefused();
    throw notAvailable();
  }
  if (!ticket.isOnSale) throw notOnSale(contractText);
  checkChargeable(payments, { amount: ticket.price, currency: ticket.currency });
}

const contractText = 'Ticket is not available for reservation';
const notAvailable = () => new AppError('ticket_not_available', contractText);
