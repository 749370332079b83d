import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { inOneGo } from '../../../../shared/async/in-slices.ts';
import { seatsByRow } from './best-seats.ts';
import type { OfferedSeat } from './candidates.ts';

/** Returns the uuids of the seats that a choice would leave alone, in the order of the rows. */
function strandedBy(seats: OfferedSeat[], uuids: ReadonlySet<string>): string[] {
  const candidates = inOneGo(seatsByRow(seats, { mayStrand: true }));
  const placesOf = (is: (seat: OfferedSeat) => boolean) =>
    candidates.seats.flatMap((seat, place) => (is(seat) ? [place] : []));
  const taken = Uint8Array.from(candidates.seats, ({ free }) => Number(!free));
  const stranded = candidates.strandedBy(new Set(placesOf(({ uuid }) => uuids.has(uuid))), taken);
  return stranded.map((place) => candidates.seats[place]!.uuid);
}

/**
 * A row from a picture: `.` is free, `x` taken, `o` chosen and `@` chosen and marked as taken; the uuid is the label.
 */
const row = (name: string, picture: string): OfferedSeat[] =>
  [...picture].map((at, i) => ({
    uuid: `${name}${i + 1}`,
    seat: `${name}${i + 1}`,
    price: 100,
    currency: 'EUR',
    free: at === '.' || at === 'o',
  }));

const chosenIn = (name: string, picture: string) =>
  [...picture].flatMap((at, i) => (at === 'o' || at === '@' ? [`${name}${i + 1}`] : []));

const stranded = (...pictures: string[]) => {
  const rows = pictures.map((picture, i) => [String.fromCharCode(65 + i), picture] as const);
  return strandedBy(
    rows.flatMap(([name, picture]) => row(name, picture)),
    new Set(rows.flatMap(([name, picture]) => chosenIn(name, picture))),
  );
};

describe('a choice strands', () => {
  test('a seat at the end of its row or beside a taken one', () => {
    expect(stranded('.oo..')).toEqual(['A1']);
    expect(stranded('x.oo..x')).toEqual(['A2']);
    expect(stranded('.oo.')).toEqual(['A1', 'A4']);
    expect(stranded('.o.')).toEqual(['A1', 'A3']);
    expect(stranded('o.o..')).toEqual(['A2']);
    expect(stranded('.@@..')).toEqual(['A1']);
  });

  test('none where so many of the block must leave one', () => {
    expect(stranded('oo.')).toEqual([]);
    expect(stranded('o.o')).toEqual([]);
    expect(stranded('x.ox')).toEqual([]);
    expect(stranded('ooo.')).toEqual([]);
  });

  test('none where two or more stay together, or none at all', () => {
    expect(stranded('oo..')).toEqual([]);
    expect(stranded('o..o')).toEqual([]);
    expect(stranded('oooo')).toEqual([]);
    expect(stranded('..oo..')).toEqual([]);
  });

  test('none that was alone before, or is in another block or row', () => {
    expect(stranded('.xoo..')).toEqual([]);
    expect(stranded('oo..', '.x..')).toEqual([]);
    expect(stranded('oo..x.o..')).toEqual(['A6']);
    expect(stranded('oo', '.o.')).toEqual(['B1', 'B3']);
  });

  test('none behind a gap of the numbers or the middle of a row by two', () => {
    const seats = (numbers: number[]) => numbers.flatMap((number) => row('A', '.'.repeat(number)).slice(-1));
    expect(strandedBy(seats([1, 3, 4, 5, 6]), new Set(['A3', 'A4']))).toEqual([]);
    const byTwo = seats([7, 5, 3, 1, 2, 4, 6, 8]);
    expect(strandedBy(byTwo, new Set(['A3', 'A1']))).toEqual([]);
    expect(strandedBy(byTwo, new Set(['A5', 'A3']))).toEqual(['A7']);
  });

  test('no place to stand and no table that is sold whole', () => {
    const three = (name: string) =>
      [1, 2, 3].map((i) => ({ uuid: `${i}`, seat: `${name} ${i}`, price: 1, currency: 'EUR', free: true }));
    for (const name of ['GA', 'Standing', 'Table', 'Box']) expect(strandedBy(three(name), new Set(['2']))).toEqual([]);
    expect(strandedBy(three('Balcony'), new Set(['2']))).toEqual(['1', '3']);
  });

  test('seats that are alone though as many could have been taken without', () => {
    const picture = fc
      .array(fc.constantFrom('.', 'o', 'x'), { minLength: 1, maxLength: 9 })
      .map((marks) => marks.join(''));
    fc.assert(
      fc.property(picture, (picture) => expect(stranded(picture)).toEqual(slowly(picture))),
      { numRuns: 500 },
    );
  });
});

/** Tries every choice of so many in each block, and returns the seats that it leaves alone beyond the minimum. */
function slowly(picture: string): string[] {
  const found: string[] = [];
  for (const { 0: block, index } of picture.matchAll(/[.o]+/g)) {
    const alone = (marks: string) =>
      [...marks].flatMap((at, i) => (at === '.' && marks[i - 1] !== '.' && marks[i + 1] !== '.' ? [i] : []));
    const chosen = [...block].filter((at) => at === 'o').length;
    if (chosen === 0) continue;
    const others = Array.from({ length: 2 ** block.length }, (_, bits) =>
      [...block].map((_, i) => ((bits >> i) & 1 ? 'o' : '.')).join(''),
    );
    const least = Math.min(
      ...others
        .filter((marks) => [...marks].filter((at) => at === 'o').length === chosen)
        .map((marks) => alone(marks).length),
    );
    if (alone(block).length > least) found.push(...alone(block).map((i) => `A${index + i + 1}`));
  }
  return found;
}
