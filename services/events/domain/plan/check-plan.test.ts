import { describe, expect, test } from 'bun:test';
import { placeCount, placesOf } from '../../../../shared/plan/places.ts';
import { planJsonSchema, planLimits } from '../../../../shared/plan/plan.ts';
import { parseSeatLabel } from '../../../booking/domain/seats/seat-label.ts';
import { checkPlan } from './check-plan.ts';
import { changed, everything, planOf } from './testing.ts';

const faultsOf = (input: unknown) => {
  const checked = checkPlan(input);
  return 'faults' in checked ? checked.faults.map(({ path, message }) => `${path}: ${message}`) : [];
};

const seat = { number: '1', x: 0, y: 0, category: 'Gold' };
const manySeats = (count: number) => Array.from({ length: count }, (_, i) => ({ ...seat, number: String(i + 1) }));

/** A change of a plan that has one of everything, and its only fault. */
const bad: [path: (string | number)[], value: unknown, fault: string][] = [
  [['name'], '', 'name: must not be empty'],
  [['name'], ' \t ', 'name: must not be empty'],
  [['name'], 'a\nb', 'name: has a control character'],
  [['name'], 'x'.repeat(101), 'name: must have at most 100 characters'],
  [['name'], 5, 'name: must be a text'],
  [['name'], undefined, 'name: is missing'],
  [['colour'], 'red', 'colour: is not part of a plan: remove it'],
  [
    ['sections', 0, 'rows', 0, 'seats', 0, 'row'],
    'C',
    'sections[0].rows[0].seats[0].row: is not part of a plan: remove it',
  ],
  [['categories', 0, 'color'], 'red', 'categories[0].color: must be a color such as #1f77b4'],
  [['categories', 2], { name: 'Gold' }, 'categories[2].name: a further category "Gold": see categories[0]'],
  [['sections', 2], { name: '101' }, 'sections[2].name: a further section "101": see sections[0]'],
  [['areas', 2], { name: 'Bar', category: 'Gold', capacity: 0 }, 'areas[2].capacity: must be at least 1'],
  [['areas', 0, 'category'], 'Silver', 'areas[0].category: no such category "Silver"'],
  [
    ['sections', 0, 'rows', 0, 'seats', 1, 'category'],
    'Silver',
    'sections[0].rows[0].seats[1].category: no such category "Silver"',
  ],
  [
    ['sections', 0, 'tables', 0, 'seats', 1, 'category'],
    'toString',
    'sections[0].tables[0].seats[1].category: no such category "toString"',
  ],
  [['sections', 0, 'rows', 0, 'seats', 1, 'x'], Number.NaN, 'sections[0].rows[0].seats[1].x: must be a number'],
  [['sections', 0, 'rows', 0, 'seats', 1, 'y'], 2e6, 'sections[0].rows[0].seats[1].y: must be at most 1000000'],
  [
    ['sections', 0, 'rows', 0, 'seats', 1, 'number'],
    '13',
    'sections[0].rows[0].seats[1]: has the label "101-C13", as has sections[0].rows[0].seats[0]',
  ],
  [
    ['sections', 0, 'rows', 0, 'seats', 0, 'flags', 0],
    'big',
    'sections[0].rows[0].seats[0].flags[0]: must be one of "accessible", "companion", "restricted_view", "aisle"',
  ],
  [['sections', 0, 'rows', 0, 'seats'], [], 'sections[0].rows[0].seats: must have at least 1 of them'],
  [['sections', 0, 'rows', 0, 'seats'], manySeats(1001), 'sections[0].rows[0].seats: must have at most 1000 of them'],
  [['sections', 0, 'polygon'], [{ x: 0, y: 0 }], 'sections[0].polygon: must have at least 3 of them'],
  [['sections', 0, 'tables', 0, 'sold'], 'both', 'sections[0].tables[0].sold: must be one of "by seat", "whole"'],
  [
    ['sections', 0, 'tables', 1, 'seats', 0, 'category'],
    'Standing',
    'sections[0].tables[1].seats: a table that is sold whole has seats of one category',
  ],
  [
    ['sections', 0, 'tables', 1, 'seats', 1, 'number'],
    '1',
    'sections[0].tables[1].seats[1]: has the number "1", as has sections[0].tables[1].seats[0]',
  ],
  [
    ['sections', 0, 'tables', 1, 'name'],
    'T5-1',
    'sections[0].tables[1]: has the label "101-T5-1", as has sections[0].tables[0].seats[0]',
  ],
  [['areas', 1, 'name'], 'Floor', 'areas[1].name: a further area "Floor": see areas[0]'],
  [
    ['decorations', 0, 'shape'],
    'cube',
    'decorations[0].shape: must be one of "rectangle", "ellipse", "polygon", "text"',
  ],
  [['name'], 'x\ud800', 'name: has a lone surrogate: half of a character'],
  [['decorations', 0, 'width'], 0, 'decorations[0].width: must be more than 0'],
  [['bounds', 'width'], undefined, 'bounds.width: is missing'],
  [['areas', 0, 'capacity'], 100_000, ': has 100009 places: a plan has at most 100000'],
];

describe('a plan is refused for', () => {
  test.each(bad)('%j = %j', (path, value, fault) => {
    expect(faultsOf(changed(everything(), path, () => value))[0]).toBe(fault);
  });

  test('being none', () => {
    for (const input of [null, undefined, 5, 'plan', []])
      expect(faultsOf(input)).toEqual([input === undefined ? ': is missing' : ': must be an object']);
    expect(faultsOf({ name: 'Empty', categories: [{ name: 'Gold' }] })).toEqual([': has no place to sell']);
  });

  test('every fault at once, of the schema and of names, whatever else is wrong', () => {
    const two = { ...seat, number: '2' };
    const seats = [seat, null, { ...seat, category: 'Tin' }, 7, two, two];
    const input = {
      name: '',
      categories: [{ name: 'Gold' }],
      sections: [5, { name: 'A', rows: [{ name: 'B', seats }] }],
      areas: 'none',
    };
    expect(faultsOf(input)).toEqual([
      'name: must not be empty',
      'sections[0]: must be an object',
      'sections[1].rows[0].seats[1]: must be an object',
      'sections[1].rows[0].seats[3]: must be an object',
      'areas: must be a list',
      'sections[1].rows[0].seats[2].category: no such category "Tin"',
      'sections[1].rows[0].seats[2]: has the label "A-B1", as has sections[1].rows[0].seats[0]',
      'sections[1].rows[0].seats[5]: has the label "A-B2", as has sections[1].rows[0].seats[4]',
    ]);
  });

  test('more faults than are told, which are counted', () => {
    const seats = manySeats(150).map((one) => ({ ...one, category: 'Tin' }));
    const checked = checkPlan({ ...everything(), sections: [{ name: '', rows: [{ name: 'A', seats }] }] });
    expect('faults' in checked && [checked.faults.length, checked.more]).toEqual([100, 50]);
  });

  test('lists that no plan needs, before they cost much', () => {
    const [fault] = faultsOf({ ...everything(), sections: new Array(5 * planLimits.places).fill(0) });
    expect(fault).toBe(': has over 500000 seats, flags and corners in all: split the plan');
  });
});

test('a good plan has its places in order, each with a label that booking reads as section, row and number', () => {
  const places = placesOf(planOf(everything()));
  const labels = ['101-C13', '101-C14', '101-C16', '101-12-3', '101-T5-1', '101-T5-2', '101-T6', 'A'];
  expect(places.map(({ label }) => label)).toEqual([...labels, 'Floor 1', 'Floor 2', 'Terrace 1']);
  expect(placeCount(planOf(everything()))).toBe(places.length);
  expect(places[1]).toEqual({
    ...{ label: '101-C14', section: '101', row: 'C', number: '14', category: 'Gold', x: 30.13, y: 100 },
    flags: ['companion'],
  });
  expect(places[6]).toEqual({
    ...{ label: '101-T6', section: '101', row: '', number: '', category: 'Gold', x: 200, y: 200 },
    ...{ flags: ['accessible'], table: 'T6', whole: 2 },
  });
  expect(places[8]).toMatchObject({ section: '', number: '1', category: 'Standing', flags: [], area: 'Floor' });
});

test.each([
  ['101', 'C', '14', '101-C14'],
  ['Section A', 'AA', '7', 'Section A-AA7'],
  ['Ground floor 12', 'B', '3', 'Ground floor 12-B3'],
  ['101', '12', '3', '101-12-3'],
  ['', 'C', '14', 'C14'],
  ['', '12', '3', '12-3'],
  ['Balcony', '', '7', 'Balcony-7'],
])('section %p, row %p, seat %p has the label %s, and is read so', (section, row, number, label) => {
  const sections = [{ name: section, rows: [{ name: row, seats: [{ ...seat, number }] }] }];
  const [place] = placesOf(planOf({ name: 'P', categories: [{ name: 'Gold' }], sections }));
  expect(place!.label).toBe(label);
  expect(parseSeatLabel(label)).toMatchObject({ section, row, number: Number(number), suffix: '' });
});

test('a seat by a letter is not taken for a part of its row', () => {
  const seats = [{ ...seat, number: 'A' }];
  const rows = [
    { name: 'C', seats },
    { name: 'CA', seats: [seat] },
  ];
  const plan = planOf({ name: 'P', categories: [{ name: 'Gold' }], sections: [{ name: '7', rows }] });
  expect(placesOf(plan).map(({ label }) => label)).toEqual(['7-C-A', '7-CA1']);
});

test('the JSON Schema has every member, and allows no other', () => {
  const schema = planJsonSchema();
  expect(Object.keys(schema.properties ?? {}).sort()).toEqual(Object.keys(everything()).sort());
  expect([schema.additionalProperties, schema.required]).toEqual([false, ['name', 'categories']]);
});
