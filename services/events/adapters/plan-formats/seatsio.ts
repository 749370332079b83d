import type { Decoration, Plan, PlanArea, PlanRow, PlanSeat, PlanTable, Point } from '../../../../shared/plan/plan.ts';
import type { PlanFaults } from '../../domain/plan/check-plan.ts';
import type { ImportedPlan } from '../../domain/plan/imported-plan.ts';
import { ForeignFile, isObject, type Members, parseJson } from './foreign-file.ts';
import { type Chart, known, seatFlagsOf } from './seatsio-chart.ts';
import { polygonOf, readShape, readText } from './seatsio-shapes.ts';

type Section = Plan['sections'][number];

/**
 * Imports a seats.io chart: sections with the rows and tables of their own charts, rows and tables without a section,
 * booths (as tables that are sold whole), general admission areas, flags of seats and the focal point.
 */
export function importSeatsio(text: string): ImportedPlan | PlanFaults {
  const parsed = parseJson(text);
  return 'faults' in parsed ? parsed : importSeatsioChart(parsed.value);
}

export function importSeatsioChart(value: unknown): ImportedPlan | PlanFaults {
  const file = new ForeignFile();
  const root = file.object(value, '', known.chart);
  const { categories, chart } = readCategories(file, root.categories);
  const main = file.object(root.subChart, 'subChart', known.subChart);
  for (const thing of ['backgroundImage', 'referenceChart']) if (main[thing]) file.note(`The ${thing} is left out.`);
  if (root.sectionScaleFactor !== undefined && root.sectionScaleFactor !== 100)
    file.note('Sections have a scale of their own in the file; their seats are read at the scale of the whole.');
  const places = readPlaces(chart, main, 'subChart', origin, '');
  const sections = file
    .list(main.sections, 'subChart.sections')
    .map((one, i) => readSection(chart, one, `subChart.sections[${i}]`, origin));
  return file.finish({
    name: file.optionalText(root.name) || 'Plan',
    categories,
    sections: [...places.sections, ...sections.map(({ section }) => section)],
    areas: [...places.areas, ...sections.flatMap(({ areas }) => areas)],
    ...(isObject(main.focalPoint) && { focal_point: file.point(main.focalPoint, 'subChart.focalPoint') }),
    decorations: [...places.decorations, ...sections.flatMap(({ decorations }) => decorations)],
  });
}

const origin: Point = { x: 0, y: 0 };

function readCategories(file: ForeignFile, value: unknown) {
  const { list } = file.object(value, 'categories', known.categories);
  const byKey = new Map<string, string>();
  const categories = file.list(list, 'categories.list').map((one, i) => {
    const path = `categories.list[${i}]`;
    const { label, color, key, accessible } = file.object(one, path, known.category);
    const name = file.text(label, `${path}.label`);
    byKey.set(String(key), name);
    return { name, color: file.color(color), isAccessible: accessible === true };
  });
  const chart: Chart = {
    file,
    byKey,
    names: new Set(byKey.values()),
    accessible: new Set(categories.filter(({ isAccessible }) => isAccessible).map(({ name }) => name)),
  };
  return { categories: categories.map(({ name, color }) => ({ name, color })), chart };
}

function readSection(chart: Chart, value: unknown, path: string, parent: Point) {
  const { file } = chart;
  const foreign = file.object(value, path, known.section);
  const name = file.text(foreign.label, `${path}.label`);
  const entrance = file.optionalText(foreign.entrance);
  const polygon = Array.isArray(foreign.points) ? polygonOf(file, foreign, path, parent) : undefined;
  const at = foreign.topLeft ? plus(parent, file.point(foreign.topLeft, `${path}.topLeft`)) : parent;
  const chartPath = `${path}.subChart`;
  const sub = foreign.subChart ? file.object(foreign.subChart, chartPath, known.subChart) : {};
  const places = readPlaces(chart, sub, chartPath, at, name, categoryIn(chart, foreign, undefined));
  const own = places.sections[0] ?? { name, rows: [], tables: [] };
  const section: Section = {
    ...own,
    ...(entrance !== '' && { entrance }),
    ...(polygon && { polygon }),
  };
  if (places.sections.length > 1) file.note('Rows of a section that name another section stay in theirs.');
  return { section, areas: places.areas, decorations: places.decorations };
}

/** The things of a chart or of a section's own chart. Rows without a section may name one each. */
function readPlaces(chart: Chart, sub: Members, path: string, at: Point, name: string, category?: string) {
  const { file } = chart;
  const sections = new Map<string, Section>();
  const sectionOf = (label: string) => {
    const section = sections.get(label) ?? { name: label, rows: [], tables: [] };
    sections.set(label, section);
    return section;
  };
  const items = (member: string) => file.list(sub[member], `${path}.${member}`);
  for (const [i, one] of items('rows').entries()) {
    const { row, section } = readRow(chart, one, `${path}.rows[${i}]`, at, category);
    if (row.seats.length > 0) sectionOf(name || section).rows.push(row);
    else file.note('A row without seats is left out.');
  }
  for (const [i, one] of items('tables').entries()) {
    const table = readTable(chart, one, `${path}.tables[${i}]`, at, category);
    if (table.seats.length > 0) sectionOf(name).tables.push(table);
    else file.note('A table without seats is left out.');
  }
  for (const [i, one] of items('booths').entries())
    sectionOf(name).tables.push(readBooth(chart, one, `${path}.booths[${i}]`, at, category));
  const areas = items('generalAdmissionAreas').map((one, i) =>
    readArea(chart, one, `${path}.generalAdmissionAreas[${i}]`, at, category),
  );
  const decorations: Decoration[] = [
    ...items('shapes').flatMap((one, i) => readShape(file, one, `${path}.shapes[${i}]`, at)),
    ...items('texts').flatMap((one, i) => readText(file, one, `${path}.texts[${i}]`, at)),
  ];
  for (const thing of ['imageObjects', 'lines', 'floors'])
    for (const _ of items(thing)) file.note(`One of ${thing} is left out.`);
  return { sections: [...sections.values()], areas, decorations };
}

function readRow(chart: Chart, value: unknown, path: string, at: Point, category?: string) {
  const { file } = chart;
  const foreign = file.object(value, path, known.row);
  const own = categoryIn(chart, foreign, category);
  const row: PlanRow = {
    name: file.optionalText(foreign.label),
    seats: file
      .list(foreign.seats, `${path}.seats`)
      .map((one, i) => readSeat(chart, one, `${path}.seats[${i}]`, at, own)),
  };
  return { row, section: file.optionalText(foreign.sectionLabel) };
}

function readSeat(chart: Chart, value: unknown, path: string, at: Point, fallback?: string): PlanSeat {
  const { file } = chart;
  const seat = file.object(value, path, known.seat);
  const category = categoryOf(chart, seat, path, fallback);
  return {
    number: file.text(seat.label, `${path}.label`),
    x: at.x + file.number(seat.x, `${path}.x`),
    y: at.y + file.number(seat.y, `${path}.y`),
    category,
    flags: seatFlagsOf(chart, seat, category),
  };
}

function readTable(chart: Chart, value: unknown, path: string, at: Point, fallback?: string): PlanTable {
  const { file } = chart;
  const table = file.object(value, path, known.table);
  const own = categoryIn(chart, table, fallback);
  return {
    name: file.text(table.label, `${path}.label`),
    ...plus(at, file.point(table.center, `${path}.center`)),
    sold: table.bookAsAWhole === true ? 'whole' : 'by seat',
    seats: file
      .list(table.seats, `${path}.seats`)
      .map((one, i) => readSeat(chart, one, `${path}.seats[${i}]`, at, own)),
  };
}

function readBooth(chart: Chart, value: unknown, path: string, at: Point, fallback?: string): PlanTable {
  const { file } = chart;
  const booth = file.object(value, path, known.booth);
  const middle = plus(at, file.point(booth.center, `${path}.center`));
  const category = categoryOf(chart, booth, path, fallback);
  file.note('A booth is now a table with one seat that is sold whole.');
  return {
    name: file.text(booth.label, `${path}.label`),
    ...middle,
    sold: 'whole',
    seats: [{ number: '1', ...middle, category, flags: seatFlagsOf(chart, booth, category) }],
  };
}

function readArea(chart: Chart, value: unknown, path: string, at: Point, fallback?: string): PlanArea {
  const { file } = chart;
  const area = file.object(value, path, known.area);
  const name = file.text(area.label, `${path}.label`);
  if (area.bookAsAWhole === true)
    file.note(`Area ${JSON.stringify(name)} was sold whole; its places are now sold singly.`);
  if (area.variableOccupancy === true) file.note(`Area ${JSON.stringify(name)} loses its variable occupancy.`);
  const polygon = polygonOf(file, area, path, at);
  return {
    name,
    category: categoryOf(chart, area, path, fallback),
    capacity: file.number(area.capacity, `${path}.capacity`),
    ...(polygon && { polygon }),
  };
}

/** Returns the category that a thing has by key or by label; else that of the thing that it is in. */
function categoryIn({ byKey }: Chart, { categoryKey, categoryLabel }: Members, fallback?: string): string | undefined {
  if (categoryKey !== undefined && categoryKey !== null) return byKey.get(String(categoryKey)) ?? `${categoryKey}`;
  return typeof categoryLabel === 'string' ? categoryLabel : fallback;
}

function categoryOf(chart: Chart, thing: Members, path: string, fallback?: string): string {
  const category = categoryIn(chart, thing, fallback);
  if (category === undefined) chart.file.faults.add(`${path}.categoryKey`, 'is missing, here and above');
  else if (!chart.names.has(category))
    chart.file.faults.add(`${path}.categoryKey`, `no such category ${JSON.stringify(category)}`);
  return category ?? '';
}

const plus = (a: Point, b: Point): Point => ({ x: a.x + b.x, y: a.y + b.y });
