import type { OfferedSeat } from './candidates.ts';
import type { SeatRow } from './seat-rows.ts';

/**
 * Bits of a place's `kind`: what only some wishes get (`forAccess` is an accessible place, or a companion's), and
 * whether it is in a pool.
 */
export const kinds = {
  restrictedView: 1,
  forAccess: 2,
  accessible: 4,
  companion: 8,
  wholeTable: 16,
  inPool: 32,
} as const;

/**
 * How the places of a row are beside each other: as `isBeside` tells; or in a pool all of them, at a table, or in a
 * general admission area.
 */
export const shapes = { line: 0, table: 1, area: 2 } as const;

/** The rows of a hall one after the other. By place: `isBeside` the one before, and the properties of its seat. */
export type Hall = {
  size: number;
  /** The start of each row, and the end of the last; and by row its shape. */
  rowStarts: number[];
  shape: number[];
  hasPools: boolean;
  isBeside: Uint8Array;
  /** Where a single place is no loss. */
  isLoose: Uint8Array;
  price: Float64Array;
  currency: Uint16Array;
  /** The index of the names that its row goes by. */
  named: Uint32Array;
  /** The index of its category; that of the empty name without one. */
  category: Uint16Array;
  kind: Uint8Array;
  /** Its row. */
  row: Uint32Array;
  /** How far it is from the best place, by a plan. */
  away?: Float64Array;
  /** Where it is, by a plan; NaN where that is not known. */
  x?: Float64Array;
  y?: Float64Array;
  /** By number; the currency that goes first before. */
  currencies: string[];
  names: Name[];
  categories: string[];
};

/** A hall, and the seats at its places: they are not needed to choose. */
export type SeatedHall = { hall: Hall; seats: OfferedSeat[] };

/** The name of a section or an area; or of a table, and its section. */
export type Name = { section: string; table?: string };

const stepSeats = 1000;

export function emptyHall(size: number, currencies: string[]): Hall {
  return {
    size,
    rowStarts: [],
    shape: [],
    hasPools: false,
    isBeside: new Uint8Array(size),
    isLoose: new Uint8Array(size),
    price: new Float64Array(size),
    currency: new Uint16Array(size),
    named: new Uint32Array(size),
    category: new Uint16Array(size),
    kind: new Uint8Array(size),
    row: new Uint32Array(size),
    currencies,
    names: [],
    categories: [],
  };
}

/** Writes rows into a hall; `end` closes it, and returns it with the seats at their places. */
export function hallWriter(hall: Hall) {
  const currencies = new Map(hall.currencies.map((currency, i) => [currency, i]));
  const categories = new Map<string, number>();
  const names = new Map<string, number>();
  const seats: OfferedSeat[] = [];
  return {
    beginRow(shape: number): void {
      hall.rowStarts.push(seats.length);
      hall.shape.push(shape);
      hall.hasPools ||= shape !== shapes.line;
    },

    /** Returns its place. */
    add(seat: OfferedSeat, name: Name): number {
      const place = seats.push(seat) - 1;
      const category = seat.category ?? '';
      if (hall.shape.at(-1) !== shapes.line) hall.kind[place]! |= kinds.inPool;
      hall.price[place] = seat.price;
      hall.currency[place] = currencies.get(seat.currency)!;
      hall.row[place] = hall.shape.length - 1;
      hall.named[place] = numberOf(names, `${name.section}\n${name.table ?? ''}`, () => hall.names.push(name));
      hall.category[place] = numberOf(categories, category, () => hall.categories.push(category));
      return place;
    },

    end(): SeatedHall {
      hall.rowStarts.push(seats.length);
      return { hall, seats };
    },
  };
}

function numberOf(known: Map<string, number>, key: string, added: () => void): number {
  const number = known.get(key);
  if (number !== undefined) return number;
  added();
  known.set(key, known.size);
  return known.size - 1;
}

/** Adds rows that were read from labels. */
export function* addRows(
  hall: Hall,
  to: Pick<ReturnType<typeof hallWriter>, 'beginRow' | 'add'>,
  rows: SeatRow<OfferedSeat>[],
): Generator<void, void, void> {
  for (const { seats, isBeside, section, isLoose } of rows) {
    to.beginRow(shapes.line);
    const name = { section };
    for (const [i, seat] of seats.entries()) {
      const place = to.add(seat, name);
      hall.isBeside[place] = Number(isBeside[i]);
      hall.isLoose[place] = Number(isLoose);
      if (place % stepSeats === 0) yield;
    }
  }
}

/** The one with the most seats first, of equals the one that comes first. */
export function currenciesOf(seats: readonly OfferedSeat[]): string[] {
  const counts = new Map<string, number>();
  for (const { currency } of seats) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  return [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!);
}
