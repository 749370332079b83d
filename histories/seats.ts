import { check, type Timed, type Violation } from './checker.ts';
import { type Operation, overlap } from './history.ts';
import { concernsSeats, type SeatOperation, seatModel } from './seat-model.ts';

export type SeatViolation = Violation<SeatOperation> & { seat: string; history: Timed<SeatOperation>[] };

export type SeatsVerdict = {
  violations: SeatViolation[];
  /** How many answers only hold good because somebody beside them had the seat for a moment. */
  excused: number;
  configs: number;
};

/** Whether each seat's history is one that a seat can have had. */
export function checkSeats(operations: Operation[], seats: string[]): SeatsVerdict {
  const judge = (seat: string, keep: (operation: Operation) => boolean) => {
    const history = historyOf(operations.filter(keep), seat, operations);
    const { violation, configs } = check(seatModel, history);
    return { configs, violations: violation ? [{ ...violation, seat, history }] : [] };
  };
  const firm = seats.map((seat) => judge(seat, (one) => !isOneOfMany(one)));
  const configs = firm.reduce((sum, one) => sum + one.configs, 0);
  const violations = firm.flatMap((one) => one.violations);
  // What is refused for want of one seat of several is explained by any of them: mostly by one whose whole history is right.
  const isRight = new Map(seats.map((seat) => [seat, judge(seat, () => true).violations.length === 0]));
  for (const one of operations.filter(isOneOfMany)) {
    if (violations.length > 0 || one.seats.some((seat) => isRight.get(seat))) continue;
    const reasons = one.seats.map((seat) => judge(seat, (other) => other === one || !isOneOfMany(other)).violations);
    if (reasons.every((found) => found.length > 0)) return { violations: reasons[0]!, configs, excused: 0 };
  }
  return { violations, configs, excused: operations.filter((one) => excuse(one, operations)).length };
}

/** Refused for one of its seats at least, it does not say which. */
const isOneOfMany = ({ kind, outcome, seats }: Operation) =>
  outcome === 'refused' && seats.length > 1 && (kind === 'order' || kind === 'release');

/** A seat's own history; `all` is what happened beside it. */
export function historyOf(operations: Operation[], seat: string, all = operations): Timed<SeatOperation>[] {
  return operations
    .filter((operation) => operation.seats.includes(seat) && concernsSeats(operation))
    .map((operation) => ({
      op: { operation, seat, isExcused: excuse(operation, all, seat) },
      from: operation.from,
      to: operation.to,
      isOptional: operation.outcome === 'unknown',
    }));
}

/**
 * What is allowed because of others at the same time. Who is refused in the end may have locked a seat for a moment (lock
 * first, then look), which others see. A sweep that ended orders may have given one up under the hands of its request. And a
 * reservation can't be given back while its order is under way, whatever becomes of that.
 */
function excuse(operation: Operation, operations: Operation[], seat?: string): boolean {
  const { kind, outcome, user, hold, told } = operation;
  const beside = (is: (other: Operation) => boolean) =>
    operations.some((other) => is(other) && overlap(operation, other));
  const isPassing = (other: Operation) =>
    (other.kind === 'reserve' || other.kind === 'hold') &&
    other.outcome === 'refused' &&
    (seat === undefined ? other.seats.some((one) => operation.seats.includes(one)) : other.seats.includes(seat));
  if (kind === 'look') return seat !== undefined && told?.[seat] === 'reserved' && beside(isPassing);
  if (outcome !== 'refused') return false;
  if (kind === 'reserve' || kind === 'hold') return beside((other) => isPassing(other) && other.user !== user);
  if (kind === 'confirm' || kind === 'order')
    return beside((other) => other.kind === 'sweep' && other.outcome === 'ok');
  const isTried = (other: Operation) => other.kind === 'order' || other.kind === 'approve' || other.kind === 'deny';
  return (
    kind === 'release' &&
    operations.some(
      (other) =>
        other.hold === hold &&
        ((isTried(other) && overlap(operation, other)) || (other.kind === 'refund' && other.from < operation.to)),
    )
  );
}
