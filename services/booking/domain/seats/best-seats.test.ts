import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { inOneGo } from '../../../../shared/async/in-slices.ts';
import { seatsByRow } from './best-seats.ts';
import type { OfferedSeat, Wish } from './candidates.ts';

/** Returns the uuids of the seats that a choice would leave alone, in the order of the rows. */
function strandedBy(seats: OfferedSeat[], uuids: ReadonlySet<string>): string[] {
  const candidates = inOneGo(seatsByRow(seats, { mayStrand: true }));
  const placesOf = (is: (seat: OfferedSeat) => boolean) =>
    candidates.seats.flatMap((seat, place) => (is(seat) ? [place] : []));
  const taken = Uint8Array.from(candidates.seats, ({ free }) => Number(!free));
  const stranded = candidates.strandedBy(new Set(placesOf(({ uuid }) => uuids.has(uuid))), taken);
  return stranded.map((place) => candidates.seats[place]!.uuid);
}

/** A row from a picture: `.` is free, `x` is taken; the uuid is the label. */
const row = (name: string, picture: string, price = 100, currency = 'EUR'): OfferedSeat[] =>
  [...picture].map((at, i) => seatOf(`${name}${i + 1}`, { price, currency, free: at === '.' }));

const seatOf = (seat: string, more: Partial<OfferedSeat> = {}): OfferedSeat => ({
  uuid: seat,
  seat,
  price: 100,
  currency: 'EUR',
  free: true,
  ...more,
});

/** The best sets, 64 at most. */
function bestSeats(seats: OfferedSeat[], wish: Wish, { mayStrand = true } = {}): string[][] {
  const candidates = inOneGo(seatsByRow(seats, { mayStrand }));
  const taken = Uint8Array.from(candidates.seats, ({ free }) => Number(!free));
  return candidates.find(wish, taken, 64).map((places) => places.map((place) => candidates.seats[place]!.uuid));
}

const best = (seats: OfferedSeat[], quantity: number, wish = {}) => bestSeats(seats, { quantity, ...wish })[0];

describe('the best seats', () => {
  test('are beside each other, in the middle of the row in front', () => {
    expect(best([...row('A', '.........'), ...row('B', '.........')], 3)).toEqual(['A4', 'A5', 'A6']);
  });

  test('leave no single seat behind where that can be avoided', () => {
    // Two of five: in the middle a single seat would be left on one side.
    expect(best(row('A', 'x.....x'), 2)).toEqual(['A2', 'A3']);
    expect(best([...row('A', '...'), ...row('B', '....')], 2)).toEqual(['B1', 'B2']);
    expect(best(row('A', '...'), 2)).toHaveLength(2);
  });

  test('are in another row when the one in front has no room', () => {
    expect(best([...row('A', '..x..x..'), ...row('B', 'x...x')], 3)).toEqual(['B2', 'B3', 'B4']);
  });

  test('are the dearer ones, up to the maximum price', () => {
    const seats = [...row('A', '..', 300), ...row('B', '..', 200), ...row('C', '..', 100)];
    expect(best(seats, 2)).toEqual(['A1', 'A2']);
    expect(best(seats, 2, { maxPrice: 200 })).toEqual(['B1', 'B2']);
    expect(best(seats, 2, { maxPrice: 99 })).toBeUndefined();
  });

  test('are in the wished section', () => {
    const seats = [...row('101-A', '..', 300), ...row('102-A', '..')];
    expect(best(seats, 2, { section: '102' })).toEqual(['102-A1', '102-A2']);
    expect(best(seats, 2, { section: '103' })).toBeUndefined();
    expect(best(seats, 4)).toHaveLength(4);
  });

  test('are in as few groups as possible when no row has so many', () => {
    expect(best([...row('A', '.x..x'), ...row('B', '...x.')], 5)?.sort()).toEqual(['A3', 'A4', 'B1', 'B2', 'B3']);
  });

  test('numbers with a gap between are no neighbours, and a label without a number has none', () => {
    const seats = ['A1', 'A2', 'A4', 'Box', 'Lounge'].map((seat) => seatOf(seat));
    expect(best(seats, 2)).toEqual(['A1', 'A2']);
    expect(best(seats, 3)).toHaveLength(3);
  });

  test('are neighbours as the hall has them, not as the numbers go', () => {
    const numbers = [9, 7, 5, 3, 1, 2, 4, 6, 8, 10];
    expect(
      best(
        numbers.map((number) => seatOf(`A${number}`)),
        2,
      ),
    ).toEqual(['A1', 'A2']);
    const side = numbers.map((number) => seatOf(`A${number}`, { free: number !== 1 }));
    expect(best(side, 4)).toEqual(['A9', 'A7', 'A5', 'A3']);
  });

  test('are in the middle by place, not by number', () => {
    const numbers = [1, 2, 3, 4, 5, 101, 102, 103, 104];
    expect(
      best(
        numbers.map((number) => seatOf(`A${number}`)),
        1,
      ),
    ).toEqual(['A5']);
  });

  test('are never in two sections, whatever their rows are called', () => {
    const seats = ['1-12-1', '11-2-2', 'Box A1', 'Stalls A2', '2-B1', '2-B2'].map((seat) => seatOf(seat));
    expect(bestSeats(seats, { quantity: 2 })).toEqual([['2-B1', '2-B2']]);
  });

  test('are in the wished section, in whatever form and case', () => {
    const seats = [seatOf('Parkett Reihe 3 Platz 5'), seatOf('Rang Reihe 1 Platz 5'), seatOf('101 C12'), seatOf('GA')];
    expect(best(seats, 1, { section: ' PARKETT ' })).toEqual(['Parkett Reihe 3 Platz 5']);
    expect(best(seats, 1, { section: 'rang' })).toEqual(['Rang Reihe 1 Platz 5']);
    expect(best(seats, 1, { section: 'Section 101' })).toEqual(['101 C12']);
    expect(best(seats, 1, { section: 'ga' })).toEqual(['GA']);
    expect(best(seats, 1, { section: 'park' })).toBeUndefined();
  });

  test('are of one currency, that of most seats where it has so many', () => {
    const seats = [...row('A', '..', 900, 'JPY'), ...row('B', '...', 100)];
    expect(bestSeats(seats, { quantity: 2 })[0]![0]).toStartWith('B');
    expect(best([...row('A', '..', 900, 'JPY'), ...row('B', '.xx', 100)], 2)).toEqual(['A1', 'A2']);
    const mixed = [seatOf('A1'), seatOf('A2', { currency: 'USD' }), seatOf('A3'), seatOf('B1')];
    expect(best(mixed, 3)?.sort()).toEqual(['A1', 'A3', 'B1']);
    expect(best(mixed, 4)).toBeUndefined();
    // Together in the one goes before scattered in the other.
    expect(best([...row('A', '.x.x.'), ...row('B', '..', 100, 'USD')], 2)).toEqual(['B1', 'B2']);
  });

  test('leave alone only a seat without a free neighbour, at whatever price', () => {
    const seats = [...row('A', '.', 300), ...row('A', 'x....').slice(1)];
    expect(bestSeats(seats, { quantity: 3, maxPrice: 200 })).toEqual([['A3', 'A4', 'A5']]);
    expect(best(seats, 3, { maxPrice: 200 })).toEqual(['A3', 'A4', 'A5']);
  });

  test('strand no seat where that is forbidden, and may have to where a row leaves no other way', () => {
    const dear = [...row('A', '..', 300), ...row('A', 'xx...').slice(2)];
    // Only A1 and A2 cost so much: A3 would not be alone.
    expect(best(dear, 1, {})).toEqual(['A1']);
    const middle = [seatOf('A1'), seatOf('A2', { price: 50 }), seatOf('A3')];
    expect(best(middle, 1, { maxPrice: 50 })).toEqual(['A2']);
    expect(bestSeats(middle, { quantity: 1, maxPrice: 50 }, { mayStrand: false })).toEqual([]);
    expect(bestSeats(row('A', '...'), { quantity: 2 }, { mayStrand: false })).toHaveLength(1);
    // Scattered: one of the two cheap ones, and one more, but not the one between two.
    const cheap = [...middle, ...row('B', '.', 50), ...row('C', '.', 50)];
    expect(bestSeats(cheap, { quantity: 2, maxPrice: 50 }, { mayStrand: false })).toEqual([['B1', 'C1']]);
    expect(best(cheap, 2, { maxPrice: 50 })).toEqual(['A2', 'B1']);
    // A1 or A3 alone strands no seat, but both strand A2.
    const ends = [1, 2, 3, 4, 5].map((number) =>
      seatOf(`A${number}`, { price: number === 1 || number === 3 ? 50 : 90 }),
    );
    const more = [...ends, ...row('B', '.', 50)];
    expect(bestSeats(more, { quantity: 2, maxPrice: 50 }, { mayStrand: false })).toEqual([['A1', 'B1']]);
  });

  test('are not spared for a place to stand', () => {
    const standing = [1, 2, 3].map((number) => seatOf(`GA ${number}`));
    expect(bestSeats(standing, { quantity: 2 }, { mayStrand: false })).toHaveLength(1);
    expect(bestSeats(standing, { quantity: 1 }, { mayStrand: false })).toHaveLength(3);
  });

  test('come in as many choices as are asked for', () => {
    expect(bestSeats(row('A', '.'.repeat(200)), { quantity: 2 })).toHaveLength(64);
  });

  test('further choices overlap with none before', () => {
    const sets = bestSeats([...row('A', '........'), ...row('B', '........')], { quantity: 2 });
    expect(sets.length).toBeGreaterThan(4);
    expect(new Set(sets.flat()).size).toBe(sets.flat().length);
  });

  test('begin at an own place where that leaves as few alone', () => {
    const candidates = inOneGo(seatsByRow([...row('A', '......'), ...row('B', '...')], { mayStrand: true }));
    const find = (quantity: number, isOwn: (place: number) => boolean) =>
      candidates.find({ quantity }, new Uint8Array(9), 9, isOwn);
    expect(find(2, () => true)).toEqual([[2, 3]]);
    expect(find(2, (place) => place === 4)).toEqual([[4, 5]]);
    // Each pair of the row behind leaves one alone, and so does the second of the six.
    expect(find(2, (place) => place > 5 || place === 1)).toEqual([
      [2, 3],
      [0, 1],
      [4, 5],
    ]);
  });

  test('of any hall are the best there are, by a brute-force search', () => {
    fc.assert(
      fc.property(halls, wishes, fc.boolean(), (hall, wish, mayStrand) => {
        const seats = hall.flat().filter((seat) => seat !== undefined);
        const found = bestSeats(seats, wish, { mayStrand });
        const slow = slowly(hall, wish, mayStrand);
        for (const set of found) {
          expect(new Set(set).size).toBe(wish.quantity);
          const places = set.map((uuid) => seats.find((seat) => seat.uuid === uuid)!);
          expect(places.every((seat) => fits(seat, wish))).toBe(true);
          expect(new Set(places.map(({ currency }) => currency)).size).toBe(1);
          if (!mayStrand) expect(strandedBy(seats, new Set(set))).toEqual([]);
        }
        expect(new Set(found.flat()).size).toBe(found.flat().length);
        const [first, ...further] = found.map((set) => slow.find(({ uuids }) => uuids.join() === set.join()));
        if (slow.length > 0) {
          expect(first?.merit).toEqual(slow[0]!.merit);
          for (const set of further) expect(set?.merit.slice(0, 2)).toEqual(first!.merit.slice(0, 2));
        } else if (found.length === 0 && mayStrand) {
          for (const currency of ['EUR', 'USD']) {
            const left = seats.filter((seat) => fits(seat, wish) && seat.currency === currency);
            expect(left.length).toBeLessThan(wish.quantity);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

type HallSeat = OfferedSeat & { section: string };
/** A seat that is missing from the row is a gap. */
type HallRow = (HallSeat | undefined)[];

const counts: Record<string, (size: number) => number[]> = {
  up: (size) => upTo(size),
  down: (size) => upTo(size).reverse(),
  fromTheMiddle: (size) => [...odd(size).reverse(), ...even(size)],
  fromTheMiddleMirrored: (size) => [...even(size).reverse(), ...odd(size)],
  fromOutside: (size) => [...odd(size), ...even(size).reverse()],
  oddOnly: (size) => upTo(size).map((number) => 2 * number - 1),
  evenOnly: (size) => upTo(size).map((number) => 2 * number),
  byTen: (size) => upTo(size).map((number) => 10 * number),
};
const upTo = (size: number) => Array.from({ length: size }, (_, i) => i + 1);
const odd = (size: number) => upTo(size).filter((number) => number % 2 === 1);
const even = (size: number) => upTo(size).filter((number) => number % 2 === 0);

const forms: ((section: string, row: number, number: number) => string)[] = [
  (section, row, number) => `${section}-${String.fromCharCode(65 + row)}${number}`,
  (section, row, number) => `${section} ${String.fromCharCode(65 + row)}${number}`,
  (section, row, number) => `${section}/${row + 1}/${number}`,
  (section, row, number) => `${section} Row ${row + 1} Seat ${number}`,
  (section, row, number) => `Section ${section} Reihe ${row + 1} Platz ${number}`,
  (section, row, number) => `${section} ${row + 1}列${number}番`,
];

const hallRow = fc.record({
  count: fc.constantFrom(...Object.keys(counts)),
  half: fc.integer({ min: 4, max: 5 }),
  section: fc.constantFrom('101', '102'),
  missing: fc.option(fc.nat(9), { nil: -1 }),
  seats: fc.array(
    fc.record({
      free: fc.boolean(),
      price: fc.constantFrom(100, 200),
      isUsd: fc.constantFrom(false, false, false, true),
    }),
    {
      minLength: 10,
      maxLength: 10,
    },
  ),
});

const halls = fc.tuple(fc.constantFrom(...forms), fc.array(hallRow, { maxLength: 4 })).map(([form, rows]) =>
  rows.map(({ count, half, section, missing, seats }, row): HallRow => {
    // Of those that count by ten as a whole none is missing; 5 7 6 4 may have no 8.
    const numbers = counts[count]!(2 * half);
    const isWhole = (number: number) => count === 'byTen' || (count === 'fromOutside' && number === 2 * half);
    return numbers.map((number, at) => {
      if (at === missing && !isWhole(number)) return undefined;
      const { free, price, isUsd } = seats[at]!;
      const seat = form(section, row, number);
      return { uuid: seat, seat, price, currency: isUsd ? 'USD' : 'EUR', free, section };
    });
  }),
);

const wishes = fc.record({
  quantity: fc.integer({ min: 1, max: 5 }),
  maxPrice: fc.constantFrom(undefined, 100, 200),
  section: fc.constantFrom(undefined, '101', '102'),
});

const fits = (seat: OfferedSeat, { maxPrice = 1000, section }: Wish) =>
  seat.free && seat.price <= maxPrice && (section === undefined || seat.seat.includes(section));

/** Returns every set of neighbours that fits, the best first, by trying each. */
function slowly(hall: HallRow[], wish: Wish, mayStrand: boolean): { uuids: string[]; merit: number[] }[] {
  const seats = hall.flat().filter((seat) => seat !== undefined);
  const inCurrency = (currency: string) => seats.filter((seat) => seat.currency === currency).length;
  const currencyFirst = seats[0]?.currency;
  const rankOf = (currency: string) => {
    const other = currency === 'EUR' ? 'USD' : 'EUR';
    const [mine, its] = [inCurrency(currency), inCurrency(other)];
    return mine > its || (mine === its && currency === currencyFirst) ? 0 : 1;
  };
  const found = hall.flatMap((row, rank) => {
    const present = row.filter((seat) => seat !== undefined);
    return row.flatMap((_, start) => {
      const set = row.slice(start, start + wish.quantity);
      if (set.length < wish.quantity || !set.every((seat) => seat && fits(seat, wish))) return [];
      const places = set as HallSeat[];
      const currencies = new Set(places.map(({ currency }) => currency));
      if (currencies.size > 1) return [];
      const isAlone = (at: number, taken: HallRow) => {
        const isFree = (seat: HallSeat | undefined) => seat?.free && !taken.includes(seat);
        return isFree(row[at]) && !isFree(row[at - 1]) && !isFree(row[at + 1]);
      };
      const stranded = row.filter((_, at) => isAlone(at, set) && !isAlone(at, [])).length;
      const uuids = places.map(({ uuid }) => uuid);
      if (!mayStrand && strandedBy(seats, new Set(uuids)).length > 0) return [];
      const price = places.reduce((sum, seat) => sum + seat.price, 0);
      const first = present.indexOf(places[0]!);
      const fromMiddle = Math.abs(first + (wish.quantity - 1) / 2 - (present.length - 1) / 2);
      return [{ uuids, merit: [rankOf(places[0]!.currency), stranded, -price, rank, fromMiddle] }];
    });
  });
  return found.sort((a, b) => {
    const at = a.merit.findIndex((value, i) => value !== b.merit[i]);
    return at < 0 ? 0 : a.merit[at]! - b.merit[at]!;
  });
}
