import { isSection } from './seat-label.ts';
import { seatRows } from './seat-rows.ts';
import { strandedInBlock } from './stranded-seats.ts';

/** A seat as the best ones are chosen among: its label such as `101-C12` or `A1`, and its price in minor units. */
export type OfferedSeat = { uuid: string; seat: string; price: number; currency: string; free: boolean };

export type Wish = {
  quantity: number;
  /** Most that one seat may cost, in minor units. */
  maxPrice?: number | undefined;
  /** By name, without regard to case: `101` is also `Section 101`. */
  section?: string | undefined;
};

/** How many choices are worth to be found: those who ask at one moment share them. */
const choices = 64;

/** Free seats beside each other, `places[0]` at `rowStart` of its row; `rank` is the row's place, the front first. */
type Block = { places: OfferedSeat[]; rank: number; rowStart: number; rowLength: number; isLoose: boolean };
/** Those of a block that can be had for the wish: from `from` up to, not including, `to`. */
type Run = { block: Block; from: number; to: number };
type Choice = { block: Block; start: number; stranded: number; price: number; fromMiddle: number };

/**
 * Sets of free seats for a wish, the best first; none when there are not enough. A set is of one currency: prices of two
 * can't be compared, so the one that has more of the event's seats goes first, and the next only where it has no set.
 *
 * Seats beside each other in one row (see `seatRows`) where such exist. What leaves no single seat behind goes before what
 * does, then the dearer (an organiser's own word for better), then the row in front, then the middle of the row. Further
 * sets overlap with no better one, and leave no more single seats than the first. Unless a set `mayStrand`, none is
 * returned by which `strandedBy` finds a seat left alone.
 */
export function bestSeats(seats: OfferedSeat[], wish: Wish, { mayStrand = true } = {}): string[][] {
  const blocks = freeBlocks(seats, wish.section);
  const byCurrency = currenciesOf(seats).map((currency) => runsOf(blocks, wish, currency));
  for (const runs of byCurrency) {
    const together = runs.flatMap((run) => windows(run, wish.quantity, mayStrand));
    const least = together.reduce((least, { stranded }) => Math.min(least, stranded), Number.POSITIVE_INFINITY);
    const tidy = together.filter(({ stranded }) => stranded === least).sort(byMerit);
    if (tidy.length > 0) return apart(tidy, wish.quantity);
  }
  for (const runs of byCurrency) {
    const scattered = fewestGroups(runs, wish.quantity, mayStrand);
    if (scattered) return [scattered];
  }
  return [];
}

/** The one with the most seats first, of equals the one that comes first. */
function currenciesOf(seats: OfferedSeat[]): string[] {
  const counts = new Map<string, number>();
  for (const { currency } of seats) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  return [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!);
}

function freeBlocks(seats: OfferedSeat[], section: string | undefined): Block[] {
  const blocks: Block[] = [];
  for (const [rank, row] of seatRows(seats).entries()) {
    if (section !== undefined && !isSection(section, row.section)) continue;
    let block: Block | undefined;
    for (const [i, seat] of row.seats.entries()) {
      if (!row.isBeside[i] || !seat.free) block = undefined;
      if (!seat.free) continue;
      if (!block) {
        block = { places: [], rank, rowStart: i, rowLength: row.seats.length, isLoose: row.isLoose };
        blocks.push(block);
      }
      block.places.push(seat);
    }
  }
  return blocks;
}

function runsOf(blocks: Block[], { maxPrice = Number.POSITIVE_INFINITY }: Wish, currency: string): Run[] {
  const runs: Run[] = [];
  for (const block of blocks) {
    let run: Run | undefined;
    for (const [i, place] of block.places.entries()) {
      if (place.price > maxPrice || place.currency !== currency) {
        run = undefined;
      } else if (run) {
        run.to = i + 1;
      } else {
        run = { block, from: i, to: i + 1 };
        runs.push(run);
      }
    }
  }
  return runs;
}

/** What a run has of so many beside each other. Left alone is who has no free neighbour, at whatever price. */
function windows({ block, from, to }: Run, quantity: number, mayStrand: boolean): Choice[] {
  const { places, isLoose, rowStart, rowLength } = block;
  const found: Choice[] = [];
  let price = 0;
  for (let i = from; i < to; i++) {
    price += places[i]!.price;
    const start = i - quantity + 1;
    if (start < from) continue;
    if (start > from) price -= places[start - 1]!.price;
    const left = start;
    const right = places.length - start - quantity;
    const stranded = isLoose ? 0 : Number(left === 1) + Number(right === 1);
    if (stranded > 0 && left + right > 1 && !mayStrand) continue;
    const fromMiddle = Math.abs(2 * (rowStart + start) + quantity - rowLength);
    found.push({ block, start, stranded, price, fromMiddle });
  }
  return found;
}

const byMerit = (a: Choice, b: Choice) =>
  b.price - a.price || a.block.rank - b.block.rank || a.fromMiddle - b.fromMiddle;

function apart(sorted: Choice[], quantity: number): string[][] {
  const used = new Set<OfferedSeat>();
  const found: string[][] = [];
  for (const { block, start } of sorted) {
    if (found.length === choices) break;
    const places = block.places.slice(start, start + quantity);
    if (places.some((place) => used.has(place))) continue;
    for (const place of places) used.add(place);
    found.push(places.map(({ uuid }) => uuid));
  }
  return found;
}

/**
 * Where no row has so many beside each other: as few groups as there can be, of equals the front first, as `runs` come.
 */
function fewestGroups(runs: Run[], quantity: number, mayStrand: boolean): string[] | undefined {
  const length = ({ from, to }: Run) => to - from;
  const found = new Set<string>();
  for (const run of [...runs].sort((a, b) => length(b) - length(a))) {
    for (const uuid of groupOf(run, quantity - found.size, mayStrand, found)) found.add(uuid);
    if (found.size === quantity) return [...found];
  }
  return undefined;
}

/** As many of a run as are wanted and, if it must not, as strand nobody in its block. */
function groupOf({ block, from, to }: Run, most: number, mayStrand: boolean, before: ReadonlySet<string>): string[] {
  for (let size = Math.min(most, to - from); size > 0; size--) {
    for (let start = from; start + size <= to; start++) {
      const group = block.places.slice(start, start + size).map(({ uuid }) => uuid);
      if (mayStrand || block.isLoose) return group;
      if (strandedInBlock(block.places, new Set([...before, ...group])).length === 0) return group;
    }
  }
  return [];
}
