import type { Plan, PlanArea, PlanRow, PlanSeat, PlanSection, PlanTable, Point, SeatFlag } from './plan.ts';

/**
 * Something that is sold once: a seat, a table that is sold whole, or one of the places of a general admission area.
 * Its index in `placesOf` is its `place` everywhere else.
 */
export type Place = {
  label: string;
  /** Empty in a general admission area. */
  section: string;
  row: string;
  number: string;
  category: string;
  x?: number;
  y?: number;
  flags: readonly SeatFlag[];
  /** The name of its general admission area. */
  area?: string;
  /** The name of its table. */
  table?: string;
  /** How many seats a table has that is sold whole. */
  whole?: number;
};

/** A row of letters and its seat stand together, `C14`; anything else apart, `12-3`. */
const gluedRow = /^\p{L}{1,3}$/u;

const joined = (...parts: string[]) => parts.filter((part) => part !== '').join('-');

/** Returns the label of a row's or table's seats up to their number: `101-C`, `101-12-`, `T5-`. */
export function labelPrefix(section: string, row: string): string {
  if (row === '') return section === '' ? '' : `${section}-`;
  return joined(section, gluedRow.test(row) ? row : `${row}-`);
}

/** Returns the label of a seat by the prefix of its row. */
export function seatLabel(prefix: string, number: string): string {
  // Without a digit in front, a letter would read as part of the row: `CA`.
  return /\p{L}$/u.test(prefix) && !/^\d/.test(number) ? `${prefix}-${number}` : prefix + number;
}

/** Returns the label of a table that is sold whole. */
export const tableLabel = (section: string, table: string) => joined(section, table);

/** Returns the label of a place in a general admission area, counted from 1. */
export const areaLabel = (area: string, place: number) => `${area} ${place}`;

/** Returns how many places a plan has. */
export function placeCount(plan: Plan): number {
  let count = 0;
  for (const { rows, tables } of plan.sections) {
    for (const { seats } of rows) count += seats.length;
    for (const { sold, seats } of tables) count += sold === 'whole' ? 1 : seats.length;
  }
  return plan.areas.reduce((sum, { capacity }) => sum + capacity, count);
}

/**
 * Returns every place in the plan's order: section by section, in each the rows and then the tables, and the general
 * admission areas last.
 */
export function placesOf(plan: Plan): Place[] {
  const places: Place[] = [];
  for (const section of plan.sections) {
    for (const row of section.rows) seatsOf(section, row, places);
    for (const table of section.tables) tablePlaces(section, table, places);
  }
  for (const area of plan.areas) areaPlaces(area, places);
  return places;
}

function seatsOf({ name: section }: PlanSection, { name: row, seats }: PlanRow, places: Place[]): void {
  const prefix = labelPrefix(section, row);
  for (const seat of seats) places.push({ ...placeOf(prefix, seat), section, row });
}

function tablePlaces({ name: section }: PlanSection, { name: table, x, y, sold, seats }: PlanTable, places: Place[]) {
  if (sold === 'by seat') {
    const prefix = `${tableLabel(section, table)}-`;
    for (const seat of seats) places.push({ ...placeOf(prefix, seat), section, table });
    return;
  }
  places.push({
    label: tableLabel(section, table),
    section,
    row: '',
    number: '',
    category: seats[0]!.category,
    x,
    y,
    flags: [...new Set(seats.flatMap(({ flags }) => flags))],
    table,
    whole: seats.length,
  });
}

const placeOf = (prefix: string, { number, category, x, y, flags }: PlanSeat): Place => ({
  label: seatLabel(prefix, number),
  section: '',
  row: '',
  number,
  category,
  x,
  y,
  flags,
});

function areaPlaces({ name: area, category, capacity, polygon }: PlanArea, places: Place[]): void {
  const middle = polygon ? middleOf(polygon) : {};
  for (let i = 1; i <= capacity; i++) {
    const [label, number] = [areaLabel(area, i), String(i)];
    places.push({ label, section: '', row: '', number, category, ...middle, flags: [], area });
  }
}

/** Returns the middle of the corners. */
export function middleOf(points: readonly Point[]): Point {
  const sum = (of: (point: Point) => number) => points.reduce((total, point) => total + of(point), 0) / points.length;
  return { x: sum(({ x }) => x), y: sum(({ y }) => y) };
}
