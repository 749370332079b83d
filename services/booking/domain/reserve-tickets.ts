import { AppError } from '../../../shared/errors.ts';
import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import type { Hold, TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import type { ChooseBest } from './best-choices.ts';
import type { Wish } from './best-seats.ts';
import { type MaybeCaller, mustBe } from './caller.ts';
import type { Reservation, Reservations } from './reservation.ts';
import type { SaleObserver } from './sale.ts';
import { checkLimit, type LimitDeps, tooMany } from './ticket-limit.ts';

export type ReserveTicketsDeps = LimitDeps & {
  locks: TicketLocks;
  reservations: Reservations;
  feed: Pick<SeatFeed, 'publish'>;
  eventOf: (ticketUuid: string) => Promise<string | undefined>;
  chooseBest: ChooseBest;
  lockTtlMs: number;
  observer: SaleObserver;
};

/** A reservation with the end of its time, in milliseconds since 1970 by the lock store's clock. */
export type HeldReservation = Reservation & { expiresAt: number };

/**
 * Holds all of the tickets for a user, or none. Repeating it answers with the same reservation. Throws
 * `ticket_not_available` with the `conflicts` that somebody else holds or owns (or that the user holds in another
 * reservation), `too_many_tickets`, `invalid_request` for tickets of several events or currencies, and `forbidden` unless the
 * user is the caller.
 *
 * Lock first, then look, as for a single ticket: who comes too late costs one call of the lock store.
 */
export async function reserveTickets(
  deps: ReserveTicketsDeps,
  { userUuid, ticketUuids }: { userUuid: string; ticketUuids: string[] },
  caller?: MaybeCaller,
): Promise<HeldReservation> {
  mustBe(caller, userUuid);
  const events = await Promise.all(ticketUuids.map(async (uuid) => [uuid, await deps.eventOf(uuid)] as const));
  const unknown = events.flatMap(([uuid, event]) => (event ? [] : [uuid]));
  if (unknown.length > 0) throw notAvailable(unknown);
  const [eventUuid = '', ...others] = new Set(events.map(([, event]) => event!));
  if (others.length > 0) throw invalid('The tickets must all be of one event');
  const outcome = await hold(deps, { userUuid, eventUuid, ticketUuids });
  if ('conflicts' in outcome) throw notAvailable(outcome.conflicts);
  return outcome.held;
}

/** How often the best seats are chosen anew when others were faster. */
const mostTries = 6;

/**
 * Holds the best available seats of an event for a user (see `bestSeats`). Throws `ticket_not_available` when there are
 * not so many, or others were faster again and again; `event_not_found`, `too_many_tickets`, and `forbidden`.
 */
export async function reserveBest(
  deps: ReserveTicketsDeps,
  { userUuid, eventUuid, ...wish }: { userUuid: string; eventUuid: string } & Wish,
  caller?: MaybeCaller,
): Promise<HeldReservation> {
  mustBe(caller, userUuid);
  for (let tries = 0; tries < mostTries; tries++) {
    const choices = await deps.chooseBest(eventUuid, wish);
    if (!choices.isKnown) throw new AppError('event_not_found', 'Event not found');
    const ticketUuids = choices.next();
    if (!ticketUuids) break;
    const outcome = await hold(deps, { userUuid, eventUuid, ticketUuids });
    if ('held' in outcome) return outcome.held;
  }
  throw notAvailable([]);
}

type Request = { userUuid: string; eventUuid: string; ticketUuids: string[] };

async function hold(
  deps: ReserveTicketsDeps,
  { userUuid, eventUuid, ticketUuids }: Request,
): Promise<{ held: HeldReservation } | { conflicts: string[] }> {
  const { locks, reservations, observer, feed, ticketLimit: limit } = deps;
  const lock = await locks.acquire({ eventUuid, ticketUuids, owner: userUuid, ttlMs: deps.lockTtlMs, limit });
  if (!lock.ok) {
    observer.lockRefused();
    if (lock.overLimit) throw tooMany(deps);
    return { conflicts: lock.conflicts };
  }
  const { holds, taken } = lock;
  const known = lock.repeated ? await sameReservation() : undefined;
  if (known) return { held: known };
  try {
    // Held already, in another reservation: that one keeps its seats.
    const before = await heldBefore(holds.filter((one) => !taken.includes(one)));
    if (before.length > 0) return await twinOrRefusal(before);
    await checkLimit(deps, { userUuid, eventUuid, ticketUuids: [...ticketUuids, ...lock.others] });
    const outcome = await reservations.create({ userUuid, eventUuid, locks: holds });
    if ('isReserved' in outcome) return await twinOrRefusal(await heldBefore(holds));
    if ('conflicts' in outcome) {
      if (outcome.conflicts.length === 0) throw invalid('The tickets must all be of one currency');
      return await refuse(outcome.conflicts);
    }
    observer.lockTaken(taken.length);
    feed.publish(eventUuid);
    return { held: withEnd(outcome.made, holds) };
  } catch (error) {
    await giveBack().catch(() => {});
    throw error;
  }

  async function sameReservation(): Promise<HeldReservation | undefined> {
    const found = await reservations.findByLock(holds[0]!);
    return found && holdsTheSame(found, holds) ? withEnd(found, holds) : undefined;
  }

  /** Those that another reservation has made; a hold without one is the original endpoint's. */
  async function heldBefore(older: Hold[]): Promise<string[]> {
    const owners = await Promise.all(older.map((one) => reservations.findByLock(one)));
    return older.filter((_, i) => owners[i]).map(({ ticketUuid }) => ticketUuid);
  }

  /** Since the look above a twin of this call may have reserved the same; else it was another, for some of the tickets. */
  async function twinOrRefusal(conflicts: string[]) {
    const twin = await sameReservation();
    return twin ? { held: twin } : refuse(conflicts);
  }

  async function refuse(conflicts: string[]) {
    await giveBack();
    observer.lockRefused();
    return { conflicts };
  }

  /** Only what this call took: the rest was the user's before, and stays. */
  async function giveBack(): Promise<void> {
    await locks.release({ eventUuid, locks: taken });
  }
}

const holdsTheSame = ({ tickets }: Reservation, holds: Hold[]) =>
  tickets.length === holds.length &&
  holds.every((one) => tickets.some(({ ticketUuid, token }) => ticketUuid === one.ticketUuid && token === one.token));

const withEnd = (reservation: Reservation, holds: Hold[]): HeldReservation => ({
  ...reservation,
  expiresAt: Math.min(...holds.map((one) => one.expiresAt)),
});

const invalid = (message: string) => new AppError('invalid_request', message);

const notAvailable = (conflicts: string[]) =>
  new AppError('ticket_not_available', 'Ticket is not available for reservation', { details: { conflicts } });
