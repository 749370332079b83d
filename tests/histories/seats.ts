import { check, type Timed, type Violation } from './checker.ts';
import { type Operation, overlap } from './history.ts';
import { concernsSeats, type SeatOperation, seatModel } from './seat-model.ts';

export type SeatViolation = Violation<SeatOperation> & { seat: string; history: Timed<SeatOperation>[] };

export type SeatsVerdict = {
  violations: SeatViolation[];
  /** The number of responses that are only explained by a concurrent request that had the seat for a moment. */
  excused: number;
  configs: number;
};

/** Checks whether each seat's history is possible. */
export function checkSeats(operations: Operation[], seats: string[]): SeatsVerdict {
  const judge = (seat: string, keep: (operation: Operation) => boolean) => {
    const history = historyOf(operations.filter(keep), seat, operations);
    const { violation, configs } = check(seatModel, history);
    return { configs, violations: violation ? [{ ...violation, seat, history }] : [] };
  };
  const firm = seats.map((seat) => judge(seat, (one) => !isOneOfMany(one)));
  const configs = firm.reduce((sum, one) => sum + one.configs, 0);
  const violations = firm.flatMap((one) => one.violations);
  // Any one of several seats explains a refusal of all: mostly one whose whole history is right.
  const isRight = new Map(seats.map((seat) => [seat, judge(seat, () => true).violations.length === 0]));
  for (const one of operations.filter(isOneOfMany)) {
    if (violations.length > 0 || one.seats.some((seat) => isRight.get(seat))) continue;
    const reasons = one.seats.map((seat) => judge(seat, (other) => other === one || !isOneOfMany(other)).violations);
    if (reasons.every((found) => found.length > 0)) return { violations: reasons[0]!, configs, excused: 0 };
  }
  return { violations, configs, excused: operations.filter((one) => excuse(one, operations)).length };
}

/** Returns whether it was refused for at least one of its seats, without naming it. */
const isOneOfMany = ({ kind, outcome, seats, told }: Operation) =>
  outcome === 'refused' && seats.length > 1 && told === undefined && (kind === 'order' || kind === 'release');

/** Returns a seat's own history; `all` has the concurrent operations. */
function historyOf(operations: Operation[], seat: string, all = operations): Timed<SeatOperation>[] {
  return operations
    .filter((operation) => operation.seats.includes(seat) && concernsSeats(operation))
    .map((operation) => ({
      op: { operation, seat, isExcused: excuse(operation, all, seat) },
      from: operation.from,
      to: operation.to,
      isOptional: operation.outcome === 'unknown',
    }));
}

/** Returns whether concurrent operations explain a response that would be wrong alone. */
function excuse(operation: Operation, all: Operation[], seat?: string): boolean {
  const { kind, outcome } = operation;
  if (kind === 'look')
    return seat !== undefined && operation.told?.[seat] === 'reserved' && isPassed(operation, all, [seat]);
  if (outcome !== 'refused') return false;
  const seats = seat === undefined ? operation.seats : [seat];
  if (kind === 'reserve') return isPassed(operation, all, seats);
  if (kind === 'hold') return isPassed(operation, all, seats) || isBroken(operation, all);
  if (kind === 'confirm' || kind === 'order') return isGivenUp(operation, all);
  return kind === 'release' && isBought(operation, all);
}

/**
 * Lock first, then look: a request that is refused in the end may have locked a seat for a moment, which others see. So
 * may one that starts anew because a seat of its user was lost meanwhile.
 */
function isPassed(operation: Operation, all: Operation[], seats: string[]): boolean {
  return all.some(
    (other) =>
      (other.kind === 'reserve' || other.kind === 'hold') &&
      (other.outcome === 'refused' || isBegunAnew(other, all)) &&
      (other.user !== operation.user || operation.kind === 'look') &&
      other.seats.some((seat) => seats.includes(seat)) &&
      overlap(operation, other),
  );
}

/** Of several seats, one that the user had at the start ended meanwhile, by time or by another request of theirs. */
function isBegunAnew(hold: Operation, all: Operation[]): boolean {
  const frees = ['expire', 'release', 'refund'];
  return (
    hold.kind === 'hold' &&
    hold.outcome === 'ok' &&
    all.some(
      (other) =>
        frees.includes(other.kind) &&
        other.outcome === 'ok' &&
        (other.user === hold.user || other.kind === 'expire') &&
        other.seats.some((seat) => hold.seats.includes(seat)) &&
        overlap(hold, other),
    )
  );
}

/** A reservation of several seats that lost one of them, or sold it alone, is no longer the same. */
function isBroken({ user, seats, to }: Operation, all: Operation[]): boolean {
  const breaks = ['confirm', 'refund', 'expire'];
  return (
    seats.length > 1 &&
    all.some(
      (other) =>
        breaks.includes(other.kind) &&
        (other.user === user || other.kind === 'expire') &&
        other.outcome !== 'refused' &&
        other.seats.some((seat) => seats.includes(seat)) &&
        other.from < to,
    )
  );
}

/** A sweep or a release may have given an order up during its request. */
function isGivenUp(operation: Operation, all: Operation[]): boolean {
  return all.some(
    (other) =>
      ((other.kind === 'sweep' && other.outcome === 'ok') ||
        (other.kind === 'release' &&
          other.user === operation.user &&
          other.seats.some((seat) => operation.seats.includes(seat)))) &&
      overlap(operation, other),
  );
}

/** A reservation can't be released while its order is under way, whatever its outcome, nor after a refund of it. */
function isBought(operation: Operation, all: Operation[]): boolean {
  const pays = ['order', 'approve', 'deny'];
  return all.some(
    (other) =>
      other.hold === operation.hold &&
      ((pays.includes(other.kind) && overlap(operation, other)) ||
        (other.kind === 'refund' && other.from < operation.to)),
  );
}
