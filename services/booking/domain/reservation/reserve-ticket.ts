import type { Actor } from '../../../../shared/auth/actor.ts';
import type { Hold, LockKey } from '../../../../shared/locks/ticket-locks.ts';
import { mustBe } from '../actor.ts';
import { ticketNotAvailable, tooManyTickets } from '../errors.ts';
import { checkChargeable } from '../payment/payment-provider.ts';
import type { Ports } from '../ports.ts';
import { admit, refused } from '../sale-rules/admit.ts';
import { type EventRules, limitOf } from '../sale-rules/event-rules.ts';
import type { Ticket, TicketFacts } from '../seats/tickets.ts';
import { writePrice } from './held-price.ts';
import { checkLimit } from './ticket-limit.ts';

export type ReservePorts = Pick<
  Ports,
  | 'locks'
  | 'tickets'
  | 'knownTickets'
  | 'knownRules'
  | 'reservations'
  | 'feed'
  | 'observer'
  | 'lockTtlMs'
  | 'ticketLimit'
> & { payments: Pick<Ports['payments'], 'bounds'> };

/** Each further try means that a lock was just released, or a ticket just changed. */
const maxTries = 5;

/**
 * Holds a ticket for a user until its lock expires, at the current price. Repeating it changes nothing. Throws
 * `ticket_not_available` when another user holds or owns the ticket, or there is none, an error of the
 * event's rules (see `admit`), `too_many_tickets`, `amount_not_chargeable`, and `forbidden` unless the user is the actor.
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
    const rules = await admit(ports, doorOf(facts));
    const outcome = await tryToHold(ports, { ticketUuid, userUuid, facts, rules });
    if (outcome === 'held') return;
    if (outcome === 'changed') ports.knownTickets.forget(ticketUuid);
  }
  throw ticketNotAvailable();
}

/** No code opens a presale here. */
const doorOf = ({ eventUuid }: TicketFacts) => ({
  eventUuid,
  deed: { is: 'hold' as const },
  missing: ticketNotAvailable,
  inPlaceOf: ticketNotAvailable,
});

async function tryToHold(
  ports: ReservePorts,
  {
    ticketUuid,
    userUuid,
    facts,
    rules,
  }: { ticketUuid: string; userUuid: string; facts: TicketFacts; rules: EventRules },
): Promise<'held' | 'changed' | 'given back'> {
  const { locks, observer, feed } = ports;
  const { eventUuid } = facts;
  const limit = limitOf(ports.ticketLimit, rules);
  const lock = await locks.acquire({
    eventUuid,
    ticketUuids: [ticketUuid],
    owner: userUuid,
    ttlMs: ports.lockTtlMs,
    limit,
    note: writePrice(facts),
  });
  if (!lock.ok) {
    observer.lockRefused();
    throw lock.overLimit ? tooManyTickets(limit) : ticketNotAvailable();
  }
  try {
    const ticket = await ports.tickets.find(ticketUuid);
    // Only when the lock was taken with the limit are the user's other holds known.
    const isLimitOther = ticket && limitOf(ports.ticketLimit, ticket) !== limit;
    if (!ticket || isLimitOther || isOther(ticket, facts, lock.repeated)) {
      if (isLimitOther) ports.knownRules.forget(eventUuid);
      await giveBack();
      return 'changed';
    }
    await checkOffer(ports, ticket, lock.holds[0]!);
    await checkLimit(ports, { userUuid, eventUuid, ticketUuids: [ticketUuid, ...lock.others], limit });
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
async function checkOffer(ports: ReservePorts, ticket: Ticket, { token }: LockKey): Promise<void> {
  const { payments, observer } = ports;
  if (ticket.booked || (ticket.order && ticket.token !== token)) {
    observer.lockRefused();
    throw ticketNotAvailable();
  }
  if (!ticket.isOnSale) throw await refused(ports, doorOf(ticket));
  checkChargeable(payments, { amount: ticket.price, currency: ticket.currency });
}
