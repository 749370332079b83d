import { labelPrefix, placeCount, tableLabel } from '../../../../shared/plan/places.ts';
import type {
  Decoration,
  Plan,
  PlanRow,
  PlanSeat,
  PlanSection,
  PlanTable,
  Point,
  SeatFlag,
} from '../../../../shared/plan/plan.ts';
import { type Box, boundsOf, groupsIn, seatRadius } from './geometry.ts';
import { planHash } from './plan-hash.ts';

/** Coordinates one after the other, in units: x, y, x, y. */
type Points = number[];

/** `[section, name, prefix of the labels, seats]`; a table goes on with its middle, and 1 if it is sold whole. */
export type WireGroup =
  | [section: number, name: string, prefix: string, seats: number]
  | [section: number, name: string, prefix: string, seats: number, x: number, y: number, isWhole: 0 | 1];

/** The numbers of a group's seats: the first and the step, or each. */
export type WireNumbers = [first: number, step: number] | string[];

/** A plan for pages: see "The wire form" in docs/seating-plans.md. */
export type PlanWire = {
  format: 'onsale-plan-wire/1';
  hash: string;
  name: string;
  /** How many places there are: seats, tables sold whole, and those of general admission. */
  places: number;
  /** The length of one step of every coordinate. */
  unit: number;
  seat_radius: number;
  bounds: [x: number, y: number, width: number, height: number];
  focal_point?: [x: number, y: number];
  categories: Plan['categories'];
  sections: { name: string; entrance?: string; polygon?: Points }[];
  /** The rows and tables, in the plan's order. */
  groups: WireGroup[];
  numbers: WireNumbers[];
  /** By seat: second differences. */
  x: number[];
  y: number[];
  /** By seat: category and how many seats, again and again. */
  category: number[];
  /** Seats that have a flag: the first, and then the distance to the next. */
  flags: Partial<Record<SeatFlag, number[]>>;
  areas: { name: string; category: number; capacity: number; polygon?: Points }[];
  decorations: Decoration[];
};

/** Returns a plan as pages load it: columns of small numbers, which compress to a few bytes a seat. */
export function wireOf(plan: Plan): PlanWire {
  const radius = seatRadius(groupsIn(plan));
  const unit = unitFor(radius);
  const steps = (value: number) => Math.round(value / unit) + 0;
  const points = (polygon: Point[]) => polygon.flatMap(({ x, y }) => [steps(x), steps(y)]);
  const categories = new Map(plan.categories.map(({ name }, i) => [name, i]));
  const groups = plan.sections.flatMap((section, i) => groupsOf(section, i, steps));
  const seats = groups.flatMap(({ seats }) => seats);
  return {
    format: 'onsale-plan-wire/1',
    hash: planHash(plan),
    name: plan.name,
    places: placeCount(plan),
    unit,
    seat_radius: steps(radius),
    bounds: boxIn(boundsOf(plan), steps),
    ...(plan.focal_point && { focal_point: [steps(plan.focal_point.x), steps(plan.focal_point.y)] }),
    categories: plan.categories,
    sections: plan.sections.map(({ name, entrance, polygon }) => ({
      name,
      ...(entrance !== undefined && { entrance }),
      ...(polygon && { polygon: points(polygon) }),
    })),
    groups: groups.map(({ group }) => group),
    numbers: groups.map(({ seats }) => numbersOf(seats)),
    x: secondDifferences(seats.map(({ x }) => steps(x))),
    y: secondDifferences(seats.map(({ y }) => steps(y))),
    category: runsOf(seats.map(({ category }) => categories.get(category)!)),
    flags: flagsOf(seats),
    areas: plan.areas.map(({ name, category, capacity, polygon }) => ({
      name,
      category: categories.get(category)!,
      capacity,
      ...(polygon && { polygon: points(polygon) }),
    })),
    decorations: plan.decorations.map((one) => inSteps(one, steps)),
  };
}

/** A power of ten: a seat is some tens of units wide, so that rounding is not seen. */
const unitFor = (radius: number) => Number(`1e${Math.floor(Math.log10(radius / 4))}`);

const boxIn = ({ x, y, width, height }: Box, steps: (value: number) => number): PlanWire['bounds'] => [
  steps(x),
  steps(y),
  steps(width),
  steps(height),
];

/** Everything but the angle is a length. */
function inSteps(decoration: Decoration, steps: (value: number) => number): Decoration {
  const stepped = (value: unknown, key: string): unknown => {
    if (typeof value === 'number') return key === 'rotation' ? value : steps(value);
    if (Array.isArray(value)) return value.map((one) => stepped(one, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, stepped(member, name)]));
  };
  return stepped(decoration, '') as Decoration;
}

function groupsOf(
  { name: section, rows, tables }: PlanSection,
  index: number,
  steps: (value: number) => number,
): { group: WireGroup; seats: PlanSeat[] }[] {
  const ofRow = ({ name, seats }: PlanRow) => ({
    group: [index, name, labelPrefix(section, name), seats.length] satisfies WireGroup,
    seats,
  });
  const ofTable = ({ name, x, y, sold, seats }: PlanTable) => {
    const isWhole = sold === 'whole';
    const label = tableLabel(section, name);
    const prefix = isWhole ? label : `${label}-`;
    return {
      group: [index, name, prefix, seats.length, steps(x), steps(y), isWhole ? 1 : 0] satisfies WireGroup,
      seats,
    };
  };
  return [...rows.map(ofRow), ...tables.map(ofTable)];
}

/** Numbers that count by a step, written as numbers are; any others as they are. */
function numbersOf(seats: PlanSeat[]): WireNumbers {
  const numbers = seats.map(({ number }) => number);
  const first = Number(numbers[0]);
  const step = numbers.length > 1 ? Number(numbers[1]) - first : 1;
  const isRun = numbers.every((number, i) => String(first + i * step) === number);
  return isRun && Number.isSafeInteger(first) ? [first, step] : numbers;
}

/** Along a straight row the difference of two neighbours stays, so that its own difference is 0. */
function secondDifferences(values: number[]): number[] {
  let [before, differenceBefore] = [0, 0];
  return values.map((value) => {
    const difference = value - before;
    const second = difference - differenceBefore;
    [before, differenceBefore] = [value, difference];
    return second;
  });
}

function runsOf(values: number[]): number[] {
  const runs: number[] = [];
  for (const [i, value] of values.entries()) {
    if (i > 0 && value === values[i - 1]) runs[runs.length - 1]!++;
    else runs.push(value, 1);
  }
  return runs;
}

function flagsOf(seats: PlanSeat[]): PlanWire['flags'] {
  const flags: PlanWire['flags'] = {};
  const last = new Map<SeatFlag, number>();
  for (const [i, seat] of seats.entries()) {
    for (const flag of seat.flags) {
      flags[flag] ??= [];
      flags[flag].push(i - (last.get(flag) ?? 0));
      last.set(flag, i);
    }
  }
  return flags;
}
