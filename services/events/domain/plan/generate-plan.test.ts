import { expect, test } from 'bun:test';
import { placesOf } from '../../../../shared/plan/places.ts';
import { generatePlan, seatsOfOutline } from './generate-plan.ts';
import { planOf } from './testing.ts';

const rowsOf = (...args: Parameters<typeof generatePlan>) =>
  planOf(generatePlan(...args)).sections.map(({ rows }) => rows.map(({ seats }) => seats.map(({ x, y }) => [x, y])));

test('a straight section is a grid below the stage, seat 1 on the left as one looks at it', () => {
  const grid = { name: 'A', rows: 2, seats: 3, seat_spacing: 10, row_spacing: 30, distance: 50 };
  expect(rowsOf({ sections: [grid] })).toEqual([
    [
      [
        [-10, 50],
        [0, 50],
        [10, 50],
      ],
      [
        [-10, 80],
        [0, 80],
        [10, 80],
      ],
    ],
  ]);
  // On the other side of the stage they look the other way.
  expect(rowsOf({ sections: [{ ...grid, rows: 1, angle: 180 }] })).toEqual([
    [
      [
        [10, -50],
        [0, -50],
        [-10, -50],
      ],
    ],
  ]);
});

test('a curved section keeps its distances: each row on its arc, neighbours as far apart as they should be', () => {
  const [section] = rowsOf({
    sections: [{ name: 'A', rows: 4, seats: 9, curve: 200, distance: 200, grow: 2, angle: 40 }],
  });
  for (const [r, seats] of section!.entries()) {
    expect(seats.length).toBe(9 + 2 * r);
    for (const [x, y] of seats) expect(Math.hypot(x!, y!)).toBeCloseTo(200 + 25 * r, 1);
    const [a, b] = [seats[3]!, seats[4]!];
    expect(Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)).toBeCloseTo(20, 1);
  }
});

test('a curved section bends towards the stage, seat 1 on the left as one looks at it', () => {
  const [[seats]] = rowsOf({ sections: [{ name: 'A', rows: 1, seats: 3, curve: 100, distance: 300 }] }) as [
    [number[][]],
  ];
  const [left, middle, right] = seats as [[number, number], [number, number], [number, number]];
  expect(middle).toEqual([0, 300]);
  expect([left[0], left[1]]).toEqual([-right[0], right[1]]);
  expect([left[0] < 0, left[1] < 300]).toEqual([true, true]);
});

test('rows and seats are named as asked', () => {
  const labels = (section: object) =>
    placesOf(generatePlan({ sections: [{ name: '7', rows: 28, seats: 1, ...section }] })).map(({ label }) => label);
  expect(labels({}).filter((_, i) => [0, 25, 26, 27].includes(i))).toEqual(['7-A1', '7-Z1', '7-AA1', '7-BB1']);
  expect(labels({ row_names: 'numbers', first_number: 101 })[27]).toBe('7-28-101');
});

test('an outline tells its seats before they are made, and is refused when it is none', () => {
  expect(seatsOfOutline({ sections: [{ name: 'A', rows: 3, seats: 4, grow: 2 }] })).toBe(4 + 6 + 8);
  expect(() => generatePlan({ sections: [{ name: 'A', rows: 0, seats: 4 }] })).toThrow('rows');
});
