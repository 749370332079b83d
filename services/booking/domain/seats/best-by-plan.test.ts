import { describe, expect, test } from 'bun:test';
import { inOneGo } from '../../../../shared/async/in-slices.ts';
import { placesOf } from '../../../../shared/plan/places.ts';
import { seatsByPlan } from './best-seats.ts';
import type { Wish } from './candidates.ts';
import { layoutOf } from './plan-layout.ts';
import { bestByPlan, drawn, offered, type Picture } from './testing.ts';

type Around = Parameters<typeof drawn>[1] & { price?: (category: string) => number; mayStrand?: boolean };

/** Returns the best set in the hall of these pictures, sorted; undefined when there is none. */
function best(sections: Record<string, Picture>, wish: Wish, { price, mayStrand = true, ...around }: Around = {}) {
  const { plan, taken } = drawn(sections, around);
  return bestByPlan(plan, offered(plan, taken, price), wish, { mayStrand })[0]?.sort();
}

const hall = (rows: string[], more: Omit<Picture, 'rows'> = {}) => ({ '': { rows, ...more } });
const floor = { name: 'Floor', category: 'Standing', capacity: 4 };

describe('the best seats by a plan', () => {
  test.each<[what: string, rows: string[], quantity: number, choice: string[]]>([
    ['are in the middle of the row in front', ['.......', '.......'], 3, ['A3', 'A4', 'A5']],
    ['leave no single seat where that can be avoided', ['xx...', '....x'], 2, ['B3', 'B4']],
    ['leave a single seat rather than be apart', ['.x...', 'x.x.x'], 2, ['A3', 'A4']],
    ['are not over a place without a seat', ['.. ..', 'xxx...'], 3, ['B4', 'B5', 'B6']],
    ['are two pairs rather than three and one', ['...xx', 'xx..x', '.x.xx'], 4, ['A2', 'A3', 'B3', 'B4']],
    ['apart are close together', ['.x.xx', 'xxxxx', 'xxxx.'], 2, ['A1', 'A3']],
    [
      'apart are close together rather than near the focal point',
      ['xx.xxxxxx', 'x'.repeat(9), 'xxxxxx.x.'],
      2,
      ['C7', 'C9'],
    ],
    ['apart are behind each other rather than far away', ['.xxxx.', '.xxxxx'], 2, ['A1', 'B1']],
  ])('%s', (_, rows, quantity, choice) => {
    expect(best(hall(rows), { quantity }, { focal: { x: 40, y: -100 } })).toEqual(choice);
  });

  test('are nearest to the focal point, in whatever section and row', () => {
    const sections = { Left: { rows: ['....', '....'], x: -200 }, Right: { rows: ['....', '....'], x: 60 } };
    expect(best(sections, { quantity: 2 }, { focal: { x: 100, y: -50 } })).toEqual(['Right-A3', 'Right-A4']);
    expect(best(sections, { quantity: 2 }, { focal: { x: -200, y: 75 } })).toEqual(['Left-B1', 'Left-B2']);
    expect(best(sections, { quantity: 2 }, { focal: null })).toEqual(['Left-A1', 'Left-A2']);
  });

  test('are in the middle of a row that curves about the focal point', () => {
    const { plan } = drawn(hall(['.........']));
    for (const [i, seat] of plan.sections[0]!.rows[0]!.seats.entries()) {
      const angle = (i - 4) / 10;
      Object.assign(seat, {
        x: Math.round(20_000 * Math.sin(angle)) / 100,
        y: Math.round(20_000 * Math.cos(angle)) / 100,
      });
    }
    plan.focal_point = { x: 0, y: 0 };
    expect(bestByPlan(plan, offered(plan, new Set()), { quantity: 3 })[0]).toEqual(['A4', 'A5', 'A6']);
  });

  test('are the dearer before the nearer, up to the highest price', () => {
    const sections = { Front: { rows: ['..'], category: 'Gold' }, Box: { rows: ['..'], y: 300, category: 'Box' } };
    const price = (category: string) => (category === 'Box' ? 300 : 100);
    expect(best(sections, { quantity: 2 }, { price })).toEqual(['Box-A1', 'Box-A2']);
    expect(best(sections, { quantity: 2, maxPrice: 200 }, { price })).toEqual(['Front-A1', 'Front-A2']);
  });

  test('are of the wished category, in any case, and of none other', () => {
    const sections = { Front: { rows: ['..'] }, Rear: { rows: ['..'], y: 300, category: 'Silver' } };
    expect(best(sections, { quantity: 2, category: ' silver ' })).toEqual(['Rear-A1', 'Rear-A2']);
    expect(best(sections, { quantity: 2, category: 'Bronze' })).toBeUndefined();
    expect(best(sections, { quantity: 3, category: 'Silver' })).toBeUndefined();
  });

  test('are not beside each other over an aisle, which flags make known where it is narrow', () => {
    const { plan } = drawn(hall(['......']));
    const seats = plan.sections[0]!.rows[0]!.seats;
    for (const seat of seats.slice(3)) seat.x += 8;
    const pair = () => bestByPlan(plan, offered(plan, new Set(['A1', 'A2', 'A5', 'A6'])), { quantity: 2 }, { most: 9 });
    const alone = () => bestByPlan(plan, offered(plan, new Set()), { quantity: 4 })[0];
    expect(alone()).toEqual(['A1', 'A2', 'A3', 'A4']);
    for (const seat of seats.slice(2, 4)) seat.flags = ['aisle'];
    expect(alone()).toEqual(['A2', 'A3', 'A4', 'A5']);
    // As they are all that is left, they are given apart.
    expect(pair()).toEqual([expect.arrayContaining(['A3', 'A4'])]);
  });

  test('are not over a gap in a row that is too short to tell its usual step', () => {
    const sections = { Box: { rows: ['. .'] }, Rear: { rows: ['xxxx'], y: 900 } };
    // In neither way is the other left alone by it, so the nearer goes first, though the farther has nobody beside it.
    expect(best({ ...sections, Side: { rows: ['.x'], y: 100 } }, { quantity: 1 })).toEqual(['Box-A1']);
  });

  test('strand no seat where that is forbidden', () => {
    const rows = ['.....'];
    const focal = { x: 40, y: -100 };
    expect(best(hall(rows), { quantity: 1 }, { focal, mayStrand: false })).toEqual(['A3']);
    expect(best(hall(['x...x']), { quantity: 1 }, { focal, mayStrand: false })).toEqual(['A2']);
    // A1 and A3 are nearer to each other, and leave A2 alone.
    const apart = { quantity: 2, restrictedView: false };
    expect(best(hall(['.r.r.']), apart)).toEqual(['A1', 'A3']);
    expect(best(hall(['.r.r.']), apart, { mayStrand: false })).toEqual(['A1', 'A5']);
  });

  test('have a restricted view last, or never, or as any other', () => {
    const rows = ['rr', 'x.', '..'];
    expect(best(hall(rows), { quantity: 2 })).toEqual(['C1', 'C2']);
    expect(best(hall(rows), { quantity: 2, restrictedView: true })).toEqual(['A1', 'A2']);
    // Beside each other with a restricted view goes before apart.
    expect(best(hall(['rr', 'x.', '.x']), { quantity: 2 })).toEqual(['A1', 'A2']);
    expect(best(hall(['rr', 'x.', '.x']), { quantity: 2, restrictedView: false })).toEqual(['B2', 'C1']);
  });

  test('at a table are beside each other, all round', () => {
    const table = (picture: string) => ({ '': { rows: ['.x.'], tables: { T1: picture } } });
    expect(best(table('.xx...'), { quantity: 4 })).toEqual(['T1-1', 'T1-4', 'T1-5', 'T1-6']);
    expect(best(table('.x.x.x'), { quantity: 2 })).toEqual(['T1-1', 'T1-3']);
    // Rather where nobody is left alone.
    const two = { '': { tables: { T1: '...xxx', T2: '..xxxx' } } };
    expect(best(two, { quantity: 2 })).toEqual(['T2-1', 'T2-2']);
    expect(best(table('.x.x.x'), { quantity: 2, section: 't1' }, { mayStrand: false })).toEqual(['T1-1', 'T1-3']);
  });

  test('are no table that is sold whole, unless its name or its category says so', () => {
    const sections = { Salon: { rows: ['.x.'], tables: { T1: '....', T2: '....' }, category: 'Gold' } };
    expect(best(sections, { quantity: 2 }, { whole: ['T1', 'T2'] })).toEqual(['Salon-A1', 'Salon-A3']);
    expect(best(sections, { quantity: 3, section: 'Salon' }, { whole: ['T1', 'T2'] })).toBeUndefined();
    expect(best(sections, { quantity: 1, section: 'T2' }, { whole: ['T1', 'T2'] })).toEqual(['Salon-T2']);
    expect(best(sections, { quantity: 1, section: 'salon-t2' }, { whole: ['T1', 'T2'] })).toEqual(['Salon-T2']);
    const tables = { '': { rows: ['...'] }, Salon: { tables: { T1: '....', T2: 'X...' }, category: 'Tables' } };
    expect(best(tables, { quantity: 1, category: 'Tables' }, { whole: ['T1', 'T2'] })).toEqual(['Salon-T1']);
    expect(best(tables, { quantity: 4 }, { whole: ['T1', 'T2'] })).toBeUndefined();
  });

  test('are in one general admission area before they are apart, and after seats beside each other', () => {
    const areas = [floor];
    const standing = ['Floor 1', 'Floor 2'];
    expect(best(hall(['..']), { quantity: 2 }, { areas })).toEqual(['A1', 'A2']);
    expect(best(hall(['.x.']), { quantity: 2 }, { areas })).toEqual(standing);
    expect(best(hall(['..']), { quantity: 2, section: 'floor' }, { areas })).toEqual(standing);
    expect(best(hall(['..']), { quantity: 2, category: 'Standing' }, { areas })).toEqual(standing);
    expect(best(hall(['..']), { quantity: 5, section: 'Floor' }, { areas })).toBeUndefined();
    // One seat and four to stand are two groups.
    expect(best(hall(['.x.']), { quantity: 5 }, { areas })).toHaveLength(5);
  });

  test('at one table, or in one area, may have several prices', () => {
    const { plan } = drawn({ '': { tables: { T1: '..' } } }, { areas: [floor] });
    const seats = offered(plan, new Set()).map((seat, i) => ({ ...seat, price: 100 + i }));
    expect(bestByPlan(plan, seats, { quantity: 2 })[0]).toEqual(['T1-1', 'T1-2']);
    expect(bestByPlan(plan, seats, { quantity: 3 })[0]).toEqual(['Floor 1', 'Floor 2', 'Floor 3']);
  });

  test('in an area are any that are free, as many disjoint sets as are asked for, and begin in an own lane', () => {
    const { plan } = drawn({}, { areas: [{ ...floor, capacity: 100 }] });
    const sold = new Set(['Floor 2', 'Floor 4']);
    const sets = bestByPlan(plan, offered(plan, sold), { quantity: 3 }, { most: 64 });
    expect(sets[0]).toEqual(['Floor 1', 'Floor 3', 'Floor 5']);
    expect(sets).toHaveLength(32);
    expect(new Set(sets.flat()).size).toBe(96);
    const candidates = inOneGo(seatsByPlan(offered(plan, sold), inOneGo(layoutOf(plan)), { mayStrand: false }));
    const taken = new Uint8Array(100);
    expect(candidates.find({ quantity: 2 }, taken, 9, (place) => place >= 48)).toEqual([[48, 49]]);
  });

  test('are by labels where a ticket is not of the plan, after the others', () => {
    const { plan } = drawn(hall(['..x']));
    const seats = offered(plan, new Set());
    const more = ['Z1', 'Z2', 'Z3'].map((seat) => ({ ...seats[0]!, uuid: seat, seat, place: null, category: null }));
    expect(bestByPlan(plan, [...more, ...seats], { quantity: 3 })[0]).toEqual(['A1', 'A2', 'A3']);
    expect(bestByPlan(plan, [...more, ...seats.slice(1)], { quantity: 3 })[0]).toEqual(['Z1', 'Z2', 'Z3']);
    const unknown = [-1, 3, 0].map((place, i) => ({ ...more[i]!, place }));
    expect(bestByPlan(plan, [...seats.slice(0, 2), ...unknown], { quantity: 3 })[0]).toEqual(['Z1', 'Z2', 'Z3']);
    // A place without a ticket is a gap.
    expect(bestByPlan(plan, [seats[0]!, seats[2]!, ...more.slice(0, 2)], { quantity: 2 })[0]).toEqual(['Z1', 'Z2']);
  });
});

describe('accessible places', () => {
  const rows = ['acca..', '......'];
  test('come with companions’ seats beside them', () => {
    expect(best(hall(rows), { quantity: 2, accessible: 1 })).toEqual(['A1', 'A2']);
    expect(best(hall(rows), { quantity: 3, accessible: 1 })).toEqual(['A1', 'A2', 'A3']);
    expect(best(hall(rows), { quantity: 4, accessible: 2 })).toEqual(['A1', 'A2', 'A3', 'A4']);
    expect(best(hall(rows), { quantity: 1, accessible: 1 })).toEqual(['A1']);
    expect(best(hall(rows), { quantity: 3, accessible: 3 })).toBeUndefined();
  });

  test('come with ordinary seats beside them where no companion’s is left', () => {
    expect(best(hall(['aCCa..']), { quantity: 2, accessible: 1 })).toEqual(['A4', 'A5']);
    expect(best(hall(['aCCax.', '.....']), { quantity: 2, accessible: 1 })).toEqual(['A1', 'B1']);
  });

  test('come near each other where none are beside each other', () => {
    const apart = ['a..a....a', '.........'];
    expect(best(hall(apart), { quantity: 3, accessible: 2 })).toEqual(['A1', 'A2', 'A4']);
    expect(best(hall(['ax', 'cx', 'xa']), { quantity: 2, accessible: 1 })).toEqual(['A1', 'B1']);
  });

  test('are for others only when there is nothing else, not even apart', () => {
    expect(best(hall(['acca', '.x.x']), { quantity: 2 })).toEqual(['B1', 'B3']);
    expect(best(hall(['acca', '.xxx']), { quantity: 2 })).toEqual(['A2', 'A3']);
    expect(best(hall(['...']), { quantity: 1, accessible: 1 })).toBeUndefined();
  });

  test('at a table come with others at it', () => {
    const sections = { '': { rows: ['......'], tables: { T1: '.a.' } } };
    expect(best(sections, { quantity: 2, accessible: 1 })).toEqual(['T1-1', 'T1-2']);
  });
});

test('a layout has the places in the order of the plan', () => {
  const sections = { A: { rows: ['. a', 'r'], tables: { T1: '..', T2: '..' } }, B: { rows: ['.'] } };
  const { plan } = drawn(sections, { areas: [floor], whole: ['T2'] });
  const [layout, places] = [inOneGo(layoutOf(plan)), placesOf(plan)];
  expect(layout.places).toBe(places.length);
  const named = layout.rows.flatMap(({ from, to, name }) => Array.from({ length: to - from }, () => name));
  const rows = places.map(({ section, area, table }) => ({ section: area ?? section, ...(table && { table }) }));
  expect(named).toEqual(rows);
  expect([...layout.x]).toEqual(places.map(({ x = Number.NaN }) => x));
});
