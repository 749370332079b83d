/** A seat as the best ones are chosen among: its label such as `101-C12` or `A1`, and its price in minor units. */
export type OfferedSeat = { uuid: string; seat: string; price: number; free: boolean };

export type Wish = {
  quantity: number;
  /** Most that one seat may cost, in minor units. */
  maxPrice?: number | undefined;
  section?: string | undefined;
};

/** How many choices are worth to be found: those who ask at one moment share them. */
const choices = 64;

type Place = OfferedSeat & { section: string; number: number };
/** Neighbours that are free and can be had; `rank` is the row's place among all, the front first. */
type Run = { places: Place[]; rank: number; rowMiddle: number };
type Choice = { places: Place[]; stranded: number; price: number; rank: number; fromMiddle: number };

/**
 * Sets of free seats for a wish, the best first; none when there are not enough. Seats beside each other in one row where
 * such exist. What leaves no single seat behind goes before what does, then the dearer (an organiser's own word for
 * better), then the row in front, then the middle of the row. Further sets overlap with no better one, and leave no more
 * single seats than the first.
 */
export function bestSeats(seats: OfferedSeat[], wish: Wish): string[][] {
  const runs = freeRuns(seats, wish);
  const together = runs.flatMap((run) => windows(run, wish.quantity)).sort(byMerit);
  const tidy = together.filter(({ stranded }) => stranded === together[0]!.stranded);
  const found = apart(tidy).map(({ places }) => places.map(({ uuid }) => uuid));
  if (found.length > 0) return found;
  const scattered = fewestGroups(runs, wish.quantity);
  return scattered ? [scattered] : [];
}

/** Section, row and number of a label; one that has no number is a row of its own. */
function placeOf(label: string): { section: string; row: string; number: number } {
  const match = /^(?:(.*)-)?([^\d-]*)(\d+)$/.exec(label);
  return match
    ? { section: match[1] ?? '', row: `${match[1] ?? ''}-${match[2]}`, number: Number(match[3]) }
    : { section: '', row: label, number: 0 };
}

function freeRuns(seats: OfferedSeat[], { maxPrice = Number.POSITIVE_INFINITY, section }: Wish): Run[] {
  const rows = new Map<string, Place[]>();
  for (const seat of seats) {
    const { row, ...place } = placeOf(seat.seat);
    const places = rows.get(row) ?? [];
    places.push({ ...seat, ...place });
    rows.set(row, places);
  }
  const runs: Run[] = [];
  for (const [rank, places] of [...rows.values()].entries()) {
    places.sort((a, b) => a.number - b.number);
    const rowMiddle = (places[0]!.number + places.at(-1)!.number) / 2;
    let run: Place[] = [];
    for (const place of places) {
      const fits = place.free && place.price <= maxPrice && (section === undefined || place.section === section);
      if (run.length > 0 && !(fits && place.number === run.at(-1)!.number + 1)) {
        runs.push({ places: run, rank, rowMiddle });
        run = [];
      }
      if (fits) run.push(place);
    }
    if (run.length > 0) runs.push({ places: run, rank, rowMiddle });
  }
  return runs;
}

function windows({ places, rank, rowMiddle }: Run, quantity: number): Choice[] {
  return Array.from({ length: Math.max(0, places.length - quantity + 1) }, (_, start) => {
    const chosen = places.slice(start, start + quantity);
    const left = start;
    const right = places.length - start - quantity;
    return {
      places: chosen,
      stranded: Number(left === 1) + Number(right === 1),
      price: chosen.reduce((sum, place) => sum + place.price, 0),
      rank,
      fromMiddle: Math.abs((chosen[0]!.number + chosen.at(-1)!.number) / 2 - rowMiddle),
    };
  });
}

const byMerit = (a: Choice, b: Choice) =>
  a.stranded - b.stranded || b.price - a.price || a.rank - b.rank || a.fromMiddle - b.fromMiddle;

function apart(sorted: Choice[]): Choice[] {
  const used = new Set<string>();
  const found: Choice[] = [];
  for (const choice of sorted) {
    if (found.length === choices) break;
    if (choice.places.some(({ uuid }) => used.has(uuid))) continue;
    for (const { uuid } of choice.places) used.add(uuid);
    found.push(choice);
  }
  return found;
}

/** Where no row has so many beside each other: as few groups as there can be, the front first among equals. */
function fewestGroups(runs: Run[], quantity: number): string[] | undefined {
  const found: Place[] = [];
  for (const { places } of [...runs].sort((a, b) => b.places.length - a.places.length || a.rank - b.rank)) {
    found.push(...places.slice(0, quantity - found.length));
    if (found.length === quantity) return found.map(({ uuid }) => uuid);
  }
  return undefined;
}
