import { accessibleSets } from './accessible-seats.ts';
import type { Candidates, OfferedSeat, Wish } from './candidates.ts';
import { addRows, currenciesOf, emptyHall, hallWriter, kinds, type Name, type SeatedHall } from './hall.ts';
import { hallOfPlan } from './plan-hall.ts';
import type { PlanLayout } from './plan-layout.ts';
import { fewestGroups } from './scattered-seats.ts';
import { isSection } from './seat-label.ts';
import type { Look } from './seat-look.ts';
import { ordersIn } from './seat-orders.ts';
import { rowsInSteps } from './seat-rows.ts';
import { together } from './seats-together.ts';
import { strandedInRows } from './stranded-seats.ts';

/** Cached names of requested sections, with the sections that they mean. */
const maxNames = 200;

type Settings = { mayStrand: boolean };

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
export function* seatsByRow(seats: readonly OfferedSeat[], settings: Settings): Generator<void, Candidates, void> {
  const rows = yield* rowsInSteps(seats);
  const hall = emptyHall(seats.length, currenciesOf(seats));
  const writer = hallWriter(hall);
  yield* addRows(hall, writer, rows);
  return candidatesIn(writer.end(), settings);
}

/**
 * The best sets of seats by the event's plan; seats that are not of it come after the others, by their labels. As
 * `seatsByRow`, but:
 *
 * - Seats of a table are beside each other, and so are the places of a general admission area, which come after all
 *   seats. Neither has single seats to spare, but a set that leaves one alone at a table goes after one that does not.
 * - After the price, the nearest to the focal point goes first, in whatever section.
 * - Groups are close together.
 * - Seats with a restricted view go after all sets without, unless the wish tells otherwise.
 * - Accessible places and their companions' are for wishes that ask for such; others get them when there is nothing
 *   else, not even apart, and companions' first.
 * - A table that is sold whole is for those who name it, or a category that has nothing else.
 */
export function* seatsByPlan(
  seats: readonly OfferedSeat[],
  layout: PlanLayout,
  settings: Settings,
): Generator<void, Candidates, void> {
  return candidatesIn(yield* hallOfPlan(layout, seats), settings);
}

/** The rows that a name means; `isTable` when it is a table's own. */
type Meant = { key: string; isIn: Uint8Array; isTable: boolean };

function candidatesIn({ hall, seats }: SeatedHall, { mayStrand }: Settings): Candidates {
  const ordersOf = ordersIn(hall);
  const meanings = new Map<string, Meant>();
  const prices = [...new Set(hall.price)].sort((a, b) => a - b);
  const categories = new Map(hall.categories.map((category, i) => [normal(category), i]));
  const kindsHere = hall.kind.reduce((all, kind) => all | kind, 0);
  const isPlain = !(kindsHere & (kinds.restrictedView | kinds.forAccess | kinds.accessible | kinds.wholeTable));
  const tablesOnly = new Set(hall.categories.keys());
  for (const [place, kind] of hall.kind.entries()) {
    if (!(kind & kinds.wholeTable)) tablesOnly.delete(hall.category[place]!);
  }

  function meantBy(name: string | undefined): Meant | undefined {
    if (name === undefined) return undefined;
    const known = meanings.get(name);
    if (known) return known;
    if (meanings.size >= maxNames) meanings.clear();
    const isIn = Uint8Array.from(hall.names, (one) => Number(isSection(name, one.section) || isTable(name, one)));
    const indexes = hall.names.flatMap((_, i) => (isIn[i] ? [i] : []));
    const meant = { key: indexes.join(), isIn, isTable: indexes.some((i) => isTable(name, hall.names[i]!)) };
    meanings.set(name, meant);
    return meant;
  }

  /** A higher bound that admits no further seat means the same. */
  const boundOf = ({ maxPrice }: Wish) =>
    maxPrice === undefined ? prices.length : prices.findLastIndex((price) => price <= maxPrice) + 1;

  /** -1 is none that there is. */
  const categoryOf = ({ category }: Wish) =>
    category === undefined ? undefined : (categories.get(normal(category)) ?? -1);

  /** The kinds to leave out, for one attempt after the other; each group is also tried apart before the next. */
  function attempts({ section, restrictedView }: Wish, category: number | undefined): number[][] {
    if (isPlain) return [[0]];
    const isWhole = meantBy(section)?.isTable || (category !== undefined && tablesOnly.has(category));
    const never = isWhole ? 0 : kinds.wholeTable;
    const views =
      restrictedView === undefined ? [kinds.restrictedView, 0] : [restrictedView ? 0 : kinds.restrictedView];
    const groups = [kinds.forAccess, kinds.accessible, 0].map((access) =>
      views.map((view) => (never | view | access) & kindsHere),
    );
    const isNew = (group: number[], i: number) => group.join() !== groups[i - 1]?.join();
    return groups.filter(isNew).map((group) => [...new Set(group)]);
  }

  return {
    seats,
    keyOf: (wish) => {
      const { quantity, section, accessible = 0, restrictedView } = wish;
      // `*`: a section that there is not has another key than none.
      const its = [quantity, boundOf(wish), meantBy(section)?.key ?? '*', categoryOf(wish), accessible, restrictedView];
      return its.join(' ');
    },
    find(wish, taken, most, isOwn) {
      const { quantity, maxPrice = Number.POSITIVE_INFINITY, accessible = 0 } = wish;
      const category = categoryOf(wish);
      const look: Look = {
        hall,
        taken,
        quantity,
        maxPrice,
        isIn: meantBy(wish.section)?.isIn,
        category,
        out: 0,
        mayStrand,
      };
      const tried = attempts(wish, category);
      if (accessible > 0) {
        if (!(kindsHere & kinds.accessible)) return [];
        for (const out of tried.at(-1)!) {
          const sets = accessibleSets({ ...look, out }, accessible, ordersOf(quantity), most);
          const own = isOwn && sets.find((set) => isOwn(set[0]!));
          if (sets.length > 0) return own ? [own] : sets;
        }
        return [];
      }
      for (const outs of tried) {
        for (const out of outs) {
          look.out = out;
          for (const { starts } of ordersOf(quantity)) {
            const sets = together(look, starts, most, isOwn);
            if (sets.length > 0) return sets;
          }
        }
        for (const out of outs) {
          look.out = out;
          for (const currency of hall.currencies.keys()) {
            const set = fewestGroups(look, currency);
            if (set) return [set];
          }
        }
      }
      return [];
    },
    strandedBy: (chosen, taken) => strandedInRows(hall, chosen, taken),
  };
}

const normal = (name: string) => name.trim().normalize('NFC').toLowerCase();

const isTable = (name: string, { section, table }: Name) =>
  table !== undefined && (isSection(name, table) || isSection(name, `${section}-${table}`));
