import type { Decoration, Plan, PlanRow, PlanSection, Point } from '../../../../shared/plan/plan.ts';

export type Box = { x: number; y: number; width: number; height: number };

/** Returns the seats of a section, those of its rows first. */
export const seatsIn = ({ rows, tables }: Pick<PlanSection, 'rows' | 'tables'>) =>
  [...rows, ...tables].flatMap(({ seats }) => seats);

/** Returns the box round some points; undefined without any. */
export function boxOf(points: Iterable<Point>): Box | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return left > right ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
}

/** Returns the corners of a shape; of a text, its middle. */
export function outlineOf(shape: Decoration): Point[] {
  if (shape.shape === 'polygon') return shape.points;
  const { x, y } = shape;
  if (shape.shape === 'text') return [{ x, y }];
  const corners =
    shape.shape === 'rectangle'
      ? rectangle(x, y, shape.width, shape.height)
      : rectangle(x - shape.radius_x, y - shape.radius_y, 2 * shape.radius_x, 2 * shape.radius_y);
  return corners.map((corner) => turned(corner, { x, y }, shape.rotation ?? 0));
}

export const rectangle = (x: number, y: number, width: number, height: number): Point[] => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];

/** Returns an ellipse as a polygon. */
export const ellipse = (x: number, y: number, radiusX: number, radiusY: number, corners = 32): Point[] =>
  Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    return { x: x + radiusX * Math.cos(angle), y: y + radiusY * Math.sin(angle) };
  });

/** Turns a point clockwise about another, as it is seen where y goes down. */
export function turned(point: Point, about: Point, degrees: number): Point {
  const angle = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const [dx, dy] = [point.x - about.x, point.y - about.y];
  return { x: about.x + dx * cos - dy * sin, y: about.y + dx * sin + dy * cos };
}

/** Returns the box of everything that a plan has, its `bounds` included. */
export function boundsOf(plan: Plan): Box {
  // Room for the names of rows.
  const margin = 5 * seatRadius(groupsIn(plan));
  const around = boxOf(contentsOf(plan)) ?? { x: 0, y: 0, width: 0, height: 0 };
  const { bounds } = plan;
  const content = {
    x: around.x - margin,
    y: around.y - margin,
    width: around.width + 2 * margin,
    height: around.height + 2 * margin,
  };
  if (!bounds) return content;
  return boxOf([content, bounds].flatMap(({ x, y, width, height }) => rectangle(x, y, width, height)))!;
}

function* contentsOf({ sections, areas, decorations, focal_point }: Plan): Generator<Point> {
  for (const section of sections) {
    yield* section.polygon ?? [];
    yield* section.tables;
    yield* seatsIn(section);
  }
  for (const { polygon } of areas) yield* polygon ?? [];
  for (const decoration of decorations) yield* outlineOf(decoration);
  if (focal_point) yield focal_point;
}

const usualSpacing = 20;

/** Returns the radius at which seats beside each other do not touch: a little less than half their usual distance. */
export function seatRadius(rows: Pick<PlanRow, 'seats'>[]): number {
  const distances: number[] = [];
  for (const { seats } of rows) {
    for (let i = 1; i < seats.length; i++) {
      const distance = Math.hypot(seats[i]!.x - seats[i - 1]!.x, seats[i]!.y - seats[i - 1]!.y);
      if (distance > 0) distances.push(distance);
    }
  }
  distances.sort((a, b) => a - b);
  // Near the lower end: tables and aisles have wider steps, and a few seats may stand on others.
  return 0.42 * (distances[Math.floor(distances.length / 10)] ?? usualSpacing);
}

/** Returns every row and table of a plan, in its order. */
export const groupsIn = ({ sections }: Plan) => sections.flatMap(({ rows, tables }) => [...rows, ...tables]);

/** Returns how many seats stand where another stands, nearer than a radius: often a floor above another. */
export function seatsOnOthers(plan: Plan): number {
  const cell = seatRadius(groupsIn(plan));
  const taken = new Set<string>();
  let count = 0;
  for (const { x, y } of plan.sections.flatMap(seatsIn)) {
    const key = `${Math.round(x / cell)} ${Math.round(y / cell)}`;
    if (taken.has(key)) count++;
    taken.add(key);
  }
  return count;
}
