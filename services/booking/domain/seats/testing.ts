import { inOneGo } from '../../../../shared/async/in-slices.ts';
import { placesOf } from '../../../../shared/plan/places.ts';
import type { Plan, PlanSeat, SeatFlag } from '../../../../shared/plan/plan.ts';
import { seatsByPlan } from './best-seats.ts';
import type { OfferedSeat, Wish } from './candidates.ts';
import { layoutOf } from './plan-layout.ts';

/** Flags of a seat by its letter in a picture; a capital is taken, as is `x`. A blank is a gap. */
const flagsOf: Record<string, SeatFlag[]> = {
  '.': [],
  x: [],
  a: ['accessible'],
  c: ['companion'],
  r: ['restricted_view'],
  i: ['aisle'],
};

export type Picture = { rows?: string[]; x?: number; y?: number; category?: string; tables?: Record<string, string> };

type Around = { areas?: Plan['areas']; focal?: { x: number; y: number } | null; whole?: string[] };

/** A step between seats, and from row to row. */
export const [seatStep, rowStep] = [20, 25];

/** Returns the plan of pictures of sections by name, and the labels of what is taken in them. */
export function drawn(sections: Record<string, Picture>, { areas = [], focal, whole = [] }: Around = {}) {
  const signs: string[] = [];
  const seatsIn = (picture: string, at: (i: number) => { x: number; y: number }, category: string) =>
    [...picture].flatMap((sign, i): PlanSeat[] => {
      if (sign === ' ') return [];
      signs.push(sign);
      return [{ number: String(i + 1), ...at(i), category, flags: flagsOf[sign.toLowerCase()]! }];
    });
  const plan: Plan = {
    name: 'Hall',
    categories: [],
    sections: Object.entries(sections).map(([name, { rows = [], x = 0, y = 0, category = 'Gold', tables = {} }]) => ({
      name,
      rows: rows.map((picture, row) => ({
        name: String.fromCharCode(65 + row),
        seats: seatsIn(picture, (i) => ({ x: x + i * seatStep, y: y + row * rowStep }), category),
      })),
      tables: Object.entries(tables).map(([table, picture], n) => {
        const sold = whole.includes(table) ? 'whole' : 'by seat';
        const middle = { x: x + 100 * n, y: y + 200 };
        const before = signs.length;
        const seats = seatsIn(picture, (i) => ({ x: middle.x + i, y: middle.y }), category);
        if (sold === 'whole') signs.splice(before, seats.length, signs[before]!);
        return { name: table, ...middle, sold, seats };
      }),
    })),
    areas,
    ...(focal !== null && { focal_point: focal ?? { x: 0, y: -100 } }),
    decorations: [],
  };
  const taken = new Set(placesOf(plan).flatMap(({ label }, i) => (/[A-Zx]/.test(signs[i] ?? '.') ? [label] : [])));
  return { plan, taken };
}

/** Returns the seats of a plan as an event offers them; `price` by category. */
export function offered(plan: Plan, taken: ReadonlySet<string>, price: (category: string) => number = () => 100) {
  return placesOf(plan).map(
    ({ label, category }, place): OfferedSeat => ({
      uuid: label,
      seat: label,
      price: price(category),
      currency: 'EUR',
      free: !taken.has(label),
      place,
      category,
    }),
  );
}

/** Returns the best sets by a plan, as labels. */
export function bestByPlan(plan: Plan, seats: OfferedSeat[], wish: Wish, { mayStrand = true, most = 1 } = {}) {
  const candidates = inOneGo(seatsByPlan(seats, inOneGo(layoutOf(plan)), { mayStrand }));
  const taken = Uint8Array.from(candidates.seats, ({ free }) => Number(!free));
  return candidates.find(wish, taken, most).map((places) => places.map((place) => candidates.seats[place]!.seat));
}
