import { type Hall, kinds, shapes } from './hall.ts';
import { admits, type Look, placesFrom } from './seat-look.ts';

/** A set of neighbours by where it begins; or of a pool. */
type Set = number | number[];
type IsOwn = (place: number) => boolean;

/** Returns the first sets of places beside each other, of those that leave the fewest single seats behind. */
export function together(look: Look, order: Int32Array, most: number, isOwn?: IsOwn): number[][] {
  const { hall, taken, quantity, mayStrand } = look;
  const starts = leftOf(taken, order);
  let gone = 0;
  const { kind, hasPools } = hall;
  const found: Set[][] = [[], [], []];
  const own: (Set | undefined)[] = [];
  // By index: an iterator costs as much as all else.
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!;
    if (hasPools && kind[start]! & kinds.inPool) {
      const pool = inPool(look, start, most, isOwn);
      if (pool.own && pool.stranded === 0) return [pool.own];
      own[pool.stranded] ??= pool.own;
      const sets = found[pool.stranded]!;
      sets.push(...pool.sets.slice(0, most - sets.length));
      if (pool.stranded === 0 && sets.length === most && !isOwn) break;
      continue;
    }
    if (taken[start]) gone++;
    if (taken[start] || !canBeHad(look, start)) continue;
    const left = freeBefore(look, start);
    const right = freeFrom(look, start + quantity);
    const stranded = hall.isLoose[start] ? 0 : Number(left === 1) + Number(right === 1);
    if (stranded > 0 && left + right > 1 && !mayStrand) continue;
    if (isOwn && own[stranded] === undefined && isOwn(start)) {
      if (stranded === 0) return [placesFrom(start, quantity)];
      own[stranded] = start;
    }
    const sets = found[stranded]!;
    if (sets.length === most || sets.some((other) => typeof other === 'number' && Math.abs(other - start) < quantity)) {
      continue;
    }
    sets.push(start);
    if (stranded === 0 && sets.length === most && !isOwn) break;
  }
  if (gone > maxGone) shorten(look, order);
  const least = found.findIndex((sets) => sets.length > 0);
  if (least < 0) return [];
  const sets = own[least] === undefined ? found[least]! : [own[least]];
  return sets.map((set) => (typeof set === 'number' ? placesFrom(set, quantity) : set));
}

/** By what is taken, which only gains places: by order, the places where sets may still begin. */
const shortened = new WeakMap<Uint8Array, Map<Int32Array, Int32Array>>();

const leftOf = (taken: Uint8Array, order: Int32Array): Int32Array => shortened.get(taken)?.get(order) ?? order;

/** Forgets the places of an order that can't begin a set any more: in a rush most of its front is such. */
function shorten({ hall, taken, quantity }: Look, order: Int32Array): void {
  const mayBegin = (start: number) => {
    if (hall.kind[start]! & kinds.inPool) return true;
    for (let place = start; place < start + quantity; place++) if (taken[place]) return false;
    return true;
  };
  const orders = shortened.get(taken) ?? new Map<Int32Array, Int32Array>();
  shortened.set(taken, orders.set(order, leftOf(taken, order).filter(mayBegin)));
}

/** So many places of an order are looked at in vain before it is made shorter. */
const maxGone = 100;

function canBeHad(look: Look, start: number): boolean {
  for (let place = start; place < start + look.quantity; place++) if (!admits(look, place)) return false;
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

/** Sets of a pool at the price of the place where it begins; `stranded` is 1 when one seat of a table is left. */
type PoolSets = { sets: number[][]; own: number[] | undefined; stranded: number };

const none: PoolSets = { sets: [], own: undefined, stranded: 0 };

function inPool(look: Look, start: number, most: number, isOwn: IsOwn | undefined): PoolSets {
  const { hall, quantity } = look;
  const [from, to] = poolAt(hall, start);
  const [price, currency] = [hall.price[start]!, hall.currency[start]!];
  const fits = (place: number) =>
    admits(look, place) && hall.price[place] === price && hall.currency[place] === currency;
  if (hall.shape[hall.row[start]!] === shapes.table) return atTable(look, [from, to], fits, isOwn);
  const inLane = isOwn && chunks(start, to, quantity, 1, fits, isOwn)[0];
  if (inLane) return { sets: [], own: inLane, stranded: 0 };
  return { sets: chunks(start, to, quantity, most, fits), own: undefined, stranded: 0 };
}

/** Returns sets of places that fit, one after the other; each begins where it may. */
function chunks(from: number, to: number, size: number, most: number, fits: IsOwn, mayBegin?: IsOwn): number[][] {
  const sets: number[][] = [];
  let set: number[] = [];
  for (let place = from; place < to && sets.length < most; place++) {
    if (!fits(place) || (set.length === 0 && mayBegin && !mayBegin(place))) continue;
    set.push(place);
    if (set.length < size) continue;
    sets.push(set);
    set = [];
  }
  return sets;
}

/** A table is round: its last seat stands beside its first. Seats that stand so go before others at it. */
function atTable({ quantity, taken }: Look, [from, to]: [number, number], fits: IsOwn, isOwn?: IsOwn): PoolSets {
  const seats = placesFrom(from, to - from);
  const fitting = seats.filter(fits);
  if (fitting.length < quantity) return none;
  const round = seats.map((_, i) => seats.map((_, n) => seats[(i + n) % seats.length]!).slice(0, quantity));
  const set = round.find((one) => one.every(fits)) ?? fitting.slice(0, quantity);
  const left = seats.filter((place) => !taken[place]).length - quantity;
  return { sets: [set], own: isOwn?.(set[0]!) ? set : undefined, stranded: Number(left === 1) };
}

/** Returns from where up to, not including, where the pool of a place goes. */
export function poolAt(hall: Hall, place: number): [number, number] {
  const row = hall.row[place]!;
  return [hall.rowStarts[row]!, hall.rowStarts[row + 1]!];
}
