import { describe, expect, test } from 'bun:test';
import { placesOf } from '../../../../shared/plan/places.ts';
import { importCsv } from './csv.ts';

function imported(text: string) {
  const result = importCsv(text);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return { ...result, places: placesOf(result.plan) };
}

const faultsOf = (text: string) => {
  const result = importCsv(text);
  return 'faults' in result ? result.faults.map(({ path, message }) => `${path}: ${message}`) : [];
};

const lines = (...all: string[]) => `${all.join('\n')}\n`;
const header = 'section,row,seat,category,x,y,flags';

test('a list of seats in CSV becomes a plan: quotes, byte order mark, CRLF, flags by blank or bar', () => {
  const text = `\uFEFF${header}\r\n"Stalls, ""left""",A,1,Gold,0,10.5,accessible|aisle\r\n\r\n"Stalls, ""left""",A,2,"Gold",20,10.5,companion  RESTRICTED_VIEW`;
  const { places, notes, keptAside } = imported(text);
  expect(places.map(({ label, x, y, flags }) => [label, x, y, flags])).toEqual([
    ['Stalls, "left"-A1', 0, 10.5, ['accessible', 'aisle']],
    ['Stalls, "left"-A2', 20, 10.5, ['companion', 'restricted_view']],
  ]);
  expect([notes, keptAside]).toEqual([[], []]);
});

test('columns come in any order; what is not known is kept aside; lines of a row need not be together', () => {
  const { plan, keptAside } = imported(lines('Seat,price,ROW,category', '1,5,A,Gold', '1,5,B,Tin', '2,5,A,Gold'));
  expect(plan.sections[0]!.rows.map(({ name, seats }) => [name, seats.length])).toEqual([
    ['A', 2],
    ['B', 1],
  ]);
  expect(plan.categories.map(({ name }) => name)).toEqual(['Gold', 'Tin']);
  expect(keptAside).toEqual([{ path: 'price', count: 3 }]);
});

test('without x and y, sections are grids side by side, each row in its middle', () => {
  const seats = ['L,A,1,Gold', 'L,A,2,Gold', 'L,B,1,Gold', 'R,A,1,Gold'];
  const { places, plan, notes } = imported(lines('section,row,seat,category', ...seats));
  expect(places.map(({ x, y }) => [x, y])).toEqual([
    [10, 0],
    [30, 0],
    [20, 25],
    [110, 0],
  ]);
  expect(plan.focal_point).toEqual({ x: 60, y: -75 });
  expect(notes).toEqual(['The file has no x and y: sections are laid out side by side, each as a grid.']);
});

test('semicolons separate too, with a decimal comma, which is told', () => {
  const { places, notes } = imported(lines('seat;category;x;y', '1;Gold;1,5;-2', '2;Gold;3;4.25'));
  expect(places.map(({ x, y }) => [x, y])).toEqual([
    [1.5, -2],
    [3, 4.25],
  ]);
  expect(notes).toEqual(['Fields are separated by semicolons, and a comma in x or y is a decimal point.']);
});

describe('a fault of a CSV file names its line:', () => {
  test.each<[string, string[]]>([
    ['', ['line 1: has no header: section,row,seat,category,x,y,flags']],
    ['a,b\n1,2', ['line 1: has no column seat and no category: section,row,seat,category,x,y,flags']],
    ['seat,category,seat\n', ['line 1: has two columns seat']],
    [`${'a,'.repeat(100)}b\n`, ['line 1: has 101 columns: a file has at most 100']],
    [lines('seat,category', '1,Gold', ',Gold', '3,'), ['line 3: has no seat', 'line 4: has no category']],
    [lines('seat,category', '1,Gold,more'), ['line 2: has 3 fields, but the header has 2']],
    [lines('row,seat,category', 'A,1,Gold', '"A\n",2,Gold', 'A,1,Tin'), ['line 5: has the label "A1", as has line 2']],
    [lines('seat,category', '"1,Gold'), ['line 2: a quoted field has no end']],
    [lines('seat,category', '"1"2,Gold'), ['line 2: has text behind a quoted field']],
    [
      lines('seat,category,x,y', '1,Gold,1,', '2,Gold,far,3', '3,Gold,,', '4,Gold,1,9e9'),
      [
        'line 2: has no y: every line has x and y, or none',
        'line 3: has an x that is no number: far',
        'line 4: has no x: every line has x and y, or none',
        'line 4: has no y: every line has x and y, or none',
        'line 5: has an y beyond 1000000',
      ],
    ],
    [
      lines('seat,category,flags', '1,Gold,vip'),
      ['line 2: has a flag that is none of accessible, companion, restricted_view, aisle: vip'],
    ],
    [lines('seat,category', `1,${'x'.repeat(101)}`), ['line 2: has a category of over 100 characters']],
  ])('%j', (text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });
});
