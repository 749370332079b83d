import { labelPrefix, middleOf, seatLabel } from '../../../../shared/plan/places.ts';
import type { Plan, PlanRow, PlanSeat, PlanSection, Point } from '../../../../shared/plan/plan.ts';
import { seatRadius } from './geometry.ts';

/**
 * Makes the labels of a foreign plan unique, and says how. Nothing is dropped:
 *
 * - Sections, tables and areas of one name are counted: `Box`, `Box 2`.
 * - A section in which rows repeat labels is several blocks that the file does not tell apart. Each becomes a section of
 *   its own: `Stalls 1`, `Stalls 2`. A block begins with a row that repeats a label or stands apart.
 * - A number that comes again within a row is marked: `14`, `14 (2)`.
 */
export function mendLabels(plan: Plan, tell: (note: string) => void): Plan {
  const freeBlock = freeNames(new Set(plan.sections.map(({ name }) => name)), numbered, 1);
  const sections = countNames(plan.sections, 'section', tell).map((section) => ({
    ...section,
    rows: section.rows.map((row) => ({
      ...row,
      seats: countNumbers(row.seats, `row ${row.name}`, section.name, tell),
    })),
    tables: countNames(section.tables, 'table', tell).map((table) => ({
      ...table,
      seats: countNumbers(table.seats, `table ${table.name}`, section.name, tell),
    })),
  }));
  return {
    ...plan,
    sections: sections.flatMap((section) => splitBlocks(section, freeBlock, tell)),
    areas: countNames(plan.areas, 'area', tell),
  };
}

function countNames<T extends { name: string }>(things: T[], kind: string, tell: (note: string) => void): T[] {
  const taken = new Set<string>();
  const free = freeNames(new Set(things.map(({ name }) => name)), numbered, 2);
  return things.map((thing) => {
    if (!taken.has(thing.name)) {
      taken.add(thing.name);
      return thing;
    }
    const name = free(thing.name || kind[0]!.toUpperCase() + kind.slice(1));
    tell(`A further ${kind} ${JSON.stringify(thing.name)} is now ${JSON.stringify(name)}.`);
    return { ...thing, name };
  });
}

const numbered = (name: string, number: number) => `${name} ${number}`;

/**
 * Returns a function that returns a name with the first number that gives one that is not taken, and takes it. It goes
 * on from the number before: a hundred thousand seats may have one name.
 */
function freeNames(taken: Set<string>, withNumber: (name: string, number: number) => string, from: number) {
  const next = new Map<string, number>();
  return (name: string): string => {
    let number = next.get(name) ?? from;
    while (taken.has(withNumber(name, number))) number++;
    next.set(name, number + 1);
    const free = withNumber(name, number);
    taken.add(free);
    return free;
  };
}

function countNumbers(seats: PlanSeat[], where: string, section: string, tell: (note: string) => void): PlanSeat[] {
  const taken = new Set<string>();
  const free = freeNames(new Set(seats.map(({ number }) => number)), (name, again) => `${name} (${again})`, 2);
  return seats.map((seat) => {
    if (!taken.has(seat.number)) {
      taken.add(seat.number);
      return seat;
    }
    const number = free(seat.number);
    tell(`A further seat ${seat.number} in ${where}${section && ` of ${section}`} is now ${number}.`);
    return { ...seat, number };
  });
}

function splitBlocks(
  section: PlanSection,
  free: (name: string) => string,
  tell: (note: string) => void,
): PlanSection[] {
  const blocks = blocksOf(section);
  if (blocks.length < 2) return [section];
  const { polygon, ...unbounded } = section;
  const sections: PlanSection[] = blocks.map((rows, i) => ({
    ...unbounded,
    name: free(section.name || 'Block'),
    rows,
    tables: i === 0 ? section.tables : [],
  }));
  tell(
    `${section.name === '' ? 'Rows without a section' : `Section ${JSON.stringify(section.name)}`} repeated labels, ` +
      `so it is now ${blocks.length} sections: ${sections.map(({ name }) => JSON.stringify(name)).join(', ')}.` +
      `${polygon ? ' Its outline is left out.' : ''}`,
  );
  return sections;
}

function blocksOf({ rows }: PlanSection): PlanRow[][] {
  const byLabel = split(rows, () => false);
  if (byLabel.length < 2) return byLabel;
  // Then rows that stand apart are blocks too; but not the halves of rows, told one row after the other.
  const far = 10 * seatRadius(rows);
  const byPlace = split(rows, (row, before) => distance(middleOf(row.seats), middleOf(before.seats)) > far);
  return byPlace.length * 3 <= rows.length ? byPlace : byLabel;
}

/** Begins a block with each row that repeats a label of the block, or that `isApart` from the row before. */
function split(rows: PlanRow[], isApart: (row: PlanRow, before: PlanRow) => boolean): PlanRow[][] {
  const blocks: PlanRow[][] = [];
  let labels = new Set<string>();
  for (const [i, row] of rows.entries()) {
    const prefix = labelPrefix('', row.name);
    const own = row.seats.map(({ number }) => seatLabel(prefix, number));
    if (i === 0 || own.some((label) => labels.has(label)) || isApart(row, rows[i - 1]!)) {
      blocks.push([]);
      labels = new Set();
    }
    blocks.at(-1)!.push(row);
    for (const label of own) labels.add(label);
  }
  return blocks;
}

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
