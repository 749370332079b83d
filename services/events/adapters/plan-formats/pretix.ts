import type { Decoration, Plan, PlanRow, PlanSeat, Point } from '../../../../shared/plan/plan.ts';
import type { PlanFaults } from '../../domain/plan/check-plan.ts';
import { turned } from '../../domain/plan/geometry.ts';
import type { ImportedPlan } from '../../domain/plan/imported-plan.ts';
import { ForeignFile, isObject, type Members, parseJson } from './foreign-file.ts';

/**
 * The members of today's schema and of that of 2019. Members that say only how an editor draws are known and not kept; `size` is
 * that of its canvas, mostly empty.
 */
const known = {
  plan: new Set(['name', 'categories', 'zones', 'size']),
  category: new Set(['name', 'color']),
  zone: new Set(['name', 'zone_id', 'uuid', 'position', 'rows', 'areas', 'displayed']),
  row: new Set([
    ...['row_number', 'row_number_position', 'row_label', 'seat_label', 'position', 'seats', 'uuid'],
    ...['number_of_seats', 'seats_spacing'],
  ]),
  seat: new Set(['seat_guid', 'seat_number', 'position', 'category', 'uuid', 'radius', 'start_direction']),
  area: new Set([
    ...['shape', 'color', 'border_color', 'rotation', 'position', 'uuid', 'width', 'height'],
    ...['rectangle', 'circle', 'ellipse', 'polygon', 'text'],
  ]),
};

type Foreign = { file: ForeignFile; categories: ReadonlySet<string> };

/**
 * Imports a pretix seating plan, of today's schema or that of 2019. A seat stands at the sum of its zone's, its row's
 * and its own position. Seats are told apart by zone, row and number, never by `seat_guid`, which repeats in real files.
 * Zones become sections. Areas become decorations: the format has no general admission.
 */
export function importPretix(text: string): ImportedPlan | PlanFaults {
  const parsed = parseJson(text);
  return 'faults' in parsed ? parsed : importPretixPlan(parsed.value);
}

export function importPretixPlan(value: unknown): ImportedPlan | PlanFaults {
  const file = new ForeignFile();
  const root = file.object(value, '', known.plan);
  const categories = file.list(root.categories, 'categories').map((one, i) => {
    const { name, color } = file.object(one, `categories[${i}]`, known.category);
    return { name: file.text(name, `categories[${i}].name`), color: file.color(color) };
  });
  const foreign = { file, categories: new Set(categories.map(({ name }) => name)) };
  const zones = file.list(root.zones, 'zones');
  if (zones.length === 0) file.faults.add('zones', 'must have a zone at least');
  const read = zones.map((zone, i) => readZone(foreign, zone, `zones[${i}]`));
  return file.finish({
    name: file.optionalText(root.name) || 'Plan',
    categories,
    sections: read.map(({ section }) => section).filter(({ rows }) => rows.length > 0),
    areas: [],
    decorations: read.flatMap(({ decorations }) => decorations),
  });
}

function readZone(foreign: Foreign, value: unknown, path: string) {
  const { file } = foreign;
  const zone = file.object(value, path, known.zone);
  const origin = file.point(zone.position, `${path}.position`);
  const rows = file
    .list(zone.rows, `${path}.rows`)
    .map((row, i) => readRow(foreign, row, `${path}.rows[${i}]`, origin));
  const areas = file.list(zone.areas, `${path}.areas`);
  const section: Plan['sections'][number] = {
    name: file.optionalText(zone.name) || file.optionalText(zone.zone_id),
    rows: rows.filter(({ seats }) => seats.length > 0),
    tables: [],
  };
  return { section, decorations: areas.flatMap((area, i) => readArea(file, area, `${path}.areas[${i}]`, origin)) };
}

function readRow(foreign: Foreign, value: unknown, path: string, zone: Point): PlanRow {
  const { file } = foreign;
  const row = file.object(value, path, known.row);
  const origin = row.position ? plus(zone, file.point(row.position, `${path}.position`)) : zone;
  const seats = file.list(row.seats, `${path}.seats`);
  if (seats.length === 0) file.note('A row without seats is left out.');
  return {
    name: file.optionalText(row.row_number),
    seats: seats.map((seat, i) => readSeat(foreign, seat, `${path}.seats[${i}]`, origin)),
  };
}

function readSeat({ file, categories }: Foreign, value: unknown, path: string, row: Point): PlanSeat {
  const seat = file.object(value, path, known.seat);
  const category = file.text(seat.category, `${path}.category`);
  if (category !== '' && !categories.has(category))
    file.faults.add(`${path}.category`, `no such category ${JSON.stringify(category)}`);
  return {
    number: file.text(seat.seat_number, `${path}.seat_number`),
    ...plus(row, file.point(seat.position, `${path}.position`)),
    category,
    flags: [],
  };
}

/** An area is a drawing. A block named like its shape has the lengths; `text` stands at a place of its own within. */
function readArea(file: ForeignFile, value: unknown, path: string, zone: Point): Decoration[] {
  const area = file.object(value, path, known.area);
  const origin = area.position ? plus(zone, file.point(area.position, `${path}.position`)) : zone;
  const words = isObject(area.text) ? file.optionalText(area.text.text) : file.optionalText(area.text);
  const textColor = isObject(area.text) ? file.color(area.text.color) : undefined;
  const shape = shapeOf(file, area, path, origin);
  if (words === '') return shape ? [shape] : [];
  const offset =
    isObject(area.text) && area.text.position ? file.point(area.text.position, `${path}.text.position`) : undefined;
  if (!offset && shape && shape.shape !== 'text') return [{ ...shape, text: words }];
  const size =
    isObject(area.text) && typeof area.text.size === 'number' && area.text.size > 0 ? area.text.size : undefined;
  const label: Decoration = {
    shape: 'text',
    ...(offset ? plus(origin, offset) : origin),
    text: words,
    ...(textColor !== undefined && { color: textColor }),
    ...(size !== undefined && { size }),
  };
  return shape ? [shape, label] : [label];
}

function shapeOf(file: ForeignFile, area: Members, path: string, { x, y }: Point): Decoration | undefined {
  const look = {
    color: file.color(area.color),
    border_color: file.color(area.border_color),
    ...(typeof area.rotation === 'number' && area.rotation !== 0 && { rotation: area.rotation % 360 }),
  };
  const kind = area.shape ?? 'rectangle';
  const block = isObject(area[String(kind)]) ? (area[String(kind)] as Members) : area;
  const number = (member: unknown, name: string) => file.number(member, `${path}.${kind}.${name}`);
  if (kind === 'text') return undefined;
  if (kind === 'rectangle')
    return { shape: kind, x, y, width: number(block.width, 'width'), height: number(block.height, 'height'), ...look };
  if (kind === 'circle') {
    const radius = number(block.radius, 'radius');
    return { shape: 'ellipse', x, y, radius_x: radius, radius_y: radius, ...look };
  }
  if (kind === 'ellipse') {
    const radius = file.point(block.radius, `${path}.ellipse.radius`);
    return { shape: kind, x, y, radius_x: radius.x, radius_y: radius.y, ...look };
  }
  if (kind !== 'polygon') {
    file.note(`An area of the shape ${JSON.stringify(kind)} is left out.`);
    return undefined;
  }
  const { rotation = 0, ...paint } = look as typeof look & { rotation?: number };
  const points = file.list(block.points, `${path}.polygon.points`).map((one, i) => {
    const point = file.point(one, `${path}.polygon.points[${i}]`);
    return turned(plus({ x, y }, point), { x, y }, rotation);
  });
  return { shape: kind, points, ...paint };
}

const plus = (a: Point, b: Point): Point => ({ x: a.x + b.x, y: a.y + b.y });
