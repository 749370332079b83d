/** Seats beside each other that are of one lane. */
const laneSeats = 16;
const maxLanes = 16;
const maxSets = 256;
/** So many outcomes are looked at together. */
const sample = 16;
/** So many samples in which next to nothing was lost, and the lanes are fewer. */
const quietSamples = 60;
/** A set that was lost so often is chosen by chance. */
const triesInLane = 4;

/**
 * Tells which of the best sets a process takes in a rush. Alone it takes the best. Where other processes sell the same
 * seats, and know of each other's a moment late, each keeps to a lane of its own choice: stretches of seats in turns,
 * of which there are the more, the more sets are lost. Nobody need know how many processes there are.
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
   * The best set that `find` finds in the own lane; of who has lost `tries` before, and where there is none, one of the
   * best.
   */
  choose(find: (most: number, isOwn?: (place: number) => boolean) => number[][], tries: number): number[] | undefined {
    const isDivided = this.#lanes > 1;
    const most = Math.min(maxSets, Math.max(2 ** tries, isDivided ? laneSeats * this.#lanes : 1));
    const isOwn = (place: number) => Math.floor(place / laneSeats) % this.#lanes === this.#lane;
    const sets = find(most, isDivided && tries < triesInLane ? isOwn : undefined);
    return sets[Math.floor(this.#random() * sets.length)];
  }

  /** Takes in whether a set was held, or lost to others; `division` as it was then: what was before says nothing. */
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
