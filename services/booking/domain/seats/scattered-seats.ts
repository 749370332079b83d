import { type Hall, kinds } from './hall.ts';
import { admits, type Look, placesFrom } from './seat-look.ts';
import { poolAt } from './seats-together.ts';
import { strandedInRows } from './stranded-seats.ts';

/**
 * Free places beside each other that meet a wish: from `from` up to, not including, `to`, or of a pool its `places`;
 * and the whole block.
 */
type Run = { from: number; to: number; blockFrom: number; blockTo: number; places?: number[] };

const lengthOf = ({ from, to, places }: Run) => places?.length ?? to - from;

/**
 * Returns a set of as few groups as there can be, for a wish that no row meets with neighbours: by a plan, of rows
 * close together; else of equals the front first.
 */
export function fewestGroups(look: Look, currency: number): number[] | undefined {
  const runs = runsIn(look, currency);
  return (look.hall.away && closeGroups(look, runs)) ?? longestFirst(look, runs);
}

function longestFirst(look: Look, runs: Run[]): number[] | undefined {
  const { quantity } = look;
  const found = new Set<number>();
  for (const run of [...runs].sort((a, b) => lengthOf(b) - lengthOf(a))) {
    for (const place of groupOf(look, run, quantity - found.size, found)) found.add(place);
    if (found.size === quantity) return [...found];
  }
  return undefined;
}

/** In the order of the hall. */
function runsIn(look: Look, currency: number): Run[] {
  const { hall, taken } = look;
  const found: Run[] = [];
  let block: { from: number; runs: Run[] } | undefined;
  let run: Run | undefined;
  const endBlock = (to: number) => {
    for (const one of block?.runs ?? []) {
      one.blockTo = to;
      found.push(one);
    }
    block = undefined;
    run = undefined;
  };
  const fits = (place: number) => hall.currency[place] === currency && admits(look, place);
  for (let place = 0; place < hall.size; place++) {
    if (block && (!hall.isBeside[place] || taken[place])) endBlock(place);
    if (hall.kind[place]! & kinds.inPool) {
      const [from, to] = poolAt(hall, place);
      const places = placesFrom(from, to - from).filter(fits);
      if (places.length > 0) found.push({ from, to, blockFrom: from, blockTo: to, places });
      place = to - 1;
      continue;
    }
    if (taken[place]) continue;
    block ??= { from: place, runs: [] };
    if (!fits(place)) run = undefined;
    else if (run) run.to = place + 1;
    else {
      run = { from: place, to: place + 1, blockFrom: block.from, blockTo: place + 1 };
      block.runs.push(run);
    }
  }
  endBlock(hall.size);
  return found;
}

/** Takes as many of a run as are wanted and, unless it may, without leaving a single seat in its block. */
function groupOf({ hall, mayStrand }: Look, run: Run, most: number, before: ReadonlySet<number>): number[] {
  const { from, to, blockFrom, blockTo, places } = run;
  if (places) return places.slice(0, most);
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

/** So many distances are measured at most, for a choice among so many places where the groups may begin. */
const maxMeasured = 200_000;

type Group = { run: Run; size: number };

/**
 * Returns the groups that are nearest to each other, and of those as near, to the focal point. Undefined where there
 * are not enough seats, or where a seat would be left alone that must not be.
 */
function closeGroups(look: Look, runs: Run[]): number[] | undefined {
  const { hall, quantity, mayStrand } = look;
  const groups = fewest(runs.map(lengthOf), quantity);
  if (groups === undefined) return undefined;
  const least = Math.ceil(quantity / groups);
  const seeds = runs
    .filter((run) => lengthOf(run) >= least)
    .sort((a, b) => awayOf(hall, a) - awayOf(hall, b) || 0)
    .slice(0, Math.max(1, Math.floor(maxMeasured / (groups * runs.length))));
  let best: { groups: Group[]; spread: number } | undefined;
  for (const seed of seeds) {
    const found = groupsAround(hall, seed, runs, quantity, groups);
    if (!best || found.spread < best.spread) best = found;
  }
  const [first, second = first] = best!.groups;
  const set = best!.groups.flatMap((group) => pieceOf(hall, group, middleOf((group === first ? second : first)!.run)));
  const isFine = set.length === quantity && (mayStrand || strandedInRows(hall, new Set(set), look.taken).length === 0);
  return isFine ? set : undefined;
}

/** Returns the piece of a run that is nearest to a place, of those that leave no single seat of it if there are any. */
function pieceOf(hall: Hall, { run, size }: Group, towards: number): number[] {
  const { from, to, places } = run;
  if (places) return places.slice(0, size);
  let best: { start: number; merit: number } | undefined;
  for (let start = from; start + size <= to; start++) {
    const single = start - from === 1 || to - start - size === 1 ? far : 0;
    const merit = single + distanceBetween(hall, start + (size >> 1), towards);
    if (!best || merit < best.merit) best = { start, merit };
  }
  return placesFrom(best!.start, size);
}

/** Returns how few of these lengths have so many together. */
function fewest(lengths: number[], quantity: number): number | undefined {
  let left = quantity;
  const longest = Int32Array.from(lengths).sort().reverse();
  const at = longest.findIndex((length) => {
    left -= length;
    return left <= 0;
  });
  return at < 0 ? undefined : at + 1;
}

/** Takes the nearest run that is long enough for the rest to be of as few groups. */
function groupsAround(hall: Hall, seed: Run, runs: Run[], quantity: number, groups: number) {
  const taken: Group[] = [{ run: seed, size: Math.min(lengthOf(seed), quantity) }];
  const left = new Set(runs);
  left.delete(seed);
  let [spread, missing] = [0, quantity - taken[0]!.size];
  while (missing > 0) {
    const least = Math.ceil(missing / (groups - taken.length));
    let nearest: { run: Run; distance: number } | undefined;
    for (const run of left) {
      if (lengthOf(run) < least) continue;
      const distance = distanceBetween(hall, middleOf(seed), middleOf(run));
      if (!nearest || distance < nearest.distance) nearest = { run, distance };
    }
    const { run, distance } = nearest!;
    const size = Math.min(lengthOf(run), missing);
    left.delete(run);
    taken.push({ run, size });
    spread += distance;
    missing -= size;
  }
  // Nobody sits alone where one of the others may come along: 2 and 2 instead of 3 and 1.
  const alone = taken.find(({ run, size }) => size === 1 && lengthOf(run) > 1);
  const company = taken.find(({ size }) => size > 2);
  if (alone && company) {
    alone.size++;
    company.size--;
  }
  return { groups: taken, spread };
}

/** Two places whose distance is not known are farther from each other than any other two. */
const far = 1e9;

const middleOf = ({ from, to, places }: Run) => places?.[places.length >> 1] ?? (from + to) >> 1;

const awayOf = (hall: Hall, run: Run) => Math.min(hall.away![middleOf(run)]!, far);

function distanceBetween({ x, y }: Hall, a: number, b: number): number {
  const distance = Math.hypot(x![a]! - x![b]!, y![a]! - y![b]!);
  return Number.isNaN(distance) ? far : distance;
}
