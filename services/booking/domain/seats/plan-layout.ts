import { middleOf, placeCount } from '../../../../shared/plan/places.ts';
import type { Plan, PlanRow, PlanSeat, PlanSection, Point } from '../../../../shared/plan/plan.ts';
import { kinds, type Name, shapes } from './hall.ts';

/** A row, a table or a general admission area: its places from `from` up to, not including, `to`. */
export type LayoutRow = { from: number; to: number; shape: number; name: Name };

/** The facts of a plan that the choice of seats needs, by place. */
export type PlanLayout = {
  places: number;
  rows: LayoutRow[];
  isBeside: Uint8Array;
  isLoose: Uint8Array;
  kind: Uint8Array;
  /** How far a place is from the best one. */
  away: Float64Array;
  /** NaN in an area without a polygon. */
  x: Float64Array;
  y: Float64Array;
};

/** Seats that are farther from each other than so many usual steps have a gap or an aisle between them. */
const widestStep = 1.6;
/** The same for two that are both at an aisle. */
const widestAtAisle = 1.2;
/** Rows of fewer steps, and sections of such, are too short to know their own usual step. */
const leastSteps = 3;
/**
 * So much of the way from the middle of its row is added to how far a seat is from the focal point: of those in a curve
 * about that point, the middle ones are nearer.
 */
const fromMiddle = 0.02;

/** Returns the layout of a plan in the order of `placesOf`; in steps, as a stadium has many places. */
export function* layoutOf(plan: Plan): Generator<void, PlanLayout, void> {
  const places = placeCount(plan);
  const floats = () => new Float64Array(places).fill(Number.NaN);
  const layout: PlanLayout = {
    places,
    rows: [],
    isBeside: new Uint8Array(places),
    isLoose: new Uint8Array(places),
    kind: new Uint8Array(places),
    away: floats(),
    x: floats(),
    y: floats(),
  };
  const focal = plan.focal_point;
  let next = 0;

  function begin(shape: number, name: Name, size: number): void {
    layout.rows.push({ from: next, to: next + size, shape, name });
  }

  function add(at: Partial<Point>, offset: number, kind: number, isLoose: boolean): void {
    const { x = Number.NaN, y = Number.NaN } = at;
    const distance = focal && Math.hypot(x - focal.x, y - focal.y);
    layout.x[next] = x;
    layout.y[next] = y;
    // Without a focal point, a row is behind the one before.
    const away = distance === undefined ? layout.rows.length : distance + fromMiddle * offset;
    layout.away[next] = Number.isNaN(away) ? Number.POSITIVE_INFINITY : away;
    layout.kind[next] = kind;
    layout.isLoose[next] = Number(isLoose);
    layout.isBeside[next] = Number(layout.rows.at(-1)!.shape !== shapes.line && next > layout.rows.at(-1)!.from);
    next++;
  }

  const usualOfPlan = median(plan.sections.flatMap(({ rows }) => rows.flatMap(({ seats }) => stepsOf(seats))));
  yield;
  for (const section of plan.sections) {
    const usual = usualStep(
      section.rows.flatMap(({ seats }) => stepsOf(seats)),
      usualOfPlan,
    );
    for (const row of section.rows) {
      const { name } = section;
      begin(shapes.line, { section: name }, row.seats.length);
      addRow(row, usual);
      yield;
    }
    for (const table of section.tables) addTable(section, table);
    yield;
  }
  for (const { name, capacity, polygon } of plan.areas) {
    begin(shapes.area, { section: name }, capacity);
    const middle = polygon ? middleOf(polygon) : {};
    for (let i = 0; i < capacity; i++) add(middle, 0, 0, true);
    yield;
  }
  return layout;

  function addRow({ seats }: PlanRow, usualOfSection: number): void {
    const steps = stepsOf(seats);
    const usual = usualStep(steps, usualOfSection);
    for (const [i, seat] of seats.entries()) {
      const isAtAisle = i > 0 && seat.flags.includes('aisle') && seats[i - 1]!.flags.includes('aisle');
      add(seat, Math.abs(i - (seats.length - 1) / 2) * usual, kindOf(seat), false);
      const limit = usual * (isAtAisle ? widestAtAisle : widestStep);
      layout.isBeside[next - 1] = Number(i > 0 && (usual === 0 || steps[i - 1]! <= limit));
    }
  }

  function addTable({ name: section }: PlanSection, table: PlanSection['tables'][number]): void {
    const { name, seats, sold } = table;
    const isWhole = sold === 'whole';
    begin(isWhole ? shapes.line : shapes.table, { section, table: name }, isWhole ? 1 : seats.length);
    if (!isWhole) for (const seat of seats) add(seat, 0, kindOf(seat), true);
    // An accessible seat at it makes no accessible place of it: it is asked for as a table.
    else add(table, 0, kinds.wholeTable, true);
  }
}

function kindOf({ flags }: PlanSeat): number {
  const [isAccessible, isCompanion] = [flags.includes('accessible'), flags.includes('companion')];
  return (
    (flags.includes('restricted_view') ? kinds.restrictedView : 0) |
    (isAccessible ? kinds.accessible : 0) |
    (isCompanion ? kinds.companion : 0) |
    (isAccessible || isCompanion ? kinds.forAccess : 0)
  );
}

function stepsOf(seats: readonly PlanSeat[]): number[] {
  return seats.slice(1).map(({ x, y }, i) => Math.hypot(x - seats[i]!.x, y - seats[i]!.y));
}

const usualStep = (steps: number[], elsewhere: number) => (steps.length < leastSteps ? elsewhere : median(steps));

/** Of two in the middle, the shorter: in `1 2 _ 3 4 _ 5` the steps within pairs. */
function median(steps: number[]): number {
  return [...steps].sort((a, b) => a - b)[(steps.length - 1) >> 1] ?? 0;
}
