import { expect, test } from 'bun:test';
import { Lanes } from './lanes.ts';

/** Random, with a fixed seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/**
 * A process that sells pairs of a row of so many seats, the first ones first, and sees others' sales only after a
 * round.
 */
function seller(lanes: Lanes, seats: number, sold: Set<number>) {
  const known = new Set<number>();
  const find = (most: number, isOwn?: (place: number) => boolean) => {
    const sets: number[][] = [];
    for (let place = 0; place < seats && sets.length < most; place += 2) {
      if (known.has(place)) continue;
      if (isOwn?.(place)) return [[place, place + 1]];
      sets.push([place, place + 1]);
    }
    return sets;
  };
  return {
    learn() {
      for (const place of sold) known.add(place);
    },
    /** Returns the place of the chosen pair, and whether it was free. */
    sell() {
      const [place = -1] = lanes.choose(find, 0) ?? [];
      const isHeld = !sold.has(place);
      lanes.tell(isHeld, lanes.division);
      known.add(place);
      sold.add(place);
      return { place, isHeld };
    },
  };
}

test('a process that sells alone takes the best', () => {
  const { sell } = seller(new Lanes(seeded(1)), 400, new Set());
  expect(Array.from({ length: 200 }, () => sell().place)).toEqual(Array.from({ length: 200 }, (_, n) => 2 * n));
});

test.each([1, 2, 3])('processes that sell at once soon keep out of each other’s way (%d)', (seed) => {
  const random = seeded(seed);
  const sold = new Set<number>();
  const sellers = Array.from({ length: 3 }, () => seller(new Lanes(random), 20_000, sold));
  const lostByRound = Array.from({ length: 100 }, () => {
    let lost = 0;
    for (let n = 0; n < 20; n++) for (const { sell } of sellers) lost += Number(!sell().isHeld);
    for (const { learn } of sellers) learn();
    return lost;
  });
  expect(lostByRound[0]).toBeGreaterThan(20);
  const late = lostByRound.slice(50).reduce((sum, lost) => sum + lost, 0);
  expect(late / (50 * 60)).toBeLessThan(0.1);
});

test('a process that is alone again takes the best again', () => {
  const lanes = new Lanes(seeded(1));
  const { sell } = seller(lanes, 20_000, new Set(Array.from({ length: 100 }, (_, n) => n)));
  const places = Array.from({ length: 8000 }, () => sell().place);
  const inOrder = Array.from({ length: 8000 }, (_, n) => 2 * n);
  expect(places).not.toEqual(inOrder);
  expect(places.sort((a, b) => a - b)).toEqual(inOrder);
});
