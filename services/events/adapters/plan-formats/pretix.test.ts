import { describe, expect, test } from 'bun:test';
import { placesOf } from '../../../../shared/plan/places.ts';
import { planHash } from '../../domain/plan/plan-hash.ts';
import { importPretixPlan } from './pretix.ts';

type Json = Record<string, unknown>;

const at = (x: number, y: number) => ({ x, y });
const seat = (number: string, x: number, more: Json = {}): Json => ({
  ...{ seat_number: number, seat_guid: `guid-${number}`, position: at(x, 1), category: 'Stalls', ...more },
});
const row = (name: string, y: number, seats: Json[], more: Json = {}): Json => ({
  ...{ row_number: name, row_number_position: 'both', position: at(0, y), seats, ...more },
});
const zone = (name: string, rows: Json[], more: Json = {}): Json => ({ name, position: at(0, 0), rows, ...more });
const plan = (zones: Json[], more: Json = {}): Json => ({
  ...{
    name: 'Hall',
    size: { width: 2000, height: 2000 },
    categories: [{ name: 'Stalls', color: '#F00' }],
    zones,
    ...more,
  },
});

function imported(value: unknown) {
  const result = importPretixPlan(value);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return { ...result, places: placesOf(result.plan) };
}

const faultsOf = (value: unknown) => {
  const result = importPretixPlan(value);
  return 'faults' in result ? result.faults.map(({ path, message }) => `${path}: ${message}`) : [];
};

test('a seat of pretix stands at the sum of its zone, its own row and itself, not of the rows before', () => {
  const rows = [row('A', 10, [seat('1', 1), seat('2', 2)]), row('B', 20, [seat('1', 1)], { position: at(5, 20) })];
  const { places, notes, keptAside } = imported(plan([zone('Stalls', rows, { position: at(100, 1000) })]));
  expect(places.map(({ label, x, y }) => [label, x, y])).toEqual([
    ['Stalls-A1', 101, 1011],
    ['Stalls-A2', 102, 1011],
    ['Stalls-B1', 106, 1021],
  ]);
  expect([notes, keptAside]).toEqual([[], []]);
});

test('GUIDs that repeat are of no account; a row without a position stands at its zone', () => {
  const seats = [seat('1', 0, { seat_guid: 'same' }), seat('2', 20, { seat_guid: 'same' })];
  const { places } = imported(
    plan([zone('', [row('1', 0, seats, { position: undefined, row_number_position: null })])]),
  );
  expect(places.map(({ label, y }) => [label, y])).toEqual([
    ['1-1', 1],
    ['1-2', 1],
  ]);
});

test('members that are not known are told by path and number, and no more of them than one can read', () => {
  const strange = Object.fromEntries(Array.from({ length: 1005 }, (_, i) => [`strange_${i}`, i]));
  const { keptAside } = imported(plan([zone('', [row('A', 0, [seat('1', 0), seat('2', 20)])])], strange));
  expect([keptAside.length, keptAside.at(-1)]).toEqual([1001, { path: '(further members)', count: 5 }]);
});

test('a hundred thousand seats of one number are refused without trying every number for each', () => {
  const seats = Array.from({ length: 100_000 }, (_, i) => seat('1', i));
  expect(faultsOf(plan([zone('', [row('A', 0, seats)])]))[0]).toContain('must have at most 1000 of them');
}, 20_000);

describe('labels of pretix that collide are mended, and told:', () => {
  const seats = (x: number) => [seat('1', x), seat('2', x + 20)];

  test('blocks of one zone, by repeated labels and by place', () => {
    const far = 1000;
    const rows = [
      ...[row('A', 0, seats(0)), row('B', 25, seats(0)), row('C', 50, seats(0))],
      ...[row('A', 0, seats(far)), row('B', 25, seats(far)), row('C', 50, seats(far))],
      ...[row('D', 0, seats(2 * far)), row('E', 25, seats(2 * far)), row('F', 50, seats(2 * far))],
    ];
    const { plan: made, notes, places } = imported(plan([zone('Floor', rows)]));
    expect(made.sections.map(({ name, rows }) => [name, rows.length])).toEqual([
      ['Floor 1', 3],
      ['Floor 2', 3],
      ['Floor 3', 3],
    ]);
    expect(places.length).toBe(18);
    expect(notes).toEqual([
      'Section "Floor" repeated labels, so it is now 3 sections: "Floor 1", "Floor 2", "Floor 3".',
    ]);
  });

  test('the halves of rows in turns are not torn apart', () => {
    const halves = ['A', 'B', 'A', 'B'].flatMap((name, i) => [
      row(name, 25 * i, seats(0)),
      row(name, 25 * i, [seat('3', 900)]),
    ]);
    const { plan: made } = imported(plan([zone('Floor', halves)]));
    expect(made.sections.map(({ rows }) => rows.length)).toEqual([4, 4]);
  });

  test('zones of one name, and numbers that come again in a row', () => {
    const rows = [row('A', 0, [seat('1', 0), seat('1', 20), seat('2', 40)])];
    const { places, notes } = imported(plan([zone('Box', rows), zone('Box', rows)]));
    expect(places.map(({ label }) => label)).toEqual([
      'Box-A1',
      'Box-A1 (2)',
      'Box-A2',
      'Box 2-A1',
      'Box 2-A1 (2)',
      'Box 2-A2',
    ]);
    expect(notes).toEqual([
      'A further section "Box" is now "Box 2".',
      'A further seat 1 in row A of Box is now 1 (2).',
      'A further seat 1 in row A of Box 2 is now 1 (2).',
    ]);
  });
});

test('a plan of 2019 is read: areas with a width, a height and a text', () => {
  const areas = [{ width: 100, height: 50, position: at(1, 2), text: 'Stage', color: '#abc', border_color: 'red' }];
  const old = row('A', 0, [seat('1', 0)], { seats_spacing: 20, number_of_seats: 1 });
  const {
    plan: made,
    notes,
    keptAside,
  } = imported(plan([zone('Main', [old], { displayed: true, areas })], { size: undefined }));
  expect(made.decorations).toEqual([
    { shape: 'rectangle', x: 1, y: 2, width: 100, height: 50, color: '#aabbcc', text: 'Stage' },
  ]);
  expect([notes, keptAside]).toEqual([['The color "red" is left out: write it as #rrggbb.'], []]);
});

test('areas of today are drawn where they stand, with their text within', () => {
  const areas = [
    { shape: 'circle', position: at(10, 10), circle: { radius: 5 }, rotation: 0 },
    { shape: 'ellipse', position: at(10, 10), ellipse: { radius: at(5, 3) }, rotation: 30 },
    { shape: 'polygon', position: at(10, 10), polygon: { points: [at(0, 0), at(10, 0), at(10, 10)] }, rotation: 90 },
    { shape: 'text', position: at(10, 10), text: { position: at(1, 1), text: 'Bar', color: '#333333', size: 20 } },
    { shape: 'star', position: at(10, 10) },
  ];
  const { plan: made, notes } = imported(
    plan([zone('M', [row('A', 0, [seat('1', 0)])], { areas, position: at(100, 0) })]),
  );
  expect(made.decorations).toEqual([
    { shape: 'ellipse', x: 110, y: 10, radius_x: 5, radius_y: 5 },
    { shape: 'ellipse', x: 110, y: 10, radius_x: 5, radius_y: 3, rotation: 30 },
    { shape: 'polygon', points: [at(110, 10), at(110, 20), at(100, 20)] },
    { shape: 'text', x: 111, y: 11, text: 'Bar', color: '#333333', size: 20 },
  ]);
  expect(notes).toEqual(['An area of the shape "star" is left out.']);
});

test('members that are not known are kept aside, counted by their path', () => {
  const seats = [seat('1', 0, { status: 'free', wheelchair: true }), seat('2', 20, { status: 'free' })];
  const { keptAside } = imported(plan([zone('M', [row('A', 0, seats)])], { x_units: 'px' }));
  expect(keptAside).toEqual([
    { path: 'x_units', count: 1 },
    { path: 'zones[].rows[].seats[].status', count: 2 },
    { path: 'zones[].rows[].seats[].wheelchair', count: 1 },
  ]);
});

test('faults of a pretix plan name their path, all at once', () => {
  const seats = [seat('1', 0, { category: 'Tin' }), seat('2', 0, { position: undefined }), { ...seat('', 0) }, 7];
  expect(faultsOf(plan([zone('M', [row('A', 0, seats as Json[])]), {}], { categories: [{}] }))).toEqual([
    'categories[0].name: is missing',
    'zones[0].rows[0].seats[0].category: no such category "Tin"',
    'zones[0].rows[0].seats[1].category: no such category "Stalls"',
    'zones[0].rows[0].seats[1].position: is missing',
    'zones[0].rows[0].seats[2].category: no such category "Stalls"',
    'zones[0].rows[0].seats[3]: must be an object',
    'zones[0].rows[0].seats[3].category: is missing',
    'zones[0].rows[0].seats[3].seat_number: is missing',
    'zones[0].rows[0].seats[3].position: is missing',
    'zones[1].position: is missing',
  ]);
  expect(faultsOf([])).toEqual([': must be an object', 'zones: must have a zone at least']);
});

test('importing the same plan again gives the same hash', () => {
  const value = plan([zone('M', [row('A', 0.123456, [seat('1', 1 / 3)])])]);
  expect(planHash(imported(value).plan)).toBe(planHash(imported(structuredClone(value)).plan));
});
