/** Seats beside each other in one lane. */
const laneSeats = 16;
const maxLanes = 16;
const maxSets = 256;
/** Outcomes per sample. */
const sample = 16;
/** After so many samples with next to no losses there are fewer lanes. */
const quietSamples = 60;
/** After so many losses a set is chosen at random. */
const triesInLane = 4;

/**
 * Decides which of the best sets a process takes in a rush. A single process takes the best. Where other processes sell
 * the same seats, and see each other's sales a moment late, each keeps to a lane of its own choice: alternating
 * stretches of seats. The more sets are lost, the more lanes there are, so the number of processes need not be known.
 */
export class Lanes {
  /** Changes with the lanes. */
  division = 0;
  #lanes = 1;
  #lane = 0;
  #outcomes = 0;
  #lost = 0;
  #quiet = 0;
  readonly #random: () => number;

  constructor(random = Math.random) {
    this.#random = random;
  }

  /**
   * Returns the best set that `find` finds in the own lane; after `tries` losses, or without one, one of the best.
   */
  choose(find: (most: number, isOwn?: (place: number) => boolean) => number[][], tries: number): number[] | undefined {
    const isDivided = this.#lanes > 1;
    const most = Math.min(maxSets, Math.max(2 ** tries, isDivided ? laneSeats * this.#lanes : 1));
    const isOwn = (place: number) => Math.floor(place / laneSeats) % this.#lanes === this.#lane;
    const sets = find(most, isDivided && tries < triesInLane ? isOwn : undefined);
    return sets[Math.floor(this.#random() * sets.length)];
  }

  /** Counts whether a set was held, or lost to others; outcomes of an earlier `division` are ignored. */
  tell(isHeld: boolean, division: number): void {
    if (division !== this.division) return;
    this.#outcomes++;
    this.#lost += Number(!isHeld);
    if (this.#outcomes < sample) return;
    if (this.#lost * 8 > sample) this.#divide(Math.min(maxLanes, 4 * this.#lanes));
    else {
      this.#quiet = this.#lost > 1 ? 0 : this.#quiet + 1;
      this.#outcomes = 0;
      if (this.#quiet >= quietSamples && this.#lanes > 1) this.#divide(this.#lanes / 2);
    }
    this.#lost = 0;
  }

  #divide(lanes: number): void {
    this.#lanes = lanes;
    this.#lane = Math.floor(this.#random() * lanes);
    this.#quiet = 0;
    this.#outcomes = 0;
    this.division++;
  }
}
