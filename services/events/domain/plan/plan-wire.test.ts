import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Place, placesOf } from '../../../../shared/plan/places.ts';
import { type Plan, seatFlags } from '../../../../shared/plan/plan.ts';
import { generatePlan } from './generate-plan.ts';
import { wireOf } from './plan-wire.ts';
import { everything, planOf } from './testing.ts';

const page = await Bun.file(join(import.meta.dirname, '../../../../docs/seating-plans.md')).text();
const [, lines = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];

type Seat = { number: string; x: number; y: number; category: number; flags: string[] };
type Decoded = Partial<Seat> & { label: string; category: number; section?: number; area?: string; seats?: Seat[] };
/** The lines that the documentation gives to front-end developers. */
const decodePlan = new Function(`${lines}; return decodePlan;`)() as (wire: unknown) => Decoded[];

/** A place as the decoder must return it, its coordinates in units. */
function expected(plan: Plan, unit: number, place: Place) {
  const steps = (value: number | undefined) => Math.round(value! / unit) + 0;
  const category = plan.categories.findIndex(({ name }) => name === place.category);
  if (place.area !== undefined) return { label: place.label, area: place.area, category };
  const section = plan.sections.findIndex(({ name }) => name === place.section);
  return { label: place.label, section, x: steps(place.x), y: steps(place.y), category };
}

function expectLossless(plan: Plan): void {
  const wire = JSON.parse(JSON.stringify(wireOf(plan)));
  const decoded = decodePlan(wire);
  const places = placesOf(plan);
  expect(wire.places).toBe(places.length);
  expect(decoded).toMatchObject(places.map((place) => expected(plan, wire.unit, place)));
  const flagsOf = ({ flags = [], seats = [] }: Decoded) => [
    ...new Set([...flags, ...seats.flatMap((one) => one.flags)]),
  ];
  expect(decoded.map((one) => flagsOf(one).sort())).toEqual(places.map(({ flags }) => [...flags].sort()));
  expect(decoded.map(({ seats }) => seats?.length)).toEqual(places.map(({ whole }) => whole));
}

test('the wire form of a plan with everything is decoded by the documented lines, place by place', () => {
  const plan = planOf(everything());
  expectLossless(plan);
  const { sections, areas, focal_point, bounds, decorations, unit } = wireOf(plan);
  expect(unit).toBe(1);
  expect(sections[0]).toEqual({ name: '101', entrance: 'North', polygon: [0, 80, 100, 80, 100, 150] });
  expect(areas[1]).toEqual({ name: 'Terrace', category: 1, capacity: 1 });
  expect([focal_point, bounds.length]).toEqual([[50, -20], 4]);
  expect(decorations[0]).toMatchObject({ shape: 'rectangle', y: -40, rotation: 5, text: 'Stage' });
});

const numbers = fc.oneof(
  fc.uniqueArray(fc.stringMatching(/^[1-9]\d{0,2}[A-C]?$/), { minLength: 1, maxLength: 8 }),
  fc
    .tuple(fc.nat(200), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 30 }))
    .map(([first, step, count]) => Array.from({ length: count }, (_, i) => String(first + i * step))),
);
const at = fc.double({ min: -5000, max: 5000, noNaN: true });
const seats = numbers.chain((all) =>
  fc.tuple(
    ...all.map((number) =>
      fc.record({
        number: fc.constant(number),
        x: at,
        y: at,
        category: fc.constantFrom('A', 'B'),
        flags: fc.subarray([...seatFlags]),
      }),
    ),
  ),
);
const sections = fc.uniqueArray(fc.stringMatching(/^[1-9]\d\d$/), { minLength: 1, maxLength: 4 }).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc.record({
        name: fc.constant(name),
        rows: fc
          .array(seats, { minLength: 1, maxLength: 4 })
          .map((all) => all.map((one, i) => ({ name: 'ABCD'[i]!, seats: one }))),
      }),
    ),
  ),
);

test('the wire form of any plan is decoded to the same places', () => {
  const plans = sections.map((all) =>
    planOf({ name: 'Any', categories: [{ name: 'A' }, { name: 'B' }], sections: all }),
  );
  fc.assert(fc.property(plans, expectLossless), { numRuns: 100 });
});

test('the wire form of an arena of 20,000 curved seats has 70 kB at most when compressed', () => {
  const around = Array.from({ length: 20 }, (_, i) => i);
  const plan = generatePlan({
    sections: around.map((i) => ({
      ...{ name: `${101 + i}`, rows: 25, seats: 40, curve: 2800, distance: 2800, angle: 17.9 * i, seat_spacing: 19.7 },
    })),
  });
  expect(placesOf(plan).length).toBe(20_000);
  expect(gzipSync(JSON.stringify(wireOf(plan))).length).toBeLessThan(70_000);
  expectLossless(plan);
});
