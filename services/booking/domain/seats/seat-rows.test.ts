import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { seatRows } from './seat-rows.ts';

/** Neighbours, in lines: `17 15` are beside each other. Labels may leave their row's name out: it is `A`. */
const neighbours = (...labels: (string | number)[]) =>
  seatRows(labels.map((seat) => ({ seat: typeof seat === 'number' ? `A${seat}` : seat }))).flatMap(
    ({ seats, isBeside }) => {
      const runs: string[] = [];
      for (const [i, { seat }] of seats.entries()) {
        if (isBeside[i]) runs[runs.length - 1] += ` ${seat.replace(/^A(?=\d)/, '')}`;
        else runs.push(seat.replace(/^A(?=\d)/, ''));
      }
      return runs;
    },
  );

const from = (first: number, last: number, step = first < last ? 1 : -1) =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);

const line = (...numbers: number[]) => numbers.join(' ');

describe('a row that counts by one', () => {
  test('goes up or down', () => {
    expect(neighbours(1, 2, 3, 4)).toEqual(['1 2 3 4']);
    expect(neighbours(4, 3, 2, 1)).toEqual(['4 3 2 1']);
  });

  test('has a gap where numbers are missing', () => {
    expect(neighbours(1, 2, 3, 5, 6, 7, 9, 10)).toEqual(['1 2 3', '5 6 7', '9 10']);
    expect(neighbours(5, 7)).toEqual(['5', '7']);
    expect(neighbours(10, 20, 30)).toEqual(['10', '20', '30']);
  });

  test('goes by its numbers where one came later', () => {
    expect(neighbours(1, 2, 4, 5, 6, 3)).toEqual(['1 2 3 4 5 6']);
  });

  test('goes by its numbers where the hall comes in no order', () => {
    const labels = ['B2', 'A3', 'C1', 'A1', 'B3', 'C2', 'A2', 'B1', 'C3', 'A5', 'B5', 'C4', 'B4'];
    expect(neighbours(...labels)).toEqual(['B1 B2 B3 B4 B5', '1 2 3', '5', 'C1 C2 C3 C4']);
    // Each comes as 1 3 5 2 4 would.
    const columns = [1, 3, 5, 2, 4].flatMap((number) => ['A', 'B', 'C'].map((row) => `${row}${number}`));
    expect(neighbours(...columns)).toEqual(['1 2 3 4 5', 'B1 B2 B3 B4 B5', 'C1 C2 C3 C4 C5']);
    const few = [3, 1, 2, 4].flatMap((number) => ['A', 'B', 'C'].map((row) => `${row}${number}`));
    expect(neighbours(...few)[0]).toEqual('1 2 3 4');
  });
});

describe('a row that counts by two', () => {
  test('has its 1 and 2 in the middle', () => {
    const row = [...from(17, 1, -2), ...from(2, 18, 2)];
    expect(neighbours(...row)).toEqual([line(...row)]);
    expect(neighbours(...[...row].reverse())).toEqual([line(...[...row].reverse())]);
    const hundred = [105, 103, 101, 102, 104, 106];
    expect(neighbours(...hundred)).toEqual([line(...hundred)]);
  });

  test('has its highest in the middle', () => {
    const row = [...from(1, 17, 2), ...from(18, 2, -2)];
    expect(neighbours(...row)).toEqual([line(...row)]);
  });

  test('may have an odd number of seats', () => {
    expect(neighbours(1, 3, 5, 7, 6, 4, 2)).toEqual(['1 3 5 7 6 4 2']);
    expect(neighbours(7, 5, 3, 1, 2, 4, 6)).toEqual(['7 5 3 1 2 4 6']);
  });

  test('has gaps where seats are missing, in the middle too', () => {
    expect(neighbours(17, 15, 11, 9, 7, 5, 3, 1, 2, 4, 6, 10, 12)).toEqual(['17 15', '11 9 7 5 3 1 2 4 6', '10 12']);
    expect(neighbours(9, 7, 5, 3, 2, 4, 6, 8)).toEqual(['9 7 5 3', '2 4 6 8']);
    expect(neighbours(9, 7, 5, 3, 1, 4, 6, 8)).toEqual(['9 7 5 3 1', '4 6 8']);
    expect(neighbours(21, 19, 17, 15, 16, 18, 20)).toEqual(['21 19 17 15', '16 18 20']);
  });

  test('has sides that do not meet where one is listed after the other', () => {
    expect(neighbours(1, 3, 5, 7, 2, 4, 6, 8)).toEqual(['1 3 5 7', '2 4 6 8']);
    expect(neighbours(8, 6, 4, 2, 7, 5, 3, 1)).toEqual(['8 6 4 2', '7 5 3 1']);
    expect(neighbours(105, 103, 101, 102, 100, 98)).toEqual(['105 103 101', '102 100 98']);
  });

  test('may have one side only', () => {
    expect(neighbours(1, 3, 5, 7)).toEqual(['1 3 5 7']);
    expect(neighbours(3, 1, 2, 4)).toEqual(['3 1 2 4']);
    expect(neighbours(2, 4, 6, 8, 12, 14)).toEqual(['2 4 6 8', '12 14']);
  });

  test('keeps its order where one came later', () => {
    expect(neighbours(9, 7, 5, 3, 1, 4, 6, 8, 2)).toEqual(['9 7 5 3 1 2 4 6 8']);
    expect(neighbours(9, 7, 3, 1, 2, 4, 6, 8, 5)).toEqual(['9 7 5 3 1 2 4 6 8']);
  });

  test('goes by the rest of the hall where it is short', () => {
    const hall = [...from(9, 1, -2), ...from(2, 10, 2)].map((number) => `B${number}`);
    expect(neighbours(...hall, 3, 1, 2).slice(1)).toEqual(['3 1 2']);
    expect(neighbours(...hall, 5, 7).slice(1)).toEqual(['5 7']);
    expect(neighbours(...hall, 2, 1).slice(1)).toEqual(['2 1']);
    expect(neighbours(...hall, 1, 3, 2).slice(1)).toEqual(['1 3 2']);
    expect(neighbours(...hall, 5, 3, 2).slice(1)).toEqual(['5 3', '2']);
    const byOne = from(1, 9).map((number) => `B${number}`);
    expect(neighbours(...byOne, 5, 7).slice(1)).toEqual(['5', '7']);
    expect(neighbours(...byOne, 1, 3, 5).slice(1)).toEqual(['1', '3', '5']);
  });

  test('is known by its turn where a seat is missing', () => {
    const byOne = from(1, 9).map((number) => `B${number}`);
    expect(neighbours(...byOne, 5, 1, 2, 4, 6).slice(1)).toEqual(['5', '1 2 4 6']);
    expect(neighbours(...byOne, 5, 1, 2, 4).slice(1)).toEqual(['5', '1 2 4']);
    expect(neighbours(...byOne, 1, 5, 6, 4, 2).slice(1)).toEqual(['1', '5 6 4 2']);
    expect(neighbours(...byOne, 1, 5, 2, 4, 6).slice(1)).toEqual(['1', '5', '2 4 6']);
    expect(neighbours(...byOne, 1, 3, 4, 2).slice(1)).toEqual(['1 2 3 4']);
  });

  test('is known in a hall that comes column by column', () => {
    const row = [...from(9, 1, -2), ...from(2, 10, 2)];
    const labels = row.flatMap((number) => [`A${number}`, `B${number}`]);
    expect(neighbours(...labels)[0]).toEqual(line(...row));
  });

  test('is known in a hall that lists one side of all rows after the other', () => {
    const side = (numbers: number[]) => ['A', 'B', 'C'].flatMap((row) => numbers.map((number) => `${row}${number}`));
    expect(neighbours(...side([1, 3, 5, 7]), ...side([2, 4, 6, 8])).slice(0, 2)).toEqual(['1 3 5 7', '2 4 6 8']);
    expect(neighbours(...side([1, 3]), ...side([2, 4])).slice(0, 2)).toEqual(['1 3', '2 4']);
    expect(neighbours(...side([7, 5, 3, 1]), ...side([2, 4, 6, 8]))[0]).toEqual('7 5 3 1 2 4 6 8');
  });
});

describe('a row', () => {
  test('may count by more as a whole', () => {
    expect(neighbours(10, 20, 30, 40)).toEqual(['10 20 30 40']);
    expect(neighbours(10, 20, 30, 50)).toEqual(['10', '20', '30', '50']);
  });

  test('has the seat of a suffix beside that of its number', () => {
    expect(neighbours('A9', 'A10', 'A10 bis', 'A11')).toEqual(['9 10 10 bis 11']);
    expect(neighbours('A9', 'A10 bis', 'A12')).toEqual(['9 10 bis', '12']);
  });

  test('has halves or sides by suffix', () => {
    expect(neighbours('A1L', 'A1R', 'A2L', 'A2R')).toEqual(['1L 1R 2L 2R']);
    expect(neighbours('A3L', 'A2L', 'A1L', 'A1R', 'A2R', 'A3R')).toEqual(['3L 2L 1L 1R 2R 3R']);
    expect(neighbours('A1L', 'A2L', 'A3L', 'A1R', 'A2R', 'A3R')).toEqual(['1L 2L 3L', '1R 2R 3R']);
    expect(neighbours('A3L', 'A2L', 'A2R', 'A3R')).toEqual(['3L 2L', '2R 3R']);
  });

  test('is of one section', () => {
    expect(neighbours('101-A1', '101-A2', '102-A3', '102-A4')).toEqual(['101-A1 101-A2', '102-A3 102-A4']);
    expect(neighbours('1-12-1', '11-2-2')).toEqual(['1-12-1', '11-2-2']);
    expect(neighbours('Balcony A1', 'Stalls A2')).toEqual(['Balcony A1', 'Stalls A2']);
    expect(neighbours('Box 1 Seat 1', 'Box 2 Seat 2')).toEqual(['Box 1 Seat 1', 'Box 2 Seat 2']);
  });

  test('is one, whatever form its labels have', () => {
    for (const form of [
      'Row 3 Seat #',
      'Parkett Reihe 3 Platz #',
      'R3S#',
      'C3.#',
      '3/#',
      '101 C#',
      '1階3列#番',
      'Fila 3 Butaca #',
    ]) {
      const labels = [1, 2, 4].map((number) => form.replace('#', String(number)));
      expect(neighbours(...labels)).toEqual([`${labels[0]} ${labels[1]}`, labels[2]!]);
    }
  });

  test('is that of the letter or that of the number in 1A, as the order says', () => {
    expect(neighbours('1A', '1B', '1C', '2A', '2B', '2C')).toEqual(['1A 1B 1C', '2A 2B 2C']);
    expect(neighbours('1A', '2A', '3A', '1B', '2B', '3B')).toEqual(['1A 2A 3A', '1B 2B 3B']);
  });

  test('begins anew where a number comes again', () => {
    expect(neighbours('A1', 'A2', 'A 1', 'A 2')).toEqual(['1 2', 'A 1 A 2']);
    expect(neighbours('A1', 'A01', 'A001')).toEqual(['1', '01', '001']);
  });

  test('is each place that has no number', () => {
    expect(neighbours('GA', 'Standing', 'Lounge', 'GA')).toEqual(['GA', 'Standing', 'Lounge', 'GA']);
  });

  test('has every seat once, whatever the labels', () => {
    const part = fc.constantFrom(
      'A',
      'B',
      '1',
      '2',
      '12',
      ' ',
      '-',
      '.',
      'Row ',
      'Seat ',
      'bis',
      'L',
      'GA',
      '列',
      '番',
    );
    const label = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(label, { maxLength: 30 }), (labels) => {
        const seats = labels.map((seat, at) => ({ seat, at }));
        const rows = seatRows(seats);
        expect(rows.flatMap((row) => row.seats.map(({ at }) => at)).sort((a, b) => a - b)).toEqual(
          seats.map(({ at }) => at),
        );
        for (const row of rows) expect([row.isBeside.length, row.isBeside[0]]).toEqual([row.seats.length, false]);
      }),
    );
  });
});
