import type { Decoration, Point } from '../../../../shared/plan/plan.ts';
import { ellipse, rectangle, turned } from '../../domain/plan/geometry.ts';
import { type ForeignFile, isObject, type Members } from './foreign-file.ts';
import { known } from './seatsio-chart.ts';

/** Returns the corners of a section's or area's outline; undefined where it has none. */
export function polygonOf(file: ForeignFile, thing: Members, path: string, at: Point): Point[] | undefined {
  if (Array.isArray(thing.points) && thing.points.length > 2) {
    return thing.points.map((one, i) => plus(at, file.point(one, `${path}.points[${i}]`)));
  }
  if (!isObject(thing.center)) return undefined;
  const middle = plus(at, file.point(thing.center, `${path}.center`));
  const corners = cornersOf(thing, middle);
  const degrees = typeof thing.rotationAngle === 'number' ? thing.rotationAngle : 0;
  return corners?.map((corner) => turned(corner, middle, degrees));
}

function cornersOf({ radius1, radius2, width, height }: Members, { x, y }: Point): Point[] | undefined {
  if (isLength(radius1)) return ellipse(x, y, radius1, isLength(radius2) ? radius2 : radius1);
  if (isLength(width) && isLength(height)) return rectangle(x - width / 2, y - height / 2, width, height);
  return undefined;
}

const isLength = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0;

export function readShape(file: ForeignFile, value: unknown, path: string, at: Point): Decoration[] {
  const shape = file.object(value, path, known.shape);
  const points = polygonOf(file, shape, path, at);
  if (!points) {
    file.note(`A shape of the type ${JSON.stringify(shape.type ?? null)} is left out.`);
    return [];
  }
  const text = file.optionalText(shape.label);
  const look = { color: file.color(shape.fillColor), border_color: file.color(shape.strokeColor) };
  return [{ shape: 'polygon', points, ...look, ...(text !== '' && { text }) }];
}

export function readText(file: ForeignFile, value: unknown, path: string, at: Point): Decoration[] {
  const foreign = file.object(value, path, known.text);
  const text = file.optionalText(foreign.text) || file.optionalText(foreign.label);
  if (text === '') return [];
  const place = isObject(foreign.center) ? foreign.center : foreign;
  const size = foreign.fontSize ?? foreign.size;
  const degrees = foreign.rotationAngle;
  return [
    {
      shape: 'text',
      x: at.x + file.number(place.x ?? place.centerX, `${path}.centerX`),
      y: at.y + file.number(place.y ?? place.centerY, `${path}.centerY`),
      text,
      color: file.color(foreign.textColor),
      ...(isLength(size) && { size }),
      ...(typeof degrees === 'number' && degrees !== 0 && { rotation: degrees % 360 }),
    },
  ];
}

const plus = (a: Point, b: Point): Point => ({ x: a.x + b.x, y: a.y + b.y });
