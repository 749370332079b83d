/** A seat as the best ones are chosen among: its label such as `101-C12` or `A1`, and its price in minor units. */
export type OfferedSeat = { uuid: string; seat: string; price: number; currency: string; free: boolean };

export type Wish = {
  quantity: number;
  /** Most that one seat may cost, in minor units. */
  maxPrice?: number | undefined;
  /** By name, without regard to case: `101` is also `Section 101`. */
  section?: string | undefined;
};

/**
 * Port: the sets of an event's seats, and which of them are better. It knows nothing of what is sold or held, which
 * changes all the time, and is made once for seats that stay as they are. Rows of labels are one way to tell
 * (`seatsByRow`); a plan of the hall, or an area where everybody stands, would be others.
 */
export type Candidates = {
  /** Each at its place, which is its index here. */
  readonly seats: readonly OfferedSeat[];
  /** Wishes of the same key are met by the same sets. */
  keyOf(wish: Wish): string;
  /**
   * Up to `most` sets of places for a wish, the best first, none of which is `taken` (not 0) and no two of which
   * overlap; none when there are not enough. Given `isOwn`, the best that begins at such a place, and nothing else,
   * unless only others leave as few single seats behind.
   */
  find(wish: Wish, taken: Uint8Array, most: number, isOwn?: (place: number) => boolean): number[][];
  /**
   * The free places that a choice would leave alone though it need not, in their order. Chosen ones count as free
   * before, whether they are `taken` or not: who asks may hold them already.
   */
  strandedBy(chosen: ReadonlySet<number>, taken: Uint8Array): number[];
};
