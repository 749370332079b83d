import { labelPrefix, middleOf, seatLabel, tableLabel } from '../../../../shared/plan/places.ts';
import type {
  Decoration,
  Plan,
  PlanArea,
  PlanSeat,
  PlanSection,
  PlanTable,
  Point,
  SeatFlag,
} from '../../../../shared/plan/plan.ts';
import { type Box, boundsOf, boxOf, groupsIn, outlineOf, rectangle, seatRadius, seatsIn } from './geometry.ts';
import { type Attributes, element, pointsOf, text, title } from './svg.ts';

/** For categories without a color: readable beside each other, and under black text. */
const palette = ['#1f77b4', '#ff7f0e', '#2ca02c', '#9467bd', '#e377c2', '#17becf', '#bcbd22', '#d62728', '#8c564b'];

/** The facts that each part of a drawing needs. */
type Pen = { radius: number; colors: Map<string, string> };

const flagWords: [SeatFlag, string][] = [
  ['accessible', 'accessible'],
  ['companion', 'companion seat'],
  ['restricted_view', 'restricted view'],
  ['aisle', 'beside an aisle'],
];

/**
 * Returns a plan as SVG: sections, rows and seats by the color of their category, flags, general admission areas with
 * their capacity, decorations, the focal point and a legend. A seat tells its label on hovering.
 */
export function drawPlan(plan: Plan): string {
  const colors = new Map(plan.categories.map(({ name, color }, i) => [name, color ?? palette[i % palette.length]!]));
  const pen: Pen = { radius: seatRadius(groupsIn(plan)), colors };
  const box = boundsOf(plan);
  const legend = drawLegend(plan, pen, box);
  const margin = Math.max(box.width, box.height) * 0.02;
  const height = box.height + legend.height;
  const view = [box.x - margin, box.y - margin, box.width + 2 * margin, height + 2 * margin];
  const frame: Attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: view.map((one) => Math.round(one * 100) / 100).join(' '),
    role: 'img',
    'font-family': 'sans-serif',
    'text-anchor': 'middle',
    fill: '#333333',
  };
  const parts = [
    title(plan.name),
    element('rect', { x: view[0], y: view[1], width: view[2], height: view[3], fill: '#ffffff' }),
    ...plan.decorations.map((one) => drawDecoration(one, pen)),
    ...plan.sections.map((one) => drawPolygon(one)),
    ...plan.areas.map((one) => drawArea(one, pen)),
    ...plan.sections.map((one) => drawSection(one, pen)),
    ...plan.sections.map((one) => drawName(one, pen)),
    ...(plan.focal_point ? [drawFocus(plan.focal_point, pen)] : []),
    legend.svg,
  ];
  return `${element('svg', frame, `\n${parts.filter(Boolean).join('\n')}\n`)}\n`;
}

const thin = (pen: Pen) => pen.radius / 6;

function drawPolygon({ polygon }: PlanSection): string {
  return polygon
    ? element('polygon', { points: pointsOf(polygon), fill: '#f2f2f2', stroke: '#999999', 'stroke-width': '0.5%' })
    : '';
}

function drawSection({ name, rows, tables }: PlanSection, pen: Pen): string {
  const drawn = rows.map(({ name: row, seats }) => {
    const prefix = labelPrefix(name, row);
    return [...seats.map((seat) => drawSeat(seat, seatLabel(prefix, seat.number), pen)), drawRowName(row, seats, pen)];
  });
  return element('g', {}, ...drawn.flat(), ...tables.map((table) => drawTable(name, table, pen)));
}

/** The name of a row, before its first seat. */
function drawRowName(name: string, seats: PlanSeat[], { radius }: Pen): string {
  if (name === '') return '';
  const [first, second] = seats as [PlanSeat, PlanSeat | undefined];
  const along = second ? { x: first.x - second.x, y: first.y - second.y } : { x: -1, y: 0 };
  const length = Math.hypot(along.x, along.y) || 1;
  const away = 2.4 * radius;
  const at = { x: first.x + (along.x / length) * away, y: first.y + (along.y / length) * away + 0.4 * radius };
  return text(name, at, 1.2 * radius);
}

function drawTable(section: string, table: PlanTable, pen: Pen): string {
  const { name, x, y, sold, seats } = table;
  const label = tableLabel(section, name);
  const isWhole = sold === 'whole';
  const nearest = Math.min(...seats.map((seat) => Math.hypot(seat.x - x, seat.y - y)));
  const top = {
    cx: x,
    cy: y,
    r: Math.max(nearest - 1.5 * pen.radius, pen.radius),
    fill: isWhole ? pen.colors.get(seats[0]!.category) : '#ffffff',
    'fill-opacity': isWhole ? 0.4 : undefined,
    stroke: '#666666',
    'stroke-width': thin(pen),
  };
  const chairs = seats.map((seat) => drawSeat(seat, isWhole ? label : `${label}-${seat.number}`, pen));
  const middle = { x, y: y + 0.4 * pen.radius };
  return [element('circle', top, title(label)), ...chairs, text(name, middle, 1.2 * pen.radius)].join('');
}

function drawSeat({ x, y, category, flags, number }: PlanSeat, label: string, pen: Pen): string {
  const { radius: r } = pen;
  const fill = pen.colors.get(category)!;
  const words = [label, category, ...flagWords.flatMap(([flag, word]) => (flags.includes(flag) ? [word] : []))];
  const isSquare = flags.includes('accessible');
  const body = isSquare
    ? element('rect', { x: x - r, y: y - r, width: 2 * r, height: 2 * r, fill }, title(words.join(', ')))
    : element('circle', { cx: x, cy: y, r, fill }, title(words.join(', ')));
  const digits = text(number, { x, y: y + 0.3 * r }, Math.min(0.9, 2.2 / number.length) * r, { fill: inkOn(fill) });
  return [body, ...flags.map((flag) => drawFlag(flag, { x, y }, pen)), digits].join('');
}

/** Black or white, whichever is easier to read on a color. */
function inkOn(color: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  return 0.299 * red + 0.587 * green + 0.114 * blue > 150 ? '#000000' : '#ffffff';
}

function drawFlag(flag: SeatFlag, { x, y }: Point, pen: Pen): string {
  const { radius: r } = pen;
  const line = { stroke: '#000000', 'stroke-width': 2 * thin(pen), fill: 'none' };
  const near = 0.9 * r;
  if (flag === 'accessible')
    return element('rect', { x: x - near, y: y - near, width: 2 * near, height: 2 * near, ...line });
  if (flag === 'companion') return element('circle', { cx: x, cy: y, r: near, ...line });
  if (flag === 'restricted_view')
    return element('line', { x1: x - near, y1: y + near, x2: x + near, y2: y - near, ...line });
  return element('line', { x1: x - near, y1: y + r, x2: x + near, y2: y + r, ...line });
}

/** A section's name: at the top of its polygon, else across its seats, above them where they are few. */
function drawName(section: PlanSection, { radius }: Pen): string {
  const { name, polygon, entrance } = section;
  const seats = seatsIn(section);
  const box = boxOf(polygon ?? seats);
  if (name === '' || !box) return '';
  const words = entrance ? `${name} (${entrance})` : name;
  const widest = Math.max((1.3 * box.width) / words.length, 1.2 * radius);
  const isAcross = !polygon && seats.length >= 30;
  const size = Math.min(
    widest,
    isAcross ? Math.max(2.4 * radius, Math.sqrt(box.width * box.height) / 6) : 2.4 * radius,
  );
  const top = { x: box.x + box.width / 2, y: polygon ? box.y + 1.2 * size : box.y - 3 * radius };
  const middle = middleOf(seats);
  const at = isAcross ? { x: middle.x, y: middle.y + size / 3 } : top;
  return text(words, at, size, { ...halo, 'stroke-width': size / 5, 'fill-opacity': isAcross ? 0.85 : undefined });
}

const halo = { stroke: '#ffffff', 'stroke-opacity': 0.8, 'paint-order': 'stroke', 'font-weight': 'bold' };

function drawArea({ name, category, capacity, polygon }: PlanArea, pen: Pen): string {
  const color = pen.colors.get(category);
  if (!polygon) return '';
  const box = boxOf(polygon)!;
  const middle = middleOf(polygon);
  const words = `${name}: ${capacity}`;
  const size = Math.min(4 * pen.radius, (1.5 * box.width) / words.length);
  const shape = { points: pointsOf(polygon), fill: color, 'fill-opacity': 0.25, stroke: color, 'stroke-width': '0.3%' };
  return element('polygon', shape) + text(words, { x: middle.x, y: middle.y + size / 3 }, size);
}

function drawDecoration(one: Decoration, { radius }: Pen): string {
  if (one.shape === 'text') {
    const size = one.size ?? 2 * radius;
    return text(one.text, one, size, { fill: one.color, transform: turn(one), 'dominant-baseline': 'middle' });
  }
  const outline = outlineOf(one);
  const box = boxOf(outline)!;
  const paint = { fill: one.color ?? '#dddddd', stroke: one.border_color ?? '#bbbbbb', 'stroke-width': '0.2%' };
  const words = one.text ?? '';
  const size = Math.min(5 * radius, (1.4 * box.width) / words.length, 0.6 * box.height);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 + size / 3 };
  const label = words === '' ? '' : text(words, at, size);
  if (one.shape !== 'ellipse') return element('polygon', { points: pointsOf(outline), ...paint }) + label;
  const { x, y, radius_x: rx, radius_y: ry } = one;
  return element('ellipse', { cx: x, cy: y, rx, ry, transform: turn(one), ...paint }) + label;
}

const turn = ({ x, y, rotation }: { x: number; y: number; rotation?: number | undefined }) =>
  rotation ? `rotate(${rotation} ${x} ${y})` : undefined;

function drawFocus({ x, y }: Point, pen: Pen): string {
  const r = pen.radius;
  const line = { stroke: '#d00000', 'stroke-width': 2 * thin(pen), fill: 'none' };
  const cross = `M ${x - r} ${y} H ${x + r} M ${x} ${y - r} V ${y + r}`;
  return element('g', {}, title('focal point'), element('path', { d: cross, ...line }));
}

/** Below the plan: the name, then a line for each category, area without a place and flag in use. */
function drawLegend(plan: Plan, pen: Pen, box: Box): { svg: string; height: number } {
  const size = Math.max(box.width, box.height) / 50;
  const seats = plan.sections.flatMap(seatsIn);
  const used = new Set(seats.flatMap(({ flags }) => flags));
  const mark: Pen = { ...pen, radius: size / 2 };
  const lines: [draw: (at: Point) => string, words: string][] = [
    ...plan.categories.map(({ name }): [(at: Point) => string, string] => [
      ({ x, y }) => element('circle', { cx: x, cy: y, r: mark.radius, fill: pen.colors.get(name) }),
      name,
    ]),
    ...flagWords
      .filter(([flag]) => used.has(flag))
      .map(([flag, words]): [(at: Point) => string, string] => [(at) => drawFlag(flag, at, mark), words]),
    ...plan.areas
      .filter(({ polygon }) => !polygon)
      .map(({ name, capacity, category }): [(at: Point) => string, string] => [
        ({ x, y }) => {
          const [corner] = rectangle(x - mark.radius, y - mark.radius, size, size) as [Point];
          return element('rect', { ...corner, width: size, height: size, fill: pen.colors.get(category) });
        },
        `${name}: ${capacity}`,
      ]),
  ];
  const step = 1.6 * size;
  const top = box.y + box.height + 2 * step;
  const drawn = lines.map(([draw, words], i) => {
    const at = { x: box.x + size, y: top + (i + 1) * step };
    return draw(at) + text(words, { x: at.x + size, y: at.y + size / 3 }, size, { 'text-anchor': 'start' });
  });
  const head = text(plan.name, { x: box.x + size / 2, y: top }, 1.3 * size, { 'text-anchor': 'start' });
  return { svg: head + drawn.join(''), height: (lines.length + 3) * step };
}
