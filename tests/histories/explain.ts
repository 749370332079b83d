import { check, type Spec, type Timed, type Violation } from './checker.ts';
import { seatModel } from './seat-model.ts';
import type { SeatViolation } from './seats.ts';

/**
 * Returns a minimal set of responses that can't all be true: it stays so whether or not each other operation of the
 * history has happened.
 */
function coreOf<Op>(spec: Spec<Op>, history: Timed<Op>[], { at }: Violation<Op>): Timed<Op>[] {
  let rest = history
    .filter(({ from }) => from <= at.to)
    .map((timed) => (timed.to > at.to ? { ...timed, to: Number.POSITIVE_INFINITY, isOptional: true } : timed));
  const core = rest.filter(({ isOptional, op }) => !isOptional || op === at.op);
  const isBad = (some: Timed<Op>[]) => check(spec, some).violation !== undefined;
  return core.filter((timed) => {
    // A read may be left out, any other operation may have happened or not.
    const isRead = spec.isRead?.(timed.op);
    const without = isRead
      ? rest.filter((one) => one !== timed)
      : rest.map((one) => (one === timed ? { ...one, isOptional: true } : one));
    if (timed.op === at.op || !isBad(without)) return true;
    rest = without;
    return false;
  });
}

const width = 60;
const maxBeside = 10;

/**
 * A violation as a picture in text: users, requests and responses, on one axis of time. `>` is the first impossible
 * response, `*` are those that contradict it; the rest are other recent operations that may have changed the seat.
 */
export function picture(violation: SeatViolation): string {
  const { history, at, states, seat } = violation;
  const core = new Set(coreOf(seatModel, history, violation).map(({ op }) => op.operation));
  const before = history.filter(({ op, from }) => from <= at.to && op.operation.kind !== 'look');
  const beside = new Set(before.slice(-maxBeside).map(({ op }) => op.operation));
  const shown = history.filter(({ op }) => core.has(op.operation) || beside.has(op.operation));
  shown.sort((a, b) => a.from - b.from);
  const start = shown[0]!.from;
  const column = (ms: number) => Math.round(Math.min(1, (ms - start) / (at.to - start || 1)) * (width - 1));
  const lines = shown.map(({ op: { operation, isExcused }, from, to }) => {
    const [left, right] = [column(from), column(to)];
    const bar = `${' '.repeat(left)}${left === right ? '|' : `|${'-'.repeat(right - left - 1)}|`}`.padEnd(width);
    const { id, user, process, kind, answer } = operation;
    const asked = kind === 'look' ? '' : operation.seats.join(' ');
    const named = [asked, operation.hold, operation.order].filter(Boolean).join(', ');
    const mark = operation === at.op.operation ? '>' : core.has(operation) ? '*' : ' ';
    const excused = isExcused ? ' (others beside it)' : '';
    const text = `#${id} ${user} at ${process}: ${kind} ${named} → ${answer}${excused}`;
    return `${mark} ${bar} ${(from - start).toFixed(1).padStart(7)} ms  ${text}`;
  });
  const title = `${seat}: what is marked can't all be true, whatever else happened; before it was ${states.join(', or ')}`;
  return [title, ...lines].join('\n');
}
