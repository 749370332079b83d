import type { AppError } from '../../../../shared/errors.ts';
import type { Acquired, Hold, LockKey } from '../../../../shared/locks/ticket-locks.ts';
import {
  codeInvalid,
  codeUsedUp,
  heldAtOtherRates,
  rateNotAvailable,
  rateSoldOut,
  seatStranded,
  severalCurrencies,
  tooManyTickets,
} from '../errors.ts';
import { checkChargeable } from '../payment/payment-provider.ts';
import { paymentWindowMs } from '../payment/payment-window.ts';
import type { Ports } from '../ports.ts';
import { refused } from '../sale-rules/admit.ts';
import { type EventRules, limitOf } from '../sale-rules/event-rules.ts';
import { readPrice } from './held-price.ts';
import type { Created, Reservation } from './reservation.ts';
import { checkLimit } from './ticket-limit.ts';

export type HoldPorts = Pick<
  Ports,
  | 'locks'
  | 'tickets'
  | 'knownTickets'
  | 'knownRules'
  | 'seats'
  | 'reservations'
  | 'feed'
  | 'observer'
  | 'lockTtlMs'
  | 'ticketLimit'
  | 'mayStrand'
> & { payments: Pick<Ports['payments'], 'bounds'> };

/** A reservation with the end of its time, in milliseconds since 1970 by the lock store's clock. */
export type HeldReservation = Reservation & { expiresAt: number };

/**
 * `isChosen`: the buyer has picked the seats. `rateUuids` are the rates of the tickets, in their order; null is the
 * category's own price. `rules` are those that have admitted the request, and `missing` its error without the event.
 */
export type HoldRequest = {
  userUuid: string;
  eventUuid: string;
  ticketUuids: string[];
  isChosen: boolean;
  accessCode?: string | undefined;
  rateUuids?: (string | null)[] | undefined;
  rules: EventRules;
  missing: () => AppError;
};

/** `isOwn`: the user holds the `conflicts` in another reservation. */
export type HoldOutcome = { held: HeldReservation } | { conflicts: string[]; isOwn?: boolean };

type Locked = { request: HoldRequest; lock: Acquired; older: Hold[] };

/** Each further try means that another request of the same user has just released the locks, or a changed limit. */
const maxMeetings = 5;

/**
 * Locks seats of one event and makes a reservation of them, all or none. Whenever it throws it has released the locks.
 */
export async function holdSeats(ports: HoldPorts, asked: HoldRequest): Promise<HoldOutcome> {
  const { observer, ticketLimit } = ports;
  let request = asked;
  for (let meetings = 0; meetings < maxMeetings; meetings++) {
    const lock = await lockSeats(ports, request);
    if (!lock.ok) {
      observer.lockRefused();
      if (lock.overLimit) throw tooManyTickets(limitOf(ticketLimit, request.rules));
      return { conflicts: lock.conflicts };
    }
    try {
      const outcome = await reserveLocked(ports, request, lock);
      if (typeof outcome === 'object' && 'held' in outcome) return outcome;
      await giveBack(ports, request, lock);
      if (typeof outcome === 'object') return outcome;
      if (outcome === 'limit changed') request = await renewed(ports, request);
    } catch (error) {
      await giveBack(ports, request, lock).catch(() => {});
      throw error;
    }
  }
  observer.lockRefused();
  return { conflicts: request.ticketUuids };
}

/** Only when the locks were taken with a limit are the user's other holds known: it is done anew with the new one. */
async function renewed({ knownRules }: HoldPorts, request: HoldRequest): Promise<HoldRequest> {
  knownRules.forget(request.eventUuid);
  return { ...request, rules: (await knownRules.fresh(request.eventUuid)) ?? request.rules };
}

const lockSeats = (
  { locks, lockTtlMs: ttlMs, ticketLimit }: HoldPorts,
  { eventUuid, ticketUuids, userUuid: owner, rules }: HoldRequest,
) => locks.acquire({ eventUuid, ticketUuids, owner, ttlMs, limit: limitOf(ticketLimit, rules) });

/** Releases only the locks that this request took, and no other has adopted. */
async function giveBack({ locks, feed }: HoldPorts, { eventUuid }: HoldRequest, { taken }: Acquired): Promise<void> {
  const freed = await locks.giveBack({ eventUuid, locks: taken });
  if (freed > 0) feed.publish(eventUuid);
}

/** Makes a reservation of the locked seats, or finds the one that a twin of this request has made of them. */
async function reserveLocked(
  ports: HoldPorts,
  request: HoldRequest,
  lock: Acquired,
): Promise<HoldOutcome | 'met another' | 'limit changed'> {
  const older = lock.holds.filter((one) => !lock.taken.some((its) => isSame(its, one)));
  const locked: Locked = { request, lock, older };
  const before = older.length > 0 ? await settleOlder(ports, locked) : undefined;
  if (before) return before;
  await checkRules(ports, locked);
  const created = await create(ports, locked);
  if (!('made' in created)) return 'isReserved' in created ? ((await twinOf(ports, locked)) ?? 'met another') : created;
  if (limitOf(ports.ticketLimit, created) !== limitOf(ports.ticketLimit, request.rules)) {
    await ports.reservations.discard(created.made.uuid);
    return 'limit changed';
  }
  if (!(await confirmLocks(ports, locked, created.made))) return 'met another';
  ports.observer.lockTaken(lock.taken.length);
  ports.feed.publish(request.eventUuid);
  return { held: withEnd(created.made, lock.holds) };
}

/** Returns the outcome for locks that the user held before; undefined if they may become part of this reservation. */
async function settleOlder(
  ports: HoldPorts,
  { request, lock, older }: Locked,
): Promise<HoldOutcome | 'met another' | undefined> {
  const { locks, reservations, observer } = ports;
  const { eventUuid } = request;
  const { holds, repeated } = lock;
  const inTheWay = (its: Hold[]) => {
    observer.lockRefused();
    return { conflicts: its.map(({ ticketUuid }) => ticketUuid), isOwn: true };
  };
  // The user has these seats by now: the best seats must be others.
  if (!request.isChosen) return inTheWay(older);
  const known = await reservations.ofLocks(older);
  const isOf = (hold: Hold, reservation: Reservation) => reservation.tickets.some((line) => isSame(line, hold));
  // Released a moment ago, and its locks are about to go.
  const released = older.filter((hold) => known.some((one) => one.released && isOf(hold, one)));
  if (released.length > 0) {
    await locks.release({ eventUuid, locks: released });
    return 'met another';
  }
  const same = repeated && known.find((one) => holdsTheSame(one, holds));
  if (same && !same.isOnSale) throw await refused(ports, { ...request, deed: { is: 'purchase' } });
  if (same) checkSameRates(request, same);
  if (same) return (await locks.adopt({ eventUuid, locks: holds })) ? { held: withEnd(same, holds) } : 'met another';
  // Another reservation keeps its seats; a hold without one is the original endpoint's.
  const others = older.filter((hold) => known.some((one) => isOf(hold, one)));
  return others.length > 0 ? inTheWay(others) : undefined;
}

/** Throws when a repeated request asks for other rates: what is held keeps its own. */
function checkSameRates({ ticketUuids, rateUuids = [] }: HoldRequest, { tickets }: Reservation): void {
  const rateOf = new Map(tickets.map(({ ticketUuid, rate }) => [ticketUuid, rate?.uuid]));
  const others = ticketUuids.filter((uuid, i) => rateOf.get(uuid) !== (rateUuids[i] ?? undefined));
  if (others.length > 0) throw heldAtOtherRates(others);
}

/** Throws for too many tickets, and for a choice that would leave a single seat where that is refused. */
async function checkRules(ports: HoldPorts, { request, lock }: Locked): Promise<void> {
  const { userUuid, eventUuid, ticketUuids, rules } = request;
  const limit = limitOf(ports.ticketLimit, rules);
  await checkLimit(ports, { userUuid, eventUuid, ticketUuids: [...ticketUuids, ...lock.others], limit });
  if (!request.isChosen || ports.mayStrand) return;
  const stranded = await ports.seats.strandedBy(
    eventUuid,
    lock.holds.map(({ ticketUuid }) => ticketUuid),
  );
  if (stranded.length > 0) throw seatStranded(stranded);
}

/** Writes the reservation, at the prices of its locks, of its rates, or the current ones. */
async function create(ports: HoldPorts, { request, lock }: Locked) {
  const { reservations, observer, lockTtlMs } = ports;
  const { userUuid, eventUuid, ticketUuids, accessCode, rateUuids } = request;
  const hasRates = rateUuids?.some((uuid) => uuid !== null) ?? false;
  const rateOf = new Map(hasRates ? ticketUuids.map((uuid, i) => [uuid, rateUuids![i]]) : []);
  const locks = lock.holds.map((one) => ({
    ...one,
    held: readPrice(one.note),
    ...(hasRates && { rateUuid: rateOf.get(one.ticketUuid) }),
  }));
  const isLimited = accessCode !== undefined || hasRates;
  const limited = isLimited ? { accessCode, holdMs: lockTtlMs + paymentWindowMs } : undefined;
  const created = await reservations.create({ userUuid, eventUuid, locks, limited });
  if ('made' in created || 'isReserved' in created) return created;
  if ('conflicts' in created) {
    if (created.conflicts.length === 0) throw severalCurrencies();
    observer.lockRefused();
    return created;
  }
  throw 'isEnded' in created
    ? await refused(ports, { ...request, deed: { is: 'hold', accessCode } })
    : errorOf(created);
}

type Refusal = Exclude<
  Created,
  { made: Reservation } | { conflicts: string[] } | { isReserved: true } | { isEnded: true }
>;

function errorOf(refusal: Refusal): AppError {
  if ('isCodeInvalid' in refusal) return codeInvalid();
  if ('isCodeUsedUp' in refusal) return codeUsedUp();
  return 'notAtRate' in refusal ? rateNotAvailable(refusal.notAtRate) : rateSoldOut(refusal.soldOutRates);
}

/** Finds the reservation that a twin of this request has made of just these locks. */
async function twinOf({ reservations }: HoldPorts, { request, lock, older }: Locked): Promise<HoldOutcome | undefined> {
  if (older.length > 0) return undefined;
  const twin = (await reservations.ofLocks(lock.holds)).find((one) => !one.released && holdsTheSame(one, lock.holds));
  if (twin) checkSameRates(request, twin);
  return twin && { held: withEnd(twin, lock.holds) };
}

/**
 * Makes locks of other requests part of a new reservation. Where one of them is gone, or the sum can't be charged, the
 * reservation is discarded: returns false, or throws `amount_not_chargeable`.
 */
async function confirmLocks(
  { locks, reservations, payments }: HoldPorts,
  { request, older }: Locked,
  made: Reservation,
): Promise<boolean> {
  const { total: amount, currency, tickets } = made;
  try {
    checkChargeable(payments, { amount, currency, parts: tickets.map(({ price }) => price) });
  } catch (error) {
    await reservations.discard(made.uuid);
    throw error;
  }
  if (older.length === 0 || (await locks.adopt({ eventUuid: request.eventUuid, locks: older }))) return true;
  await reservations.discard(made.uuid);
  return false;
}

const isSame = (one: LockKey, other: LockKey) => one.ticketUuid === other.ticketUuid && one.token === other.token;

const holdsTheSame = ({ tickets }: Reservation, holds: Hold[]) =>
  tickets.length === holds.length && holds.every((one) => tickets.some((line) => isSame(line, one)));

const withEnd = (reservation: Reservation, holds: Hold[]): HeldReservation => ({
  ...reservation,
  expiresAt: Math.min(...holds.map((one) => one.expiresAt)),
});
