import type { Plan, PlanInput } from '../../../../shared/plan/plan.ts';
import { checkPlan } from './check-plan.ts';

/** Returns the checked plan; throws with its faults. */
export function planOf(input: unknown): Plan {
  const checked = checkPlan(input);
  if ('faults' in checked) throw new Error(JSON.stringify(checked));
  return checked.plan;
}

/** A plan that has one of everything. Each call returns a new one. */
export const everything = (): Required<Pick<PlanInput, 'sections' | 'areas' | 'decorations'>> & PlanInput => ({
  name: 'Club',
  bounds: { x: -50, y: -50, width: 400, height: 400 },
  categories: [{ name: 'Gold', color: '#FFD700' }, { name: 'Standing' }],
  sections: [
    {
      name: '101',
      entrance: 'North',
      polygon: [
        { x: 0, y: 80 },
        { x: 100, y: 80 },
        { x: 100, y: 150 },
      ],
      rows: [
        {
          name: 'C',
          seats: [
            { number: '13', x: 10, y: 100, category: 'Gold', flags: ['accessible', 'aisle'] },
            { number: '14', x: 30.126, y: 100, category: 'Gold', flags: ['companion'] },
            { number: '16', x: 70, y: 101, category: 'Standing' },
          ],
        },
        { name: '12', seats: [{ number: '3', x: 10, y: 120, category: 'Gold', flags: ['restricted_view'] }] },
      ],
      tables: [
        {
          name: 'T5',
          x: 200,
          y: 100,
          sold: 'by seat',
          seats: [
            { number: '1', x: 180, y: 100, category: 'Gold' },
            { number: '2', x: 220, y: 100, category: 'Gold' },
          ],
        },
        {
          name: 'T6',
          x: 200,
          y: 200,
          sold: 'whole',
          seats: [
            { number: '1', x: 180, y: 200, category: 'Gold', flags: ['accessible'] },
            { number: '2', x: 220, y: 200, category: 'Gold' },
          ],
        },
      ],
    },
    { name: '', rows: [{ name: '', seats: [{ number: 'A', x: 0, y: 300, category: 'Gold' }] }] },
  ],
  areas: [
    {
      name: 'Floor',
      category: 'Standing',
      capacity: 2,
      polygon: [
        { x: 0, y: 0 },
        { x: 50, y: 0 },
        { x: 50, y: 50 },
      ],
    },
    { name: 'Terrace', category: 'Standing', capacity: 1 },
  ],
  focal_point: { x: 50, y: -20 },
  decorations: [
    { shape: 'rectangle', x: 0, y: -40, width: 100, height: 20, rotation: 5, color: '#eeeeee', text: 'Stage' },
    { shape: 'ellipse', x: 250, y: 250, radius_x: 20, radius_y: 10, border_color: '#00FF00' },
    {
      shape: 'polygon',
      points: [
        { x: 300, y: 0 },
        { x: 320, y: 0 },
        { x: 320, y: 20 },
      ],
    },
    { shape: 'text', x: 300, y: 300, size: 12, text: 'Bar' },
  ],
});

/** Returns every path to a member or item that is a text, a number, a list or an object. */
export function pathsIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value as object);
  return [...(path.length > 0 ? [path] : []), ...entries.flatMap(([key, one]) => pathsIn(one, [...path, key]))];
}

/** Changes the value at a path. */
export function changed<T>(plan: T, path: (string | number)[], change: (value: unknown) => unknown): T {
  const copy = structuredClone(plan);
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy);
  const last = path.at(-1)!;
  (parent as Record<string, unknown>)[last] = change((parent as Record<string, unknown>)[last]);
  return copy;
}
