import type { Actor } from '../../../../shared/auth/actor.ts';
import type { Hold, LockKey } from '../../../../shared/locks/ticket-locks.ts';
import { mustBe } from '../actor.ts';
import { salesEnded, ticketNotAvailable, tooManyTickets } from '../errors.ts';
import { checkChargeable } from '../payment/payment-provider.ts';
import type { Ports } from '../ports.ts';
import type { Ticket, TicketFacts } from '../seats/tickets.ts';
import { writePrice } from './held-price.ts';
import { checkLimit } from './ticket-limit.ts';

export type ReservePorts = Pick<
  Ports,
  'locks' | 'tickets' | 'knownTickets' | 'reservations' | 'feed' | 'observer' | 'lockTtlMs' | 'ticketLimit'
> & { payments: Pick<Ports['payments'], 'bounds'> };

/** Each further try means that a lock was just released, or a ticket just changed. */
const maxTries = 5;

/**
 * Holds a ticket for a user until its lock expires, at the current price. Repeating it changes nothing. Throws
 * `ticket_not_available` when another user holds or owns the ticket, or there is none, `sales_ended`,
 * `too_many_tickets`, `amount_not_chargeable`, and `forbidden` unless the user is the actor.
 *
 * Lock first, then look: only the caller with the lock reads the database, so a rush costs its losers one call.
 */
export async function reserveTicket(
  ports: ReservePorts,
  { actor, ticketUuid, userUuid }: { actor: Actor; ticketUuid: string; userUuid: string },
): Promise<void> {
  mustBe(actor, userUuid);
  for (let tries = 0; tries < maxTries; tries++) {
    const facts = await ports.knownTickets.factsOf(ticketUuid);
    if (!facts) break;
    const outcome = await tryToHold(ports, { ticketUuid, userUuid, facts });
    if (outcome === 'held') return;
    if (outcome === 'changed') ports.knownTickets.forget(ticketUuid);
  }
  throw ticketNotAvailable();
}

async function tryToHold(
  ports: ReservePorts,
  { ticketUuid, userUuid, facts }: { ticketUuid: string; userUuid: string; facts: TicketFacts },
): Promise<'held' | 'changed' | 'given back'> {
  const { locks, observer, feed } = ports;
  const { eventUuid } = facts;
  const lock = await locks.acquire({
    eventUuid,
    ticketUuids: [ticketUuid],
    owner: userUuid,
    ttlMs: ports.lockTtlMs,
    limit: ports.ticketLimit,
    note: writePrice(facts),
  });
  if (!lock.ok) {
    observer.lockRefused();
    throw lock.overLimit ? tooManyTickets(ports.ticketLimit) : ticketNotAvailable();
  }
  try {
    const ticket = await ports.tickets.find(ticketUuid);
    if (!ticket || isOther(ticket, facts, lock.repeated)) {
      await giveBack();
      return 'changed';
    }
    checkOffer(ports, ticket, lock.holds[0]!);
    await checkLimit(ports, { userUuid, eventUuid, ticketUuids: [ticketUuid, ...lock.others] });
    if (lock.repeated) return await adopt(ports, eventUuid, lock.holds);
  } catch (error) {
    await giveBack().catch(() => {});
    throw error;
  }
  observer.lockTaken(1);
  feed.publish(eventUuid);
  return 'held';

  /** Releases the lock that this request took, unless another has adopted it. */
  async function giveBack(): Promise<void> {
    const freed = await locks.giveBack({ eventUuid, locks: lock.ok ? lock.taken : [] });
    if (freed > 0) feed.publish(eventUuid);
  }
}

/**
 * Adopts a lock of another request, which may be about to release it. A lock of a released reservation, which is about
 * to go, holds nothing any more.
 */
async function adopt({ locks, reservations }: ReservePorts, eventUuid: string, holds: Hold[]) {
  const [reservation] = await reservations.ofLocks(holds);
  if (reservation?.released) await locks.release({ eventUuid, locks: holds });
  return !reservation?.released && (await locks.adopt({ eventUuid, locks: holds })) ? 'held' : 'given back';
}

/** Returns whether the ticket has another event than was known, or another price than its new lock has. */
const isOther = ({ eventUuid, price, currency }: Ticket, known: TicketFacts, isHeldBefore: boolean) =>
  eventUuid !== known.eventUuid || (!isHeldBefore && (price !== known.price || currency !== known.currency));

/**
 * Throws unless the ticket can be held under this lock: it counts as held while it is being paid for under the same.
 */
function checkOffer({ payments, observer }: ReservePorts, ticket: Ticket, { token }: LockKey): void {
  if (ticket.booked || (ticket.order && ticket.token !== token)) {
    observer.lockRefused();
    throw ticketNotAvailable();
  }
  if (!ticket.isOnSale) throw salesEnded(ticketNotAvailable());
  checkChargeable(payments, { amount: ticket.price, currency: ticket.currency });
}
