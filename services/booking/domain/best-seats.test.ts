import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { bestSeats, type OfferedSeat } from './best-seats.ts';

/** A row from a picture: `.` is free, `x` is taken; the uuid is the label. */
const row = (name: string, picture: string, price = 100): OfferedSeat[] =>
  [...picture].map((at, i) => ({ uuid: `${name}${i + 1}`, seat: `${name}${i + 1}`, price, free: at === '.' }));

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

  test('are the dearer ones, up to what one may cost', () => {
    const seats = [...row('A', '..', 300), ...row('B', '..', 200), ...row('C', '..', 100)];
    expect(best(seats, 2)).toEqual(['A1', 'A2']);
    expect(best(seats, 2, { maxPrice: 200 })).toEqual(['B1', 'B2']);
    expect(best(seats, 2, { maxPrice: 99 })).toBeUndefined();
  });

  test('are in the section that is asked for', () => {
    const seats = [...row('101-A', '..', 300), ...row('102-A', '..')];
    expect(best(seats, 2, { section: '102' })).toEqual(['102-A1', '102-A2']);
    expect(best(seats, 2, { section: '103' })).toBeUndefined();
    expect(best(seats, 4)).toHaveLength(4);
  });

  test('are in as few groups as can be when no row has so many', () => {
    expect(best([...row('A', '.x..x'), ...row('B', '...x.')], 5)?.sort()).toEqual(['A3', 'A4', 'B1', 'B2', 'B3']);
  });

  test('numbers with a gap between are no neighbours, and a label without a number has none', () => {
    const seats = ['A1', 'A2', 'A4', 'Box', 'Lounge'].map((seat) => ({ uuid: seat, seat, price: 1, free: true }));
    expect(best(seats, 2)).toEqual(['A1', 'A2']);
    expect(best(seats, 3)).toHaveLength(3);
  });

  test('further choices overlap with none before', () => {
    const sets = bestSeats([...row('A', '........'), ...row('B', '........')], { quantity: 2 });
    expect(sets.length).toBeGreaterThan(4);
    expect(new Set(sets.flat()).size).toBe(sets.flat().length);
  });

  test('whatever the plan: free, enough, within the price, and together wherever a row has so many', () => {
    const plan = fc.array(fc.tuple(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), fc.nat(3)), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(plan, fc.integer({ min: 1, max: 6 }), fc.nat(3), (rows, quantity, maxPrice) => {
        const seats = rows.flatMap(([free, price], i) =>
          row(String.fromCharCode(65 + i), free.map((is) => (is ? '.' : 'x')).join(''), price),
        );
        const fitting = seats.filter(({ free, price }) => free && price <= maxPrice).map(({ uuid }) => uuid);
        const found = best(seats, quantity, { maxPrice });
        expect(found !== undefined).toBe(fitting.length >= quantity);
        if (!found) return;
        expect(new Set(found).size).toBe(quantity);
        expect(found.filter((uuid) => !fitting.includes(uuid))).toEqual([]);
        const together = (uuids: string[]) =>
          uuids.every(
            (uuid, i) =>
              i === 0 || (uuid[0] === uuids[0]![0] && Number(uuid.slice(1)) === Number(uuids[0]!.slice(1)) + i),
          );
        const exists = fitting.some(
          (_, i) => together(fitting.slice(i, i + quantity)) && i + quantity <= fitting.length,
        );
        expect(together(found)).toBe(exists);
      }),
    );
  });
});
