import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { inOneGo } from '../../../../shared/async/in-slices.ts';
import { placesOf } from '../../../../shared/plan/places.ts';
import { seatsByPlan } from './best-seats.ts';
import { layoutOf } from './plan-layout.ts';
import { bestByPlan, drawn, offered } from './testing.ts';

// A slow oracle: it tries every set of places, by what the pictures show.

const picture = fc.array(fc.constantFrom(...'.....xxx r', 'a', 'c'), { minLength: 1, maxLength: 8 }).map(withSeats);
const table = fc.array(fc.constantFrom(...'..xx'), { minLength: 2, maxLength: 5 }).map((signs) => signs.join(''));
const section = fc.record({
  rows: fc.array(picture, { maxLength: 3 }),
  x: fc.integer({ min: -10, max: 10 }).map((n) => n * 50),
  y: fc.integer({ min: 0, max: 10 }).map((n) => n * 80),
  tables: fc.dictionary(fc.constantFrom('T1', 'T2'), table, { noNullPrototype: true }),
  category: fc.constantFrom('Gold', 'Silver'),
});
const halls = fc.record({
  sections: fc.dictionary(fc.constantFrom('L', 'M', 'R'), section, { minKeys: 1, noNullPrototype: true }),
  areas: fc.boolean().map((is) => (is ? [{ name: 'Floor', category: 'Standing', capacity: 5 }] : [])),
  focal: fc.constantFrom(null, { x: 0, y: -100 }, { x: 300, y: 400 }),
});

/** One gap at most, in a row of enough seats to tell it from the usual step. */
function withSeats(signs: string[]): string {
  const row = signs.join('').trim() || '.';
  const gap = row.length < 6 ? -1 : row.indexOf(' ');
  return [...row].map((sign, i) => (sign === ' ' && i !== gap ? '.' : sign)).join('');
}

/** The places of a hall, with what the oracle needs to know of each. */
function lookAt({ sections, areas, focal }: typeof halls extends fc.Arbitrary<infer T> ? T : never) {
  // A row that tells the usual step of the plan.
  const all = { ...sections, Far: { rows: ['x'.repeat(100)], y: 5000 } };
  const { plan, taken } = drawn(all, { areas, focal });
  const price = (category: string) => (category === 'Gold' ? 200 : 100);
  const seats = offered(plan, taken, price);
  const places = placesOf(plan).map((place) => ({
    ...place,
    price: price(place.category),
    isFree: !taken.has(place.label),
    isForAccess: place.flags.includes('accessible') || place.flags.includes('companion'),
    /** The row, table or area in which it is beside others. */
    group: `${place.section} ${place.row} ${place.table ?? ''} ${place.area ?? ''}`,
    isPool: place.table !== undefined || place.area !== undefined,
    at: Number(place.number),
  }));
  return { plan, seats, places };
}

type Place = ReturnType<typeof lookAt>['places'][number];

/** All sets of so many of these that are beside each other. */
function setsOf(places: Place[], quantity: number): Place[][] {
  const groups = Map.groupBy(places, ({ group }) => group).values();
  return [...groups].flatMap((group) => {
    if (group[0]!.isPool) return group.length >= quantity ? [group.slice(0, quantity)] : [];
    const sorted = [...group].sort((a, b) => a.at - b.at);
    return sorted
      .map((_, i) => sorted.slice(i, i + quantity))
      .filter((set) => set.length === quantity && set.at(-1)!.at - set[0]!.at === quantity - 1);
  });
}

/** How many seats of rows are alone after these are taken that were not before. */
function alone(places: Place[], set: Place[]): number {
  const isAlone = (place: Place, gone: Place[]) => {
    const free = places.filter((one) => one.isFree && one.group === place.group && !gone.includes(one));
    const beside = place.isPool ? free.length - 1 : free.filter(({ at }) => Math.abs(at - place.at) === 1).length;
    return free.includes(place) && beside === 0;
  };
  return places.filter((place) => place.area === undefined && isAlone(place, set) && !isAlone(place, [])).length;
}

const isTogether = (set: Place[]) => setsOf(set, set.length).length === 1;

/** Fewest groups by their longest runs. */
function fewest(places: Place[], quantity: number): number {
  const runs: number[] = [];
  for (const group of Map.groupBy(places, ({ group }) => group).values()) {
    for (let size = group.length; size > 0; size--) {
      let rest = group;
      for (let found = setsOf(rest, size)[0]; found; found = setsOf(rest, size)[0]) {
        runs.push(size);
        const gone = found;
        rest = rest.filter((place) => !gone.includes(place));
      }
      group.splice(0, group.length, ...rest);
    }
  }
  const longest = runs.sort((a, b) => b - a);
  const sums = longest.map((_, i) => longest.slice(0, i + 1).reduce((sum, run) => sum + run, 0));
  return sums.findIndex((sum) => sum >= quantity) + 1;
}

const averageWay = (set: Place[], focal: { x: number; y: number }) =>
  set.reduce((sum, { x = 0, y = 0 }) => sum + Math.hypot(x - focal.x, y - focal.y), 0) / set.length;

test('the best seats of any plan are beside each other while there are such, and the best of these', () => {
  const wish = fc.record({
    quantity: fc.integer({ min: 1, max: 5 }),
    category: fc.constantFrom(undefined, 'Gold', 'Standing'),
    maxPrice: fc.constantFrom(undefined, 100),
  });
  fc.assert(
    fc.property(halls, wish, fc.boolean(), (hall, { quantity, ...wished }, mayStrand) => {
      const { plan, seats, places } = lookAt(hall);
      const labels = bestByPlan(plan, seats, { quantity, ...wished }, { mayStrand })[0] ?? [];
      const set = labels.map((label) => places.find((place) => place.label === label)!);
      const fits = ({ isFree, category, price }: Place) =>
        isFree && (wished.category ?? category) === category && price <= (wished.maxPrice ?? price);
      const fitting = places.filter(fits);
      const free = fitting.filter(({ isForAccess }) => !isForAccess);
      expect(new Set(labels).size).toBe(set.length);
      expect(set.every(fits)).toBe(true);
      if (mayStrand) expect(set).toHaveLength(fitting.length < quantity ? 0 : quantity);
      if (!mayStrand || set.length === 0) return;
      if (free.length >= quantity) expect(set.some(({ isForAccess }) => isForAccess)).toBe(false);
      if (free.length < quantity) return;
      const open = free.filter(({ flags }) => !flags.includes('restricted_view'));
      const sets = [open, free].map((some) => setsOf(some, quantity)).find((some) => some.length > 0);
      if (!sets) {
        const all = open.length >= quantity ? open : free;
        expect(set.every((place) => all.includes(place))).toBe(true);
        expect(fewest(set, quantity)).toBe(fewest(all, quantity));
        return;
      }
      expect(isTogether(set)).toBe(true);
      const seated = sets.filter(([first]) => first!.area === undefined);
      expect(set[0]!.area === undefined).toBe(seated.length > 0);
      if (seated.length === 0) return;
      const least = Math.min(...seated.map((one) => alone(places, one)));
      expect(alone(places, set)).toBe(least);
      const merits = seated.filter((one) => alone(places, one) === least);
      const dearest = Math.max(...merits.map(([first]) => first!.price));
      expect(set[0]!.price).toBe(dearest);
      if (!hall.focal) return;
      const nearest = Math.min(
        ...merits.filter(([first]) => first!.price === dearest).map((one) => averageWay(one, hall.focal!)),
      );
      // A little of the way from the middle of the row is added; a table is where its first seat is.
      expect(averageWay(set, hall.focal)).toBeLessThanOrEqual(nearest + 0.02 * 140 + 5);
    }),
    { numRuns: 600 },
  );
});

test('a wish for accessible places gets just so many, with companions’ seats beside them where there are such', () => {
  const wish = fc.record({ quantity: fc.integer({ min: 1, max: 4 }), accessible: fc.integer({ min: 1, max: 2 }) });
  fc.assert(
    fc.property(halls, wish, (hall, { quantity, accessible }) => {
      fc.pre(accessible <= quantity);
      const { plan, seats, places } = lookAt(hall);
      const labels = bestByPlan(plan, seats, { quantity, accessible })[0] ?? [];
      const set = labels.map((label) => places.find((place) => place.label === label)!);
      const isAccessible = ({ flags }: Place) => flags.includes('accessible');
      const free = places.filter(({ isFree }) => isFree);
      const wheels = free.filter(isAccessible).length;
      const isPossible = wheels >= accessible && free.length - wheels >= quantity - accessible;
      expect(set).toHaveLength(isPossible ? quantity : 0);
      expect(set.filter(isAccessible)).toHaveLength(isPossible ? accessible : 0);
      const ideal = setsOf(
        free.filter(({ isForAccess }) => isForAccess),
        quantity,
      ).filter((one) => one.filter(isAccessible).length === accessible);
      if (ideal.length > 0) expect(isTogether(set) && set.every(({ isForAccess }) => isForAccess)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('further sets by a plan overlap with none before, and no choice strands a seat where that is forbidden', () => {
  fc.assert(
    fc.property(halls, fc.integer({ min: 1, max: 4 }), fc.boolean(), (hall, quantity, isForAccess) => {
      const { plan, seats } = lookAt(hall);
      const wish = { quantity, ...(isForAccess && { accessible: 1 }) };
      const candidates = inOneGo(seatsByPlan(seats, inOneGo(layoutOf(plan)), { mayStrand: false }));
      const taken = Uint8Array.from(candidates.seats, ({ free }) => Number(!free));
      const sets = candidates.find(wish, taken, 8);
      expect(new Set(sets.flat()).size).toBe(sets.flat().length);
      expect(sets.length).toBeLessThanOrEqual(8);
      for (const set of sets) expect(candidates.strandedBy(new Set(set), taken)).toEqual([]);
    }),
    { numRuns: 400 },
  );
});
