import type { Candidates, OfferedSeat, Wish } from './candidates.ts';
import { isSection } from './seat-label.ts';
import { rowsInSteps, type SeatRow } from './seat-rows.ts';
import { strandedInRows } from './stranded-seats.ts';

/** Quantities whose orders are cached; a new one evicts the oldest. */
const maxOrders = 16;
/** Cached names of requested sections, with the sections that they mean. */
const maxNames = 200;
const stepSeats = 1000;

/**
 * Free places beside each other that meet a wish: from `from` up to, not including, `to`; and the whole block.
 */
type Run = { from: number; to: number; blockFrom: number; blockTo: number };

/**
 * The best sets of seats by rows (see `seatRows`); a generator, as reading an arena's labels takes a while.
 *
 * A set has one currency: prices of two can't be compared, so the one that has more of the event's seats goes first,
 * and the next only where it has no set. It is of seats beside each other in one row where such exist. A set that
 * leaves no single seat behind goes before one that does, then the dearer (an organiser's own word for better), then
 * the row in front, then the middle of the row. Further sets overlap with no better one, and leave no more single seats
 * than the first. Unless a set `mayStrand`, none is returned by which `strandedBy` finds a seat left alone. Where no
 * row has so many beside each other, it is one set of as few groups as there can be, of equals the front first.
 */
export function* seatsByRow(
  seats: readonly OfferedSeat[],
  { mayStrand }: { mayStrand: boolean },
): Generator<void, Candidates, void> {
  const hall = yield* layOut(yield* rowsInSteps(seats), currenciesOf(seats));
  const orders = new Map<number, Int32Array[]>();
  const names = new Map<string, { key: string; isIn: Uint8Array }>();
  const prices = [...new Set(hall.price)].sort((a, b) => a - b);

  /** The places where sets of so many may begin, the best first, by currency. */
  function ordersOf(quantity: number): Int32Array[] {
    const known = orders.get(quantity);
    if (known) return known;
    if (orders.size >= maxOrders) orders.delete(orders.keys().next().value!);
    const made = hall.currencies.map((_, currency) => inOrder(hall, quantity, currency));
    orders.set(quantity, made);
    return made;
  }

  function sectionsOf(name: string | undefined): { key: string; isIn: Uint8Array } | undefined {
    if (name === undefined) return undefined;
    const known = names.get(name);
    if (known) return known;
    if (names.size >= maxNames) names.clear();
    const isIn = Uint8Array.from(hall.sections, (section) => Number(isSection(name, section)));
    const meant = { key: hall.sections.filter((_, i) => isIn[i]).join('\n'), isIn };
    names.set(name, meant);
    return meant;
  }

  /** A higher bound that admits no further seat means the same. */
  const boundOf = ({ maxPrice }: Wish) =>
    maxPrice === undefined ? prices.length : prices.findLastIndex((price) => price <= maxPrice) + 1;

  return {
    seats: hall.seats,
    keyOf: (wish) => JSON.stringify([wish.quantity, boundOf(wish), sectionsOf(wish.section)?.key]),
    find(wish, taken, most, isOwn) {
      const { quantity, maxPrice = Number.POSITIVE_INFINITY } = wish;
      const look = { hall, taken, quantity, maxPrice, isIn: sectionsOf(wish.section)?.isIn, mayStrand };
      for (const starts of ordersOf(quantity)) {
        const sets = together(look, starts, most, isOwn);
        if (sets.length > 0) return sets;
      }
      for (const currency of hall.currencies.keys()) {
        const set = fewestGroups(look, currency);
        if (set) return [set];
      }
      return [];
    },
    strandedBy: (chosen, taken) => strandedInRows(hall, chosen, taken),
  };
}

/** The rows one after the other. By place: `isBeside` the one before, and the properties of its seat and row. */
type Hall = {
  seats: OfferedSeat[];
  /** The start of each row, and the end of the last. */
  rowStarts: number[];
  isBeside: Uint8Array;
  isLoose: Uint8Array;
  price: Float64Array;
  currency: Uint16Array;
  section: Uint32Array;
  /** By number; the currency that goes first before. */
  currencies: string[];
  sections: string[];
};

function* layOut(rows: SeatRow<OfferedSeat>[], currencies: string[]): Generator<void, Hall, void> {
  const size = rows.reduce((sum, { seats }) => sum + seats.length, 0);
  const hall: Hall = {
    seats: [],
    rowStarts: [],
    isBeside: new Uint8Array(size),
    isLoose: new Uint8Array(size),
    price: new Float64Array(size),
    currency: new Uint16Array(size),
    section: new Uint32Array(size),
    currencies,
    sections: [],
  };
  const sections = new Map<string, number>();
  const currencyOf = new Map(currencies.map((currency, i) => [currency, i]));
  for (const { seats, isBeside, section, isLoose } of rows) {
    hall.rowStarts.push(hall.seats.length);
    if (!sections.has(section)) sections.set(section, sections.size);
    const sectionAt = sections.get(section)!;
    for (const [i, seat] of seats.entries()) {
      const place = hall.seats.push(seat) - 1;
      hall.isBeside[place] = Number(isBeside[i]);
      hall.isLoose[place] = Number(isLoose);
      hall.price[place] = seat.price;
      hall.currency[place] = currencyOf.get(seat.currency)!;
      hall.section[place] = sectionAt;
      if (place % stepSeats === 0) yield;
    }
  }
  hall.rowStarts.push(size);
  hall.sections = [...sections.keys()];
  return hall;
}

/** The one with the most seats first, of equals the one that comes first. */
function currenciesOf(seats: readonly OfferedSeat[]): string[] {
  const counts = new Map<string, number>();
  for (const { currency } of seats) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  return [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!);
}

/**
 * Where sets of neighbours in a currency begin: the dearer first, then the row in front, then the middle of the row.
 */
function inOrder(hall: Hall, quantity: number, currency: number): Int32Array {
  const byPrice = new Map<number, number[]>();
  const beside = besideFrom(hall);
  for (let row = 0; row + 1 < hall.rowStarts.length; row++) {
    const from = hall.rowStarts[row]!;
    for (const start of fromMiddle(from, hall.rowStarts[row + 1]! - quantity)) {
      if (beside[start]! < quantity || hall.currency[start] !== currency) continue;
      let price = 0;
      for (let place = start; place < start + quantity; place++) price += hall.price[place]!;
      const starts = byPrice.get(price);
      if (starts) starts.push(start);
      else byPrice.set(price, [start]);
    }
  }
  return Int32Array.from([...byPrice.keys()].sort((a, b) => b - a).flatMap((price) => byPrice.get(price)!));
}

/** Returns how many seats of one currency are beside each other from each place on, itself included. */
function besideFrom({ seats, isBeside, currency }: Hall): Int32Array {
  const beside = new Int32Array(seats.length);
  for (let place = seats.length - 1; place >= 0; place--) {
    const goesOn = isBeside[place + 1] === 1 && currency[place + 1] === currency[place];
    beside[place] = 1 + (goesOn ? beside[place + 1]! : 0);
  }
  return beside;
}

/** From the middle of `first` to `last` to both sides, of two that are as far the one before. */
function* fromMiddle(first: number, last: number): Generator<number, void, void> {
  let low = Math.floor((first + last) / 2);
  let high = low + 1;
  while (low >= first || high <= last) {
    const isLow = high > last || (low >= first && first + last - 2 * low <= 2 * high - first - last);
    yield isLow ? low-- : high++;
  }
}

/** A look at a hall for a wish; `isIn` tells by a section's number whether it will do. */
type Look = {
  hall: Hall;
  taken: Uint8Array;
  quantity: number;
  maxPrice: number;
  isIn: Uint8Array | undefined;
  mayStrand: boolean;
};

/** The first sets of neighbours, of those that leave the fewest single seats behind. */
function together(look: Look, starts: Int32Array, most: number, isOwn?: (place: number) => boolean): number[][] {
  const { hall, taken, quantity, isIn, mayStrand } = look;
  const found: number[][] = [[], [], []];
  const own: (number | undefined)[] = [];
  // By index: an iterator costs as much as all else.
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!;
    if (taken[start] || (isIn && !isIn[hall.section[start]!]) || !canBeHad(look, start)) continue;
    const left = freeBefore(look, start);
    const right = freeFrom(look, start + quantity);
    const stranded = hall.isLoose[start] ? 0 : Number(left === 1) + Number(right === 1);
    if (stranded > 0 && left + right > 1 && !mayStrand) continue;
    if (isOwn && own[stranded] === undefined && isOwn(start)) {
      if (stranded === 0) return [placesFrom(start, quantity)];
      own[stranded] = start;
    }
    const sets = found[stranded]!;
    if (sets.length === most || sets.some((other) => Math.abs(other - start) < quantity)) continue;
    sets.push(start);
    if (stranded === 0 && sets.length === most && !isOwn) break;
  }
  const least = found.findIndex((sets) => sets.length > 0);
  if (least < 0) return [];
  const sets = own[least] === undefined ? found[least]! : [own[least]];
  return sets.map((start) => placesFrom(start, quantity));
}

const placesFrom = (start: number, size: number) => Array.from({ length: size }, (_, i) => start + i);

function canBeHad({ hall, taken, quantity, maxPrice }: Look, start: number): boolean {
  for (let place = start; place < start + quantity; place++) {
    if (taken[place] || hall.price[place]! > maxPrice) return false;
  }
  return true;
}

/**
 * Returns how many free neighbours are before a place: none, one, or two for more. A seat without any is left alone, at
 * whatever price.
 */
function freeBefore({ hall, taken }: Look, place: number): number {
  if (!hall.isBeside[place] || taken[place - 1]) return 0;
  return !hall.isBeside[place - 1] || taken[place - 2] ? 1 : 2;
}

/** Like that, for the places after it. */
function freeFrom({ hall, taken }: Look, place: number): number {
  if (!hall.isBeside[place] || taken[place]) return 0;
  return !hall.isBeside[place + 1] || taken[place + 1] ? 1 : 2;
}

/** For wishes that no row meets with neighbours. */
function fewestGroups(look: Look, currency: number): number[] | undefined {
  const { quantity } = look;
  const found = new Set<number>();
  for (const runs of runsByLength(look, currency)) {
    for (const run of runs) {
      for (const place of groupOf(look, run, quantity - found.size, found)) found.add(place);
      if (found.size === quantity) return [...found];
    }
  }
  return undefined;
}

/** The longest first. */
function runsByLength({ hall, taken, maxPrice, isIn }: Look, currency: number): Run[][] {
  const byLength: Run[][] = [];
  let block: { from: number; runs: Run[] } | undefined;
  let run: Run | undefined;
  const endBlock = (to: number) => {
    for (const one of block?.runs ?? []) {
      one.blockTo = to;
      const runs = byLength[one.to - one.from];
      if (runs) runs.push(one);
      else byLength[one.to - one.from] = [one];
    }
    block = undefined;
    run = undefined;
  };
  for (let place = 0; place < hall.seats.length; place++) {
    if (block && (!hall.isBeside[place] || taken[place])) endBlock(place);
    if (taken[place] || (isIn && !isIn[hall.section[place]!])) continue;
    block ??= { from: place, runs: [] };
    if (hall.price[place]! > maxPrice || hall.currency[place] !== currency) run = undefined;
    else if (run) run.to = place + 1;
    else {
      run = { from: place, to: place + 1, blockFrom: block.from, blockTo: place + 1 };
      block.runs.push(run);
    }
  }
  endBlock(hall.seats.length);
  return byLength.filter(Boolean).reverse();
}

/** Takes as many of a run as are wanted and, unless it may, without leaving a single seat in its block. */
function groupOf({ hall, mayStrand }: Look, run: Run, most: number, before: ReadonlySet<number>): number[] {
  const { from, to, blockFrom, blockTo } = run;
  const inBlock = [...before].filter((place) => place >= blockFrom && place < blockTo).length;
  const isLeft = (place: number) => place >= blockFrom && place < blockTo && !before.has(place);
  for (let size = Math.min(most, to - from); size > 0; size--) {
    for (let start = from; start + size <= to; start++) {
      const end = start + size;
      const leavesOne = (isLeft(start - 1) && !isLeft(start - 2)) || (isLeft(end) && !isLeft(end + 1));
      const isFine = mayStrand || hall.isLoose[start] || !leavesOne || blockTo - blockFrom - inBlock - size <= 1;
      if (isFine) return placesFrom(start, size);
    }
  }
  return [];
}
