import { type Hall, kinds, shapes } from './hall.ts';

/** Quantities whose orders are cached; a new one evicts the oldest. */
const maxOrders = 16;

/**
 * The places where sets of so many may begin, the best first: by currency those of seats, and those of general
 * admission areas. A pool has one for each price.
 */
export type Orders = { currency: number; starts: Int32Array }[];

/** Returns the orders of sets in a hall, cached by their quantity. */
export function ordersIn(hall: Hall): (quantity: number) => Orders {
  const orders = new Map<number, Orders>();
  const hasAreas = hall.shape.includes(shapes.area);
  return (quantity) => {
    const known = orders.get(quantity);
    if (known) return known;
    if (orders.size >= maxOrders) orders.delete(orders.keys().next().value!);
    const made = hall.currencies.flatMap((_, currency) =>
      (hasAreas ? [false, true] : [false]).map((ofAreas) => ({
        currency,
        starts: inOrder(hall, quantity, currency, ofAreas),
      })),
    );
    orders.set(quantity, made);
    return made;
  };
}

/**
 * The dearer first; then, by a plan, the nearest to the focal point; then the row in front, and the middle of the row.
 */
function inOrder(hall: Hall, quantity: number, currency: number, ofAreas: boolean): Int32Array {
  const byPrice = new Map<number, number[]>();
  const beside = besideFrom(hall);
  const add = (price: number, start: number) => {
    const starts = byPrice.get(price);
    if (starts) starts.push(start);
    else byPrice.set(price, [start]);
  };
  for (const [row, shape] of hall.shape.entries()) {
    if ((shape === shapes.area) !== ofAreas) continue;
    const [from, to] = [hall.rowStarts[row]!, hall.rowStarts[row + 1]!];
    if (shape !== shapes.line) {
      for (const start of startsOfPool(hall, from, to, currency)) add(hall.price[start]! * quantity, start);
      continue;
    }
    for (const start of fromMiddle(from, to - quantity)) {
      if (beside[start]! < quantity || hall.currency[start] !== currency) continue;
      let price = 0;
      for (let place = start; place < start + quantity; place++) price += hall.price[place]!;
      add(price, start);
    }
  }
  const prices = [...byPrice.keys()].sort((a, b) => b - a);
  return Int32Array.from(prices.flatMap((price) => nearestFirst(hall, quantity, byPrice.get(price)!)));
}

/** More than there are places. */
const manyStarts = 2 ** 18;
/** Places without coordinates are farther than any other. */
const farthest = 2 ** 27;

/** Sorts by the average way, to a hundredth as coordinates are; of those as near, the order stays. */
function nearestFirst({ away, kind }: Hall, quantity: number, starts: number[]): number[] {
  if (!away) return starts;
  // Way and index in one number: a sort without a comparison of ours takes a tenth of the time.
  const keys = Float64Array.from(starts, (start, i) => {
    let way = 0;
    for (let n = 0; n < quantity; n++) way += away[kind[start]! & kinds.inPool ? start : start + n]!;
    return Math.round(Math.min(way / quantity, farthest) * 100) * manyStarts + i;
  });
  return Array.from(keys.sort(), (key) => starts[key % manyStarts]!);
}

/** The first place of each price. */
function startsOfPool(hall: Hall, from: number, to: number, currency: number): number[] {
  const starts = new Map<number, number>();
  for (let place = from; place < to; place++) {
    const price = hall.price[place]!;
    if (hall.currency[place] === currency && !starts.has(price)) starts.set(price, place);
  }
  return [...starts.values()];
}

/** Returns how many seats of one currency are beside each other from each place on, itself included. */
function besideFrom({ size, isBeside, currency }: Hall): Int32Array {
  const beside = new Int32Array(size);
  for (let place = size - 1; place >= 0; place--) {
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
