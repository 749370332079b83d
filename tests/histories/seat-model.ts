import type { Spec } from './checker.ts';
import type { Kind, Operation, Outcome } from './history.ts';

/**
 * The model of a seat. It is held by a reservation, or `single`. A claim is an unfinished payment, by an order of a
 * reservation or `single` (`by`), whose name may not be known (`?`); without a hold the seat is free again if it fails.
 */
export type Seat =
  | { is: 'free' }
  | { is: 'held'; user: string; hold: string }
  | { is: 'claimed' | 'sold'; user: string; hold: string; by: string; order: string };

/** An operation as one seat sees it. */
export type SeatOperation = {
  operation: Operation;
  seat: string;
  /** A concurrent request may have had the seat for a moment, or a sweep may have ended its order: see `seats.ts`. */
  isExcused: boolean;
};

const free: Seat = { is: 'free' };
export const single = 'single';

/** The name of a reservation includes its seats: the same user may not have two of the same. */
export const holdName = (name: string, seats: string[]) => `${name}:${[...seats].sort().join('+')}`;
const seatsOf = (hold: string) => hold.split(':')[1];
/** A hold without a response has a name of its own, until it is known. */
const isNameless = (hold: string) => hold.startsWith('?');

type Step = (seat: Seat, by: SeatOperation & Operation) => Seat[];

const own = (seat: Seat, { user }: Operation) => seat.is !== 'free' && seat.user === user;
const holds = (seat: Seat, { user, hold }: Operation) => seat.is === 'held' && seat.user === user && seat.hold === hold;
/** By an order of the reservation; if both are known by name, by that one. */
const pays = (seat: Seat, { user, hold, order }: Operation): boolean =>
  (seat.is === 'claimed' || seat.is === 'sold') && seat.user === user && seat.by === hold && fits(seat.order, order);

/** Claimed or bought from the reservation, by any order. */
const isUnder = (seat: Seat, { user, hold }: Operation) =>
  (seat.is === 'claimed' || seat.is === 'sold') && seat.user === user && seat.hold === hold;

const unnamed = '?';
const fits = (name: string, other: string | undefined) => name === other || name === unnamed || other === undefined;

const same = (seat: Seat, isPossible: boolean): Seat[] => (isPossible ? [seat] : []);
const failed = (seat: Seat & { is: 'claimed' | 'sold' }): Seat =>
  seat.hold === '' ? free : { is: 'held', user: seat.user, hold: seat.hold };
const sold = (seat: Seat & { is: 'claimed' | 'sold' }): Seat => ({ ...seat, is: 'sold' });

/** A refusal that names seats says nothing about the others. */
const isNotNamed = ({ told, seat }: SeatOperation & Operation) => told !== undefined && told[seat] === undefined;

/** A user must not be refused a seat while it is free, or while they hold it themselves. */
const notAvailable: Step = (seat, by) =>
  same(seat, seat.is === 'free' ? by.isExcused : !own(seat, by) || seat.is !== 'held');

/** The promises of the sale, by outcome; an outcome without an entry says nothing about a seat. */
const steps: { [key in `${Kind} ${Outcome}`]?: Step } = {
  'reserve ok': (seat, by) => {
    const held: Seat = { is: 'held', user: by.user, hold: single };
    if (seat.is === 'free') return [held];
    // A request without a response may have made a reservation, which keeps its seats.
    if (own(seat, by) && seat.is === 'held' && isNameless(seat.hold)) return [held, seat];
    return same(seat, own(seat, by));
  },
  'reserve refused': notAvailable,
  'reserve unknown': (seat, by) =>
    seat.is === 'free' ? [{ is: 'held', user: by.user, hold: holdName(`?${by.id}`, by.seats) }] : [],

  'confirm ok': (seat, by) => {
    if (!own(seat, by)) return [];
    if (seat.is === 'held') return [{ ...seat, is: 'sold', by: single, order: unnamed }];
    return seat.is === 'free' ? [] : [sold(seat)];
  },
  'confirm declined': (seat, by) => {
    if (!own(seat, by) || seat.is === 'sold' || seat.is === 'free') return [];
    return [seat.is === 'held' ? seat : failed(seat)];
  },
  'confirm pending': (seat, by) => {
    if (!own(seat, by)) return [];
    return seat.is === 'held'
      ? [{ ...seat, is: 'claimed', by: single, order: unnamed }]
      : same(seat, seat.is === 'claimed');
  },
  'confirm refused': (seat, by) => same(seat, !own(seat, by) || (by.isExcused && seat.is !== 'sold')),
  'confirm unknown': (seat, by) =>
    own(seat, by) && seat.is === 'held' ? [{ ...seat, is: 'claimed', by: single, order: unnamed }] : [],

  'hold ok': (seat, by) => {
    const hold = by.hold!;
    if (seat.is === 'free') return [{ is: 'held', user: by.user, hold }];
    if (!own(seat, by)) return [];
    if (seat.is !== 'held') return same(seat, seat.hold === hold);
    return seat.hold === hold || seat.hold === single || isNameless(seat.hold) ? [{ ...seat, hold }] : [];
  },
  'hold refused': (seat, by) => {
    if (isNotNamed(by)) return [seat];
    if (seat.is !== 'held' || !own(seat, by)) return notAvailable(seat, by);
    const isSame = seat.hold === single || seatsOf(seat.hold) === [...by.seats].sort().join('+');
    return same(seat, !isSame || by.isExcused);
  },
  'hold unknown': (seat, by) => {
    const hold = holdName(`?${by.id}`, by.seats);
    if (seat.is === 'free') return [{ is: 'held', user: by.user, hold }];
    return own(seat, by) && seat.is === 'held' && seat.hold === single ? [{ ...seat, hold }] : [];
  },

  'release ok': (seat, by) => {
    if (holds(seat, by)) return [free];
    // A payment under way is cancelled; a separate purchase of one of its seats stays.
    if (isUnder(seat, by)) return seat.is === 'claimed' ? [free] : same(seat, !pays(seat, by));
    return [seat];
  },
  'release refused': (seat, by) => same(seat, isUnder(seat, by) || by.isExcused),
  'release unknown': (seat, by) => (holds(seat, by) || (seat.is === 'claimed' && isUnder(seat, by)) ? [free] : []),

  'order ok': (seat, by) => (holds(seat, by) || pays(seat, by) ? [boughtBy(by, 'sold')] : []),
  'order pending': (seat, by) =>
    holds(seat, by) || (seat.is === 'claimed' && pays(seat, by)) ? [boughtBy(by, 'claimed')] : [],
  'order declined': (seat, by) => {
    if (holds(seat, by)) return [seat];
    return seat.is === 'claimed' && pays(seat, by) ? [failed(seat)] : [];
  },
  'order refused': (seat, by) =>
    isNotNamed(by) ? [seat] : same(seat, (!holds(seat, by) && !pays(seat, by)) || (by.isExcused && seat.is !== 'sold')),
  'order unknown': (seat, by) => (holds(seat, by) ? [boughtBy(by, 'claimed')] : []),

  'refund ok': (seat, by) => (seat.is === 'sold' && isOrderOf(seat, by) ? [free] : []),
  'refund refused': (seat, by) => same(seat, !(seat.is === 'sold' && seat.user === by.user && seat.order === by.order)),
  'refund unknown': (seat, by) => (seat.is === 'sold' && isOrderOf(seat, by) ? [free] : []),

  'approve ok': (seat, by) => [seat.is === 'claimed' && isOrderOf(seat, by) ? sold(seat) : seat],
  'deny ok': (seat, by) => [seat.is === 'claimed' && isOrderOf(seat, by) ? failed(seat) : seat],

  'look ok': (seat, by) => {
    const shown = by.told![by.seat];
    if (seat.is === 'free') return same(seat, shown === 'available' || (shown === 'reserved' && by.isExcused));
    return same(seat, shown === (seat.is === 'sold' ? 'booked' : 'reserved'));
  },

  // Only the hold ends of a seat that is being paid for.
  'expire ok': (seat) => {
    if (seat.is === 'held') return [free];
    return seat.is === 'claimed' ? [seat, { ...seat, hold: '' }] : [seat];
  },
};

const boughtBy = ({ user, hold = single, order = unnamed }: Operation, is: 'claimed' | 'sold'): Seat => ({
  ...{ is, user, hold },
  ...{ by: hold, order },
});

/** The reservation may identify an order without a known name. */
const isOrderOf = (seat: Seat & { is: 'claimed' | 'sold' }, { user, hold, order }: Operation) =>
  seat.user === user && (hold === undefined || seat.by === hold) && fits(seat.order, order);

const reads = new Set([
  'reserve refused',
  'confirm refused',
  'hold refused',
  'order refused',
  'release refused',
  'refund refused',
]);

/** Conversion to text and back, for the checker. */
const textOf = (seat: Seat): string =>
  seat.is === 'free'
    ? 'free'
    : [seat.is, seat.user, seat.hold, ...(seat.is === 'held' ? [] : [seat.by, seat.order])].join(' ');

function seatOf(text: string): Seat {
  const [is, user = '', hold = '', by = '', order = ''] = text.split(' ');
  if (is === 'held') return { is, user, hold };
  return is === 'claimed' || is === 'sold' ? { is, user, hold, by, order } : free;
}

const keyOf = ({ kind, outcome }: Operation) => `${kind} ${outcome}` as const;

/** Returns whether an operation says something about a seat. */
export const concernsSeats = (operation: Operation) => keyOf(operation) in steps;

export const seatModel: Spec<SeatOperation> = {
  initial: 'free',
  step: (state, by) => steps[keyOf(by.operation)]!(seatOf(state), { ...by, ...by.operation }).map(textOf),
  isRead: ({ operation }) => operation.kind === 'look' || reads.has(keyOf(operation)),
  // A claim ends by itself: by a sweep, by a twin, or by the request that made it. And a request without a response may
  // release its holds.
  drift: (state) => {
    const seat = seatOf(state);
    if (seat.is === 'held') return isNameless(seat.hold) ? ['free'] : [];
    return seat.is === 'claimed' ? [textOf(sold(seat)), textOf(failed(seat))] : [];
  },
};
