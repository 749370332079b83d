import { AppError } from '../../../shared/errors.ts';
import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import { type MaybeCaller, mustBe } from './caller.ts';
import type { SaleObserver, Sales } from './sale.ts';
import { checkLimit, type LimitDeps, tooMany } from './ticket-limit.ts';

export type ReserveDeps = LimitDeps & {
  locks: TicketLocks;
  sales: Sales;
  feed: Pick<SeatFeed, 'publish'>;
  eventOf: (ticketUuid: string) => Promise<string | undefined>;
  lockTtlMs: number;
  observer: SaleObserver;
};

/**
 * Holds a ticket for a user until the lock's time is over. Repeating it changes nothing. Throws `ticket_not_available`
 * when somebody else holds or owns the ticket, or there is none, `too_many_tickets`, and `forbidden` unless the user is the
 * caller.
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
  const { locks, observer, feed } = deps;
  const eventUuid = await deps.eventOf(ticketUuid);
  if (!eventUuid) throw notAvailable();

  const wanted = { eventUuid, ticketUuids: [ticketUuid], owner: userUuid, ttlMs: deps.lockTtlMs };
  const lock = await locks.acquire({ ...wanted, limit: deps.ticketLimit });
  if (!lock.ok) {
    observer.lockRefused();
    throw lock.overLimit ? tooMany(deps) : notAvailable();
  }
  if (lock.repeated) return;
  if (!(await isFree(deps, ticketUuid).catch(giveBack))) {
    await release();
    observer.lockRefused();
    throw notAvailable();
  }
  const held = [ticketUuid, ...lock.others];
  await checkLimit(deps, { userUuid, eventUuid, ticketUuids: held }).catch(giveBack);
  observer.lockTaken(1);
  feed.publish(eventUuid);

  async function giveBack(error: unknown): Promise<never> {
    await release().catch(() => {});
    throw error;
  }

  function release() {
    return locks.release({ eventUuid: eventUuid!, locks: lock.ok ? lock.holds : [] });
  }
}

async function isFree({ sales }: ReserveDeps, ticketUuid: string): Promise<boolean> {
  const ticket = await sales.find(ticketUuid);
  return ticket !== undefined && !ticket.booked && ticket.order === undefined;
}

const notAvailable = () => new AppError('ticket_not_available', 'Ticket is not available for reservation');
