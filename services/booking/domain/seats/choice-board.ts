import type { Candidates, OfferedSeat, Wish } from './candidates.ts';
import { Lanes } from './lanes.ts';
import { SeatTable } from './seat-table.ts';

const maxRemembered = 1000;

/** A set that was handed out, and the lanes at that time. */
type Taken = { uuids: string[]; division: number };

/** `free`: the set was not tried to the end; `lost`: the seats that others have. */
export type SetOutcome = 'held' | 'free' | { lost: string[] };

/**
 * The seats of an event as one process knows them: the stores' state at the last look, and the sets handed out since.
 *
 * A set that is handed out is promised: no other buyer in this process gets one of its seats until its outcome is
 * known. Seats that turned out to be taken are set aside until a later look shows them.
 */
export class ChoiceBoard {
  /** Without its seats, which the table has. */
  #candidates: Omit<Candidates, 'seats'> | undefined;
  #seats = new SeatTable([]);
  #sold = new Uint8Array();
  /** Sold or locked, by the last look. */
  #taken = new Uint8Array();
  /** Those, and seats that are promised or set aside. */
  #gone = new Uint8Array();
  #locked: string[] = [];
  readonly #promised = new Set<string>();
  /** Seats set aside, with the number of the last look that had begun then. */
  readonly #aside = new Map<string, number>();
  readonly #lanes = new Lanes();
  /** Wishes without a set, until a seat is free again. */
  readonly #barren = new Set<string>();
  /** By wish: whether there was a set for it in `#taken`. */
  readonly #possible = new Map<string, boolean>();

  get seats(): number {
    return this.#seats.size;
  }

  get isLaidOut(): boolean {
    return this.#candidates !== undefined;
  }

  get hasPromised(): boolean {
    return this.#promised.size > 0;
  }

  /** Starts anew with other seats; promised seats and those set aside stay so. */
  layOut({ seats, ...candidates }: Candidates): void {
    this.#candidates = candidates;
    this.#seats = new SeatTable(seats);
    this.#sold = Uint8Array.from(seats, ({ free }) => Number(!free));
    this.#count();
  }

  /** Updates seats; returns false when one differs from the layout (a new seat, another price or category). */
  update(seats: OfferedSeat[]): boolean {
    for (const seat of seats) {
      const place = this.#seats.placeOf(seat.uuid);
      if (place === undefined || !this.#seats.isAsBefore(place, seat)) return false;
      this.#sold[place] = Number(!seat.free);
    }
    return true;
  }

  /** Updates the locked seats after a look, and forgets the seats that were set aside before it began. */
  seen(look: number, locked: string[]): void {
    this.#locked = locked;
    for (const [uuid, since] of this.#aside) if (since < look) this.#aside.delete(uuid);
    this.#count();
  }

  /**
   * Promises the best remaining set; in a rush, where other processes sell too, one of the best (see `Lanes`). `tries`
   * is how many the seeker has lost before. Returns undefined when none is left.
   */
  take(wish: Wish, { isInRush, tries }: { isInRush: boolean; tries: number }): Taken | undefined {
    if (!this.#candidates) return undefined;
    const key = this.#candidates.keyOf(wish);
    if (this.#barren.has(key)) return undefined;
    const { find } = this.#candidates;
    const set = isInRush
      ? this.#lanes.choose((most, isOwn) => find(wish, this.#gone, most, isOwn), tries)
      : find(wish, this.#gone, 1)[0];
    if (!set) {
      if (this.#barren.size >= maxRemembered) this.#barren.clear();
      this.#barren.add(key);
      return undefined;
    }
    const uuids = set.map((place) => this.#seats.uuidAt(place));
    for (const uuid of uuids) this.#promised.add(uuid);
    this.#mark(this.#gone, uuids);
    return { uuids, division: this.#lanes.division };
  }

  /** Returns whether there was a set for a wish at the last look, even if it is taken by now. */
  hadOne(wish: Wish): boolean {
    if (!this.#candidates) return false;
    const key = this.#candidates.keyOf(wish);
    const known = this.#possible.get(key);
    if (known !== undefined) return known;
    const found = this.#candidates.find(wish, this.#taken, 1).length > 0;
    if (this.#possible.size >= maxRemembered) this.#possible.clear();
    this.#possible.set(key, found);
    return found;
  }

  /** Returns the seats that a choice would leave alone by the last look; see `Candidates`. */
  strandedBy(uuids: string[]): string[] {
    const chosen = new Set(uuids.flatMap((uuid) => this.#seats.placeOf(uuid) ?? []));
    const stranded = this.#candidates?.strandedBy(chosen, this.#taken) ?? [];
    return stranded.map((place) => this.#seats.uuidAt(place));
  }

  /** Ends the promise of a set: taken seats are set aside. `look` is the last that has begun. */
  settle({ uuids, division }: Taken, outcome: SetOutcome, look: number): void {
    if (outcome !== 'free') this.#lanes.tell(outcome === 'held', division);
    const taken = outcome === 'held' ? uuids : outcome === 'free' ? [] : outcome.lost;
    for (const uuid of uuids) this.#promised.delete(uuid);
    // Candidates count on it that what is taken only gains.
    if (outcome !== 'held') this.#gone = this.#gone.slice();
    for (const uuid of taken) this.#aside.set(uuid, look);
    for (const uuid of uuids) {
      const place = this.#seats.placeOf(uuid);
      if (place === undefined || this.#aside.has(uuid)) continue;
      this.#gone[place] = this.#taken[place]!;
      this.#barren.clear();
    }
    this.#mark(this.#gone, taken);
  }

  #count(): void {
    this.#taken = this.#sold.slice();
    this.#mark(this.#taken, this.#locked);
    this.#gone = this.#taken.slice();
    this.#mark(this.#gone, this.#promised);
    this.#mark(this.#gone, this.#aside.keys());
    this.#barren.clear();
    this.#possible.clear();
  }

  #mark(places: Uint8Array, uuids: Iterable<string>): void {
    for (const uuid of uuids) {
      const place = this.#seats.placeOf(uuid);
      if (place !== undefined) places[place] = 1;
    }
  }
}
