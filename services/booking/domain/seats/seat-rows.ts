import { inOneGo } from '../../../../shared/async/in-slices.ts';
import { parseSeatLabel, type SeatLabel } from './seat-label.ts';

/** Seats in their order in the hall. `isBeside[i]`: seat `i` is a neighbour of the one before it. */
export type SeatRow<Seat> = { seats: Seat[]; isBeside: boolean[]; section: string; isLoose: boolean };

type Numbered<Seat> = { seat: Seat; number: number; suffix: string; label: SeatLabel };
type Side<Seat> = Numbered<Seat>[];

/**
 * The rows of a hall, the organiser's first before. `seats` come in the organiser's order, as a rule as they stand.
 *
 * - A row is of one section: those of two sections are never one, whatever they are called.
 * - A place without a number is a row of its own. No two places are taken for one: a number that comes again begins a
 *   further row of that name.
 * - In a row that counts by one, seats whose numbers differ by one are neighbours, up or down, whatever order they come
 *   in. A number that is missing is a gap.
 * - A row that counts by two has an odd and an even side. On a side, seats whose numbers differ by two are neighbours.
 *   The sides meet where they do in the organiser's order: `3 1 | 2 4`, `103 101 | 102 104`, `15 17 | 18 16`, and
 *   `15 17 | 16 14` (a row of 17: that an 18 is missing can't be known). They do not where the 1 or the 2 is missing,
 * nor where one side is told after the other: `1 3 5 7, 2 4 6 8`.
 * - Such a row is known in the organiser's order, by most steps being of two, three at least unless the rest of the
 *   hall counts so too (`5 7` alone is `5 6 7` with a seat missing), or by one turn between odd and even: `5 1 2 4`. In
 *   a hall that comes in no order by rows, only a long row without a flaw counts by two.
 * - A row that counts by three or more as a whole does so: `10 20 30 40`.
 * - A seat of the same number and another suffix stands beside it: `10, 10 bis, 11`, and the halves `1L 1R 2L 2R`.
 *   Where most have suffixes and come otherwise, these are sides, which meet at 1: `2L 1L | 1R 2R`.
 * - `1A 1B 1C` are seats of row 1, but `1A 2A 3A` of row A: whichever the organiser's order says more often.
 */
export function seatRows<Seat extends { seat: string }>(seats: readonly Seat[]): SeatRow<Seat>[] {
  return inOneGo(rowsInSteps(seats));
}

const stepSeats = 200;

/** Like `seatRows`, in steps of a fraction of a millisecond: reading an arena's labels takes 100 ms. */
export function* rowsInSteps<Seat extends { seat: string }>(
  seats: readonly Seat[],
): Generator<void, SeatRow<Seat>[], void> {
  const { rows, isInOrder } = yield* collect(seats);
  const counts = rows.map(stepsOf);
  yield;
  const twos = total(counts, 'twos');
  const isHallByTwo = isInOrder && twos >= 2 && twos > total(counts, 'ones');
  const asTheyStand: SeatRow<Seat>[] = [];
  for (const [i, row] of rows.entries()) {
    asTheyStand.push(asItStands(row, strideOf(row, counts[i]!, { isInOrder, isHallByTwo })));
    if (i % 8 === 0) yield;
  }
  return asTheyStand;
}

/** The seats of each row, in the organiser's order; `isInOrder` when that tells one row after the other. */
function* collect<Seat extends { seat: string }>(
  seats: readonly Seat[],
): Generator<void, { rows: Side<Seat>[]; isInOrder: boolean }, void> {
  const read: SeatLabel[] = [];
  for (const { seat } of seats) {
    read.push(parseSeatLabel(seat));
    if (read.length % stepSeats === 0) yield;
  }
  const labels = turned(read);
  type Open = { row: Side<Seat>; taken: Set<number | string> };
  const rows: Side<Seat>[] = [];
  const open = new Map<string, Map<string, Open>>();
  let rowBefore: Side<Seat> | undefined;
  let together = 0;
  let alone = 0;
  for (const [i, seat] of seats.entries()) {
    if (i % stepSeats === 0) yield;
    const label = labels[i]!;
    const { section, row, number, suffix } = label;
    if (number === undefined) {
      rows.push([{ seat, number: 0, suffix, label }]);
      rowBefore = undefined;
      alone++;
      continue;
    }
    const inSection = open.get(section) ?? new Map<string, Open>();
    if (inSection.size === 0) open.set(section, inSection);
    const key = suffix === '' ? number : `${number} ${suffix}`;
    let into = inSection.get(row);
    if (!into || into.taken.has(key)) {
      into = { row: [], taken: new Set() };
      inSection.set(row, into);
      rows.push(into.row);
    }
    into.taken.add(key);
    into.row.push({ seat, number, suffix, label });
    if (into.row === rowBefore) together++;
    rowBefore = into.row;
  }
  // A side after the other in rows of four still is 2 of 3.
  const most = seats.length - alone - (rows.length - alone);
  return { rows, isInOrder: together >= most * 0.6 };
}

/** `1A` with the row and the seat changed over, where the order says so. */
function turned(labels: SeatLabel[]): SeatLabel[] {
  let more = 0;
  for (let i = 1; i < labels.length; i++) {
    const [a, b] = [labels[i - 1]!, labels[i]!];
    if (!a.isTurnable || !b.isTurnable || a.section !== b.section) continue;
    if (a.number === b.number && a.row !== b.row) more++;
    if (a.row === b.row) more--;
  }
  if (more <= 0) return labels;
  return labels.map((label) =>
    label.isTurnable ? { ...label, row: String.fromCharCode(64 + label.number!), number: Number(label.row) } : label,
  );
}

type Steps = { ones: number; twos: number; all: number };

function stepsOf(row: Side<unknown>): Steps {
  const steps = { ones: 0, twos: 0, all: 0 };
  for (let i = 1; i < row.length; i++) {
    const step = Math.abs(row[i]!.number - row[i - 1]!.number);
    if (step === 0) continue;
    steps.all++;
    if (step === 1) steps.ones++;
    if (step === 2) steps.twos++;
  }
  return steps;
}

const total = (counts: Steps[], of: keyof Steps) => counts.reduce((sum, steps) => sum + steps[of], 0);

/** By how much neighbours' numbers differ. */
function strideOf(
  row: Side<unknown>,
  { ones, twos, all }: Steps,
  { isInOrder, isHallByTwo }: { isInOrder: boolean; isHallByTwo: boolean },
): number {
  if (!isInOrder) return all >= 7 && twos >= all - 1 && ones + twos === all ? 2 : 1;
  if (twos * 2 > all && (twos >= 3 || isHallByTwo)) return 2;
  if (isHallByTwo && twos > 0 && twos * 2 === all) return 2;
  if (isSplit(row)) return 2;
  const first = row.length > 3 ? Math.abs(row[1]!.number - row[0]!.number) : 1;
  const isEven = first > 2 && row.every((place, i) => i === 0 || Math.abs(place.number - row[i - 1]!.number) === first);
  return isEven ? first : 1;
}

/**
 * Odd numbers one way, then even ones (or the reverse): `5 1 2 4`, with a seat missing, says that by its turn alone.
 */
function isSplit(row: Side<unknown>): boolean {
  const at = row.findIndex(({ number }, i) => i > 0 && number % 2 !== row[i - 1]!.number % 2);
  if (at < 0 || row.slice(at).some(({ number }) => number % 2 !== row[at]!.number % 2)) return false;
  const [left, right, all] = [row.slice(0, at), row.slice(at), row].map(waysOf) as [Ways, Ways, Ways];
  const goesOneWay = ({ ups, downs }: Ways) => ups === 0 || downs === 0;
  if (!goesOneWay(left) || !goesOneWay(right) || goesOneWay(all)) return false;
  // `1 3 4 2` may as well be a seat that came later.
  return row.length > 4 || (row.length === 4 && left.ups === 0 && right.downs === 0);
}

function asItStands<Seat>(row: Side<Seat>, stride: number): SeatRow<Seat> {
  const { section, isLoose } = row[0]!.label;
  const isBeside: boolean[] = [];
  const seats: Seat[] = [];
  let before: Side<Seat> | undefined;
  for (const side of sidesOf(row, stride).map(inLine)) {
    for (const [i, place] of side.entries()) {
      const step = i > 0 ? Math.abs(place.number - side[i - 1]!.number) : -1;
      isBeside.push(i > 0 ? step === stride || step === 0 : before !== undefined && doMeet(before, side, stride));
      seats.push(place.seat);
    }
    before = side;
  }
  return { seats, isBeside, section, isLoose };
}

/** The sides of a row, in the order in which the organiser begins them. */
function sidesOf<Seat>(row: Side<Seat>, stride: number): Side<Seat>[] {
  const bySuffix = hasSidesBySuffix(row);
  if (stride !== 2 && !bySuffix) return [row];
  const sides = new Map<string, Side<Seat>>();
  for (const place of row) {
    const key = `${stride === 2 ? place.number % 2 : ''} ${bySuffix ? place.suffix : ''}`;
    const side = sides.get(key);
    if (side) side.push(place);
    else sides.set(key, [place]);
  }
  return [...sides.values()];
}

function hasSidesBySuffix(row: Side<unknown>): boolean {
  const suffixed = row.reduce((sum, { suffix }) => sum + Number(suffix !== ''), 0);
  if (suffixed * 2 <= row.length) return false;
  const halves = row.filter(({ number }, i) => i > 0 && number === row[i - 1]!.number).length;
  return halves * 2 < row.length - 1;
}

/** In the organiser's order if that goes one way; else by number. */
function inLine<Seat>(side: Side<Seat>): Side<Seat> {
  const { ups, downs } = waysOf(side);
  if (ups === 0 || downs === 0) return side;
  const way = downs > ups ? -1 : 1;
  return [...side].sort((a, b) => way * (a.number - b.number || (a.suffix < b.suffix ? -1 : 1)));
}

type Ways = { ups: number; downs: number };

function waysOf(side: Side<unknown>): Ways {
  let ups = 0;
  let downs = 0;
  for (let i = 1; i < side.length; i++) {
    if (side[i]!.number > side[i - 1]!.number) ups++;
    if (side[i]!.number < side[i - 1]!.number) downs++;
  }
  return { ups, downs };
}

/**
 * Returns whether the last of a side is beside the first of the next: in the middle or, counted from outside, at the
 * top.
 */
function doMeet(left: Side<unknown>, right: Side<unknown>, stride: number): boolean {
  const [a, b] = [left.at(-1)!.number, right[0]!.number];
  if (Math.abs(a - b) !== (stride === 2 ? 1 : 0)) return false;
  const [lefts, rights] = [waysOf(left), waysOf(right)];
  if (lefts.ups === 0 && rights.downs === 0 && Math.min(a, b) % 100 === 1) return true;
  return lefts.downs === 0 && rights.ups === 0;
}
