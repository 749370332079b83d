import { type Hall, kinds } from './hall.ts';
import { admits, type Look, placesFrom } from './seat-look.ts';
import type { Orders } from './seat-orders.ts';
import { poolAt } from './seats-together.ts';
import { strandedInRows } from './stranded-seats.ts';

/** An ordinary seat counts as so much farther than a companion's. */
const ordinary = 3;
const maxSeeds = 32;
/** Sets that are looked for at most: each takes a look at the whole hall. */
const maxSets = 16;

/**
 * Returns sets in which just so many places are accessible, the best first, none of which overlap: beside each other
 * with companions' seats, then with ordinary ones, then as near to each other as there are.
 */
export function accessibleSets(look: Look, accessible: number, orders: Orders, most: number): number[][] {
  const sets: number[][] = [];
  const taken = look.taken.slice();
  while (sets.length < Math.min(most, maxSets)) {
    const set = bestSet({ ...look, taken, before: look.taken }, accessible, orders);
    if (!set) break;
    sets.push(set);
    for (const place of set) taken[place] = 1;
  }
  return sets;
}

/** `before` is what was taken before the first set: a set may be the only one. */
type SetLook = Look & { before: Uint8Array };

function bestSet(look: SetLook, accessible: number, orders: Orders): number[] | undefined {
  const currencies = new Set(orders.map(({ currency }) => currency));
  for (const currency of currencies) {
    const starts = orders.filter((one) => one.currency === currency).map((one) => one.starts);
    const set = besideEachOther(look, accessible, starts) ?? nearEachOther(look, accessible, currency);
    if (set) return set;
  }
  return undefined;
}

const isAccessible = (hall: Hall, place: number) => (hall.kind[place]! & kinds.accessible) !== 0;
const isCompanion = (hall: Hall, place: number) =>
  (hall.kind[place]! & (kinds.accessible | kinds.companion)) === kinds.companion;

function isFine({ hall, before, mayStrand }: SetLook, set: number[]): boolean {
  return mayStrand || strandedInRows(hall, new Set(set), before).length === 0;
}

function besideEachOther(look: SetLook, accessible: number, orders: Int32Array[]): number[] | undefined {
  const { hall } = look;
  let second: number[] | undefined;
  for (const starts of orders) {
    for (const start of starts) {
      const set = hall.kind[start]! & kinds.inPool ? inPool(look, start, accessible) : inLine(look, start, accessible);
      if (set === undefined || !isFine(look, set)) continue;
      if (set.every((place) => isAccessible(hall, place) || isCompanion(hall, place))) return set;
      second ??= set;
    }
  }
  return second;
}

function inLine(look: Look, start: number, accessible: number): number[] | undefined {
  const { hall, quantity } = look;
  let count = 0;
  for (let place = start; place < start + quantity; place++) {
    if (!admits(look, place)) return undefined;
    if (isAccessible(hall, place)) count++;
  }
  return count === accessible ? placesFrom(start, quantity) : undefined;
}

/** The accessible ones, then companions', then others. */
function inPool(look: Look, start: number, accessible: number): number[] | undefined {
  const { hall, quantity } = look;
  const [from, to] = poolAt(hall, start);
  const [price, currency] = [hall.price[start], hall.currency[start]];
  const fitting = placesFrom(from, to - from).filter(
    (place) => admits(look, place) && hall.price[place] === price && hall.currency[place] === currency,
  );
  const others = fitting.filter((place) => !isAccessible(hall, place));
  const rest = [...others.filter((place) => isCompanion(hall, place)), ...others.filter((p) => !isCompanion(hall, p))];
  const first = fitting.filter((place) => isAccessible(hall, place)).slice(0, accessible);
  const isEnough = first.length === accessible && rest.length >= quantity - accessible;
  return isEnough ? [...first, ...rest.slice(0, quantity - accessible)] : undefined;
}

/** Around one of the accessible places, the others nearest to it. */
function nearEachOther(look: SetLook, accessible: number, currency: number): number[] | undefined {
  const { hall, quantity } = look;
  const fitting = placesFrom(0, hall.size).filter((place) => hall.currency[place] === currency && admits(look, place));
  const wheels = fitting.filter((place) => isAccessible(hall, place));
  const others = fitting.filter((place) => !isAccessible(hall, place));
  if (wheels.length < accessible || others.length < quantity - accessible) return undefined;
  const seeds = [...wheels].sort((a, b) => hall.price[b]! - hall.price[a]! || hall.away![a]! - hall.away![b]!);
  let best: { set: number[]; spread: number } | undefined;
  for (const seed of seeds.slice(0, maxSeeds)) {
    const first = nearest(hall, seed, wheels, accessible);
    const rest = nearest(hall, seed, others, quantity - accessible);
    const set = [...first.places, ...rest.places];
    const spread = first.spread + rest.spread;
    if ((!best || spread < best.spread) && isFine(look, set)) best = { set, spread };
  }
  return best?.set;
}

function nearest(hall: Hall, seed: number, among: number[], count: number) {
  const spreadTo = (place: number) => {
    const distance = Math.hypot(hall.x![place]! - hall.x![seed]!, hall.y![place]! - hall.y![seed]!);
    const isFar = hall.kind[place]! & kinds.forAccess ? 1 : ordinary;
    return Number.isNaN(distance) ? Number.MAX_SAFE_INTEGER / 100 : isFar * distance;
  };
  const chosen: { place: number; spread: number }[] = [];
  for (const place of count > 0 ? among : []) {
    const spread = spreadTo(place);
    if (chosen.length === count && spread >= chosen.at(-1)!.spread) continue;
    const at = chosen.findIndex((other) => spread < other.spread);
    chosen.splice(at < 0 ? chosen.length : at, 0, { place, spread });
    if (chosen.length > count) chosen.pop();
  }
  return { places: chosen.map(({ place }) => place), spread: chosen.reduce((sum, { spread }) => sum + spread, 0) };
}
