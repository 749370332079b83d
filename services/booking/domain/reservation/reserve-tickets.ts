import { AppError } from '../../../../shared/errors.ts';
import type { SeatFeed } from '../../../../shared/feed/seat-feed.ts';
import type { Acquired, Hold, LockKey, TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { type MaybeCaller, mustBe } from '../caller.ts';
import type { SaleObserver } from '../order/sale.ts';
import { checkChargeable, type PaymentProvider } from '../payment/payment-provider.ts';
import type { Promised, SeatChoices } from '../seats/best-choices.ts';
import type { Wish } from '../seats/candidates.ts';
import type { KnownTickets } from '../seats/known-tickets.ts';
import { readPrice } from './held-price.ts';
import type { Reservation, Reservations } from './reservation.ts';
import { notOnSale } from './sale-window.ts';
import { checkLimit, type LimitDeps, tooMany } from './ticket-limit.ts';

export type ReserveTicketsDeps = LimitDeps & {
  locks: TicketLocks;
  reservations: Reservations;
  payments: Pick<PaymentProvider, 'bounds'>;
  feed: Pick<SeatFeed, 'publish'>;
  tickets: KnownTickets;
  seats: SeatChoices;
  lockTtlMs: number;
  /** Whether a choice may leave a single free seat behind that another choice would not. */
  mayStrand: boolean;
  observer: SaleObserver;
};

/** A reservation with the end of its time, in milliseconds since 1970 by the lock store's clock. */
export type HeldReservation = Reservation & { expiresAt: number };

/**
 * Holds all of the tickets for a user, or none. Repeating it answers with the same reservation. Throws
 * `ticket_not_available` with the `conflicts` that somebody else holds or owns (or that the user holds in another
 * reservation), `sales_ended`, `seat_stranded` with the seats that would be left alone, `too_many_tickets`,
 * `amount_not_chargeable`, `invalid_request` for tickets of several events or currencies, and `forbidden` unless the user is
 * the caller.
 *
 * Lock first, then look, as for a single ticket: who comes too late costs one call of the lock store.
 */
export async function reserveTickets(
  deps: ReserveTicketsDeps,
  { userUuid, ticketUuids }: { userUuid: string; ticketUuids: string[] },
  caller?: MaybeCaller,
): Promise<HeldReservation> {
  mustBe(caller, userUuid);
  const known = await Promise.all(ticketUuids.map(async (uuid) => [uuid, await deps.tickets.factsOf(uuid)] as const));
  const unknown = known.flatMap(([uuid, facts]) => (facts ? [] : [uuid]));
  if (unknown.length > 0) throw notAvailable(unknown);
  const [eventUuid = '', ...others] = new Set(known.map(([, facts]) => facts!.eventUuid));
  if (others.length > 0) throw invalid('The tickets must all be of one event');
  const outcome = await hold(deps, { userUuid, eventUuid, ticketUuids, isChosen: true });
  if ('held' in outcome) return outcome.held;
  // Perhaps another event's by now.
  for (const uuid of outcome.conflicts) deps.tickets.forget(uuid);
  throw outcome.isOwn ? heldElsewhere(outcome.conflicts) : notAvailable(outcome.conflicts);
}

/**
 * Holds the best available seats of an event for a user (see `Candidates`). Throws `ticket_not_available` when there was
 * a moment of the call at which no set for the wish was free; `event_not_found`, `sales_ended`, `too_many_tickets`,
 * `amount_not_chargeable`, `forbidden`, and `unavailable` when others were faster for seconds.
 */
export async function reserveBest(
  deps: ReserveTicketsDeps,
  { userUuid, eventUuid, ...wish }: { userUuid: string; eventUuid: string } & Wish,
  caller?: MaybeCaller,
): Promise<HeldReservation> {
  mustBe(caller, userUuid);
  const search = deps.seats.best(eventUuid, wish);
  for (;;) {
    const choice = await search.next();
    if (!choice) throw new AppError('event_not_found', 'Event not found');
    if (!choice.isOnSale) throw notOnSale();
    if (!choice.set) throw notAvailable([]);
    const held = await tryToHold(deps, { userUuid, eventUuid }, choice.set);
    if (held) return held;
  }
}

/** Undefined when others were faster. Each promised set ends as held, lost or free. */
async function tryToHold(
  deps: ReserveTicketsDeps,
  { userUuid, eventUuid }: { userUuid: string; eventUuid: string },
  set: Promised,
): Promise<HeldReservation | undefined> {
  const { ticketUuids } = set;
  try {
    const outcome = await hold(deps, { userUuid, eventUuid, ticketUuids, isChosen: false });
    if ('held' in outcome) {
      set.held();
      return outcome.held;
    }
    set.lost(outcome.conflicts);
    return undefined;
  } catch (error) {
    // Unless it is a refusal they may be held.
    if (error instanceof AppError && error.code !== 'unavailable') set.free();
    else set.lost(ticketUuids);
    throw error;
  }
}

/** `isChosen`: the buyer has picked the seats themself. */
type Request = { userUuid: string; eventUuid: string; ticketUuids: string[]; isChosen: boolean };
type Outcome = { held: HeldReservation } | { conflicts: string[]; isOwn?: boolean };

/** Each try meets locks that another request of the same user has just given back. */
const maxMeetings = 5;

async function hold(deps: ReserveTicketsDeps, request: Request): Promise<Outcome> {
  const { locks, feed, observer, ticketLimit: limit } = deps;
  const { eventUuid, ticketUuids, userUuid: owner } = request;
  for (let meetings = 0; meetings < maxMeetings; meetings++) {
    const lock = await locks.acquire({ eventUuid, ticketUuids, owner, ttlMs: deps.lockTtlMs, limit });
    if (!lock.ok) {
      observer.lockRefused();
      if (lock.overLimit) throw tooMany(deps);
      return { conflicts: lock.conflicts };
    }
    try {
      const outcome = await reserveLocked(deps, request, lock);
      if (outcome !== 'met another') {
        if ('conflicts' in outcome) await giveBack(lock);
        return outcome;
      }
      await giveBack(lock);
    } catch (error) {
      await giveBack(lock).catch(() => {});
      throw error;
    }
  }
  observer.lockRefused();
  return { conflicts: ticketUuids };

  /** Only what this request took, and no other has adopted. */
  async function giveBack({ taken }: Acquired): Promise<void> {
    const freed = await locks.giveBack({ eventUuid, locks: taken });
    if (freed > 0) feed.publish(eventUuid);
  }
}

/** Makes a reservation of what is locked, or finds the one that a twin of this request has made of it. */
async function reserveLocked(deps: ReserveTicketsDeps, request: Request, lock: Acquired) {
  const { locks, reservations, observer, feed } = deps;
  const { userUuid, eventUuid, ticketUuids } = request;
  const { holds, taken } = lock;
  const older = holds.filter((one) => !taken.some((its) => isSame(its, one)));
  // The best seats are others than those that the user has by now.
  if (!request.isChosen && older.length > 0) {
    observer.lockRefused();
    return { conflicts: older.map(({ ticketUuid }) => ticketUuid), isOwn: true };
  }
  const before = older.length > 0 ? await settleOlder(deps, request, lock, older) : undefined;
  if (before) return before;
  await checkLimit(deps, { userUuid, eventUuid, ticketUuids: [...ticketUuids, ...lock.others] });
  if (request.isChosen && !deps.mayStrand) await checkStranded(deps, request, lock);
  const held = holds.map((one) => ({ ...one, held: readPrice(one.note) }));
  const outcome = await reservations.create({ userUuid, eventUuid, locks: held });
  if ('isReserved' in outcome) {
    const twin = older.length === 0 ? await twinOf(deps, holds) : undefined;
    return twin ?? 'met another';
  }
  if ('isEnded' in outcome) throw notOnSale();
  if ('conflicts' in outcome) {
    if (outcome.conflicts.length === 0) throw invalid('The tickets must all be of one currency');
    observer.lockRefused();
    return outcome;
  }
  const { made } = outcome;
  const problem = notChargeable(deps, made);
  // Locks of other requests are this one's, too, from here on.
  const isWhole = !problem && (older.length === 0 || (await locks.adopt({ eventUuid, locks: older })));
  if (!isWhole) {
    await reservations.discard(made.uuid);
    if (problem) throw problem;
    return 'met another';
  }
  observer.lockTaken(taken.length);
  feed.publish(eventUuid);
  return { held: withEnd(made, holds) };
}

/** What becomes of locks that the user held before; undefined where they may become part of this reservation. */
async function settleOlder(
  deps: ReserveTicketsDeps,
  { eventUuid }: Request,
  { holds, repeated }: Acquired,
  older: Hold[],
): Promise<Outcome | 'met another' | undefined> {
  const { locks, reservations, observer } = deps;
  const known = await reservations.ofLocks(older);
  const isOf = (hold: Hold, reservation: Reservation) => reservation.tickets.some((line) => isSame(line, hold));
  // Given back a moment ago, and its locks are still to go.
  const released = older.filter((hold) => known.some((one) => one.released && isOf(hold, one)));
  if (released.length > 0) {
    await locks.release({ eventUuid, locks: released });
    return 'met another';
  }
  const same = repeated && known.find((one) => holdsTheSame(one, holds));
  if (same && !same.isOnSale) throw notOnSale();
  if (same) return (await locks.adopt({ eventUuid, locks: holds })) ? { held: withEnd(same, holds) } : 'met another';
  // Another reservation keeps its seats; a hold without one is the original endpoint's.
  const conflicts = older.filter((hold) => known.some((one) => isOf(hold, one))).map(({ ticketUuid }) => ticketUuid);
  if (conflicts.length === 0) return undefined;
  observer.lockRefused();
  return { conflicts, isOwn: true };
}

/** The reservation that a twin has made of just these locks. */
async function twinOf({ reservations }: ReserveTicketsDeps, holds: Hold[]): Promise<Outcome | undefined> {
  const twin = (await reservations.ofLocks(holds)).find((one) => !one.released && holdsTheSame(one, holds));
  return twin && { held: withEnd(twin, holds) };
}

async function checkStranded(deps: ReserveTicketsDeps, { eventUuid }: Request, { holds }: Acquired): Promise<void> {
  const stranded = await deps.seats.strandedBy(
    eventUuid,
    holds.map(({ ticketUuid }) => ticketUuid),
  );
  if (stranded.length === 0) return;
  throw new AppError('seat_stranded', 'This choice would leave a single seat alone: choose seats beside it', {
    details: { stranded },
  });
}

function notChargeable({ payments }: ReserveTicketsDeps, { total, currency, tickets }: Reservation): Error | undefined {
  try {
    checkChargeable(payments, { amount: total, currency, parts: tickets.map(({ price }) => price) });
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

const isSame = (one: LockKey, other: LockKey) => one.ticketUuid === other.ticketUuid && one.token === other.token;

const holdsTheSame = ({ tickets }: Reservation, holds: Hold[]) =>
  tickets.length === holds.length && holds.every((one) => tickets.some((line) => isSame(line, one)));

const withEnd = (reservation: Reservation, holds: Hold[]): HeldReservation => ({
  ...reservation,
  expiresAt: Math.min(...holds.map((one) => one.expiresAt)),
});

const invalid = (message: string) => new AppError('invalid_request', message);

const heldElsewhere = (conflicts: string[]) =>
  new AppError('ticket_not_available', 'You hold some of these seats in another reservation: release it first', {
    details: { conflicts },
  });

const notAvailable = (conflicts: string[]) =>
  new AppError('ticket_not_available', 'Ticket is not available for reservation', { details: { conflicts } });
