import { labelPrefix, seatLabel } from '../../../../shared/plan/places.ts';
import { type Plan, type PlanSeat, planLimits, type SeatFlag, seatFlags } from '../../../../shared/plan/plan.ts';
import { checkPlan, FaultList, type PlanFaults } from '../../domain/plan/check-plan.ts';
import type { ImportedPlan } from '../../domain/plan/imported-plan.ts';
import { type CsvRecord, readCsv } from './csv-records.ts';
import { oneFault } from './foreign-file.ts';

const columns = ['section', 'row', 'seat', 'category', 'x', 'y', 'flags'] as const;
const maxColumns = 100;
type Column = (typeof columns)[number];

/** A line of the file as it stands. */
type Line = { line: number } & Record<Column, string>;

/**
 * Imports a list of seats with the columns section, row, seat, category, x, y and flags, in any order, by comma or
 * semicolon; section, row, x, y and flags may be left out. Sections, rows and categories come in the order of their
 * first line. Without x and y, sections are laid out side by side, each as a grid.
 */
export function importCsv(text: string): ImportedPlan | PlanFaults {
  if (text.length > planLimits.bytes) return oneFault('', `is larger than ${planLimits.bytes / 1024 / 1024} MiB`);
  const notes: string[] = [];
  const separator = separatorOf(text);
  if (separator === ';') notes.push('Fields are separated by semicolons, and a comma in x or y is a decimal point.');
  const records = readCsv(text, separator);
  if ('faults' in records) return records;
  const [header, ...rest] = records;
  if (!header) return oneFault('line 1', 'has no header: section,row,seat,category,x,y,flags');
  if (header.fields.length > maxColumns) {
    return oneFault(`line ${header.line}`, `has ${header.fields.length} columns: a file has at most ${maxColumns}`);
  }
  const names = header.fields.map((name) => name.toLowerCase());
  const missing = (['seat', 'category'] as const).filter((name) => !names.includes(name));
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i);
  if (missing.length > 0)
    return oneFault(
      `line ${header.line}`,
      `has no column ${missing.join(' and no ')}: section,row,seat,category,x,y,flags`,
    );
  if (twice) return oneFault(`line ${header.line}`, `has two columns ${twice}`);
  if (rest.length > planLimits.places)
    return oneFault('', `has ${rest.length} seats: a plan has at most ${planLimits.places} places`);
  const list = new FaultList();
  const plan = planOf(
    rest.map((record) => lineOf(record, names, list)),
    separator,
    notes,
    list,
  );
  if (!list.isEmpty) return list.told();
  const checked = checkPlan(plan);
  if ('faults' in checked) return checked;
  const unknown = names.filter((name) => name !== '' && !(columns as readonly string[]).includes(name));
  return { plan: checked.plan, keptAside: unknown.map((path) => ({ path, count: rest.length })), notes };
}

function separatorOf(text: string): ',' | ';' {
  const [first = ''] = text.split('\n', 1);
  return first.includes(';') && !first.includes(',') ? ';' : ',';
}

function lineOf({ line, fields }: CsvRecord, names: string[], list: FaultList): Line {
  if (fields.length !== names.length)
    list.add(`line ${line}`, `has ${fields.length} fields, but the header has ${names.length}`);
  const field = (name: Column) => fields[names.indexOf(name)] ?? '';
  return { line, ...(Object.fromEntries(columns.map((name) => [name, field(name)])) as Record<Column, string>) };
}

type Rows = Map<string, { line: Line; at?: { x: number; y: number } }[]>;

function planOf(lines: Line[], separator: string, notes: string[], list: FaultList): Plan {
  const sections = new Map<string, Rows>();
  const categories = new Set<string>();
  const labels = new Map<string, number>();
  const isPlaced = lines.some(({ x, y }) => x !== '' || y !== '');
  for (const line of lines) {
    const { section, row, seat, category } = line;
    const at = `line ${line.line}`;
    if (seat === '') list.add(at, 'has no seat');
    if (category === '') list.add(at, 'has no category');
    for (const name of ['section', 'row', 'seat', 'category'] as const)
      if (line[name].length > planLimits.nameLength)
        list.add(at, `has a ${name} of over ${planLimits.nameLength} characters`);
    const label = seatLabel(labelPrefix(section, row), seat);
    const before = labels.get(label);
    if (before === undefined) labels.set(label, line.line);
    else if (seat !== '') list.add(at, `has the label ${JSON.stringify(label)}, as has line ${before}`);
    categories.add(category);
    const rows: Rows = sections.get(section) ?? new Map();
    sections.set(section, rows);
    const seats = rows.get(row) ?? [];
    rows.set(row, seats);
    const place = isPlaced
      ? { at: { x: coordinate(line, 'x', separator, list), y: coordinate(line, 'y', separator, list) } }
      : {};
    seats.push({ line, ...place });
  }
  if (!isPlaced) notes.push('The file has no x and y: sections are laid out side by side, each as a grid.');
  let left = 0;
  let widest = 0;
  const laidOut = [...sections].map(([name, rows]) => {
    const width = [...rows.values()].reduce((most, seats) => Math.max(most, seats.length), 0) * seatSpacing;
    const middle = left + width / 2;
    left += width + sectionGap;
    widest = left - sectionGap;
    return { name, tables: [], rows: [...rows].map(([row, seats], r) => rowOf(row, seats, r, middle, list)) };
  });
  return {
    name: 'Plan',
    categories: [...categories].map((name) => ({ name })),
    sections: laidOut,
    areas: [],
    decorations: [],
    ...(!isPlaced && { focal_point: { x: widest / 2, y: -3 * rowSpacing } }),
  };
}

const seatSpacing = 20;
const rowSpacing = 25;
const sectionGap = 60;

function rowOf(
  name: string,
  seats: { line: Line; at?: { x: number; y: number } }[],
  r: number,
  middle: number,
  list: FaultList,
) {
  return {
    name,
    seats: seats.map(({ line, at }, i): PlanSeat => {
      const inGrid = { x: middle + (i - (seats.length - 1) / 2) * seatSpacing, y: r * rowSpacing };
      return { number: line.seat, ...(at ?? inGrid), category: line.category, flags: flagsOf(line, list) };
    }),
  };
}

function coordinate(line: Line, axis: 'x' | 'y', separator: string, list: FaultList): number {
  const text = separator === ';' ? line[axis].replace(',', '.') : line[axis];
  const value = Number(text);
  if (text === '') list.add(`line ${line.line}`, `has no ${axis}: every line has x and y, or none`);
  else if (!Number.isFinite(value)) list.add(`line ${line.line}`, `has an ${axis} that is no number: ${text}`);
  else if (Math.abs(value) > planLimits.coordinate)
    list.add(`line ${line.line}`, `has an ${axis} beyond ${planLimits.coordinate}`);
  return value;
}

function flagsOf({ line, flags }: Line, list: FaultList): SeatFlag[] {
  const words = flags.split(/[|\s]+/).filter((word) => word !== '');
  return words.flatMap((word) => {
    const flag = seatFlags.find((one) => one === word.toLowerCase());
    if (!flag) list.add(`line ${line}`, `has a flag that is none of ${seatFlags.join(', ')}: ${word}`);
    return flag ? [flag] : [];
  });
}
