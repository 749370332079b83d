/**
 * A seat to choose from: its label such as `101-C12` or `A1`, and its price in minor units. `place` is its index in the
 * event's plan.
 */
export type OfferedSeat = {
  uuid: string;
  seat: string;
  price: number;
  currency: string;
  free: boolean;
  place?: number | null;
  category?: string | null;
};

export type Wish = {
  quantity: number;
  /** The maximum price of one seat, in minor units. */
  maxPrice?: number | undefined;
  /** By name, without regard to case: `101` is also `Section 101`. Also a general admission area, or a table. */
  section?: string | undefined;
  /** By name, without regard to case. */
  category?: string | undefined;
  /** So many are accessible places, and the rest companions' seats beside them. */
  accessible?: number | undefined;
  /** False: never with a restricted view; true: as any other; undefined: only where there is nothing else. */
  restrictedView?: boolean | undefined;
};

/**
 * Port: the sets of an event's seats, the best first. It is made once for seats that don't change, and does not know
 * which are sold or held. Rows of labels are one implementation (`seatsByRow`), the event's plan another
 * (`seatsByPlan`).
 */
export type Candidates = {
  /** Each at its place, which is its index here. */
  readonly seats: readonly OfferedSeat[];
  /** Wishes with the same key have the same sets. */
  keyOf(wish: Wish): string;
  /**
   * Returns up to `most` sets of places for a wish, the best first, none of which is `taken` (not 0) and no two of
   * which overlap; none when there are not enough. Given `isOwn`, the best that begins at such a place, and nothing
   * else, unless only others leave as few single seats behind. A `taken` that was given before only gains places: who
   * frees some gives another.
   */
  find(wish: Wish, taken: Uint8Array, most: number, isOwn?: (place: number) => boolean): number[][];
  /**
   * Returns the free places that a choice would needlessly leave alone, in their order. Chosen ones count as free
   * before, whether they are `taken` or not: the buyer may hold them already.
   */
  strandedBy(chosen: ReadonlySet<number>, taken: Uint8Array): number[];
};
