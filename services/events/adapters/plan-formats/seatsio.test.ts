import { expect, test } from 'bun:test';
import { placesOf } from '../../../../shared/plan/places.ts';
import { importSeatsioChart } from './seatsio.ts';

type Json = Record<string, unknown>;

const seat = (label: string, x: number, more: Json = {}): Json => ({
  label,
  x,
  y: 10,
  categoryKey: 1,
  uuid: label,
  ...more,
});
const chart = (subChart: Json, more: Json = {}): Json => ({
  name: 'Chart',
  categories: {
    list: [
      { label: 'Gold', color: '#FFD700', key: 1 },
      { label: 'Wheels', key: 'w', accessible: true },
    ],
  },
  subChart: { width: 100, height: 100, ...subChart },
  ...more,
});

function imported(value: unknown) {
  const result = importSeatsioChart(value);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return { ...result, places: placesOf(result.plan) };
}

test('a chart with sections has its seats where the section stands, with the category of the section', () => {
  const rows = [{ label: 'A', seats: [seat('1', 5, { categoryKey: null }), seat('2', 25)] }];
  const points = [
    { x: 100, y: 0 },
    { x: 200, y: 0 },
    { x: 200, y: 90 },
  ];
  const section = {
    label: 'Left',
    points,
    topLeft: { x: 100, y: 1 },
    entrance: 'Gate 3',
    categoryKey: 'w',
    subChart: { rows },
  };
  const { plan, places } = imported(chart({ sections: [section], focalPoint: { x: 50, y: -5 } }));
  expect(places.map(({ label, x, y, category, flags }) => [label, x, y, category, flags])).toEqual([
    ['Left-A1', 105, 11, 'Wheels', ['accessible']],
    ['Left-A2', 125, 11, 'Gold', []],
  ]);
  expect(plan.sections[0]).toMatchObject({ entrance: 'Gate 3', polygon: points });
  expect(plan.focal_point).toEqual({ x: 50, y: -5 });
});

test('a chart without sections has rows, tables by seat and whole, booths and areas', () => {
  const table = (label: string, more: Json) => ({
    label,
    center: { x: 50, y: 50 },
    seats: [seat('1', 40), seat('2', 60)],
    ...more,
  });
  const { plan, places, notes } = imported(
    chart({
      rows: [
        { label: 'A', seats: [seat('1', 5)] },
        { label: 'B', sectionLabel: 'Side', seats: [seat('1', 5)] },
      ],
      tables: [table('T1', {}), table('T2', { bookAsAWhole: true }), table('T2', {})],
      booths: [{ label: 'Booth 7', center: { x: 5, y: 5 }, width: 10, height: 10, categoryKey: 1 }],
      generalAdmissionAreas: [
        {
          label: 'GA',
          capacity: 2,
          categoryLabel: 'Gold',
          type: 'circle',
          center: { x: 0, y: 0 },
          radius1: 20,
          radius2: 10,
        },
        {
          label: 'Lawn',
          capacity: 1,
          categoryKey: 1,
          center: { x: 0, y: 0 },
          width: 8,
          height: 4,
          rotationAngle: 90,
          bookAsAWhole: true,
        },
      ],
    }),
  );
  const labels = ['A1', 'T1-1', 'T1-2', 'T2', 'T2 2-1', 'T2 2-2', 'Booth 7', 'Side-B1', 'GA 1', 'GA 2', 'Lawn 1'];
  expect(places.map(({ label }) => label)).toEqual(labels);
  expect(places[3]).toMatchObject({ table: 'T2', whole: 2, x: 50, y: 50 });
  expect(plan.areas[1]!.polygon![0]).toEqual({ x: 2, y: -4 });
  expect(plan.areas[0]!.polygon!.length).toBe(32);
  expect(notes).toEqual([
    'A booth is now a table with one seat that is sold whole.',
    'Area "Lawn" was sold whole; its places are now sold singly.',
    'A further table "T2" is now "T2 2".',
  ]);
});

test('flags, shapes and texts come along; what is not known is kept aside', () => {
  const seats = [
    seat('1', 0, { accessible: true, companionSeat: false, plusSize: true }),
    seat('2', 20, { companionSeat: true, restrictedView: true }),
    seat('3', 40, { semiAmbulatorySeat: true }),
  ];
  const { plan, places, notes, keptAside } = imported(
    chart({
      rows: [{ label: 'A', seats }],
      shapes: [
        { label: 'Stage', type: 'rectangle', center: { x: 10, y: 10 }, width: 20, height: 20, fillColor: '#D0D1D2' },
        { type: 'line' },
      ],
      texts: [{ text: 'Bar', centerX: 5, centerY: 6, fontSize: 12 }],
      icons: [],
      backgroundImage: 'https://img.example/plan.png',
    }),
  );
  expect(places.map(({ flags }) => flags)).toEqual([['accessible'], ['companion', 'restricted_view'], []]);
  expect(plan.decorations).toMatchObject([
    {
      shape: 'polygon',
      text: 'Stage',
      color: '#d0d1d2',
      points: [
        { x: 0, y: 0 },
        { x: 20, y: 0 },
        { x: 20, y: 20 },
        { x: 0, y: 20 },
      ],
    },
    { shape: 'text', text: 'Bar', x: 5, y: 6, size: 12 },
  ]);
  expect(keptAside).toEqual([
    { path: 'subChart.icons', count: 1 },
    { path: 'subChart.rows[].seats[].plusSize', count: 1 },
  ]);
  expect(notes).toEqual([
    'The backgroundImage is left out.',
    'A seat for people who walk with difficulty loses that mark.',
    'A shape of the type "line" is left out.',
  ]);
});

test('faults of a chart name their path', () => {
  const rows = [
    { label: 'A', seats: [seat('1', 0, { categoryKey: 99 }), seat('2', 0, { categoryKey: null, x: 'left' })] },
  ];
  const areas = [{ label: 'GA', categoryKey: 1, capacity: null }];
  const result = importSeatsioChart(chart({ rows, generalAdmissionAreas: areas }));
  expect('faults' in result && result.faults.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'subChart.rows[0].seats[0].categoryKey: no such category "99"',
    'subChart.rows[0].seats[1].categoryKey: is missing, here and above',
    'subChart.rows[0].seats[1].x: must be a number',
    'subChart.generalAdmissionAreas[0].capacity: is missing',
  ]);
});
