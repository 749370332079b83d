type State = {
  version: string;
  /** The seats that have changed since the state before; nobody asks that of the first one. */
  places: readonly number[];
};

/** More changed seats are longer than all seats at once. */
const maxPlaces = 2000;
const minPlaces = 100;

/**
 * The states that the seats of an event have had last. It is bounded by the changed seats, whatever the time: by as
 * many as the event has, and never by more than 2,000.
 */
export class SeatHistory {
  readonly #limit: number;
  readonly #states: State[];
  /** The number of the first state that is kept. */
  #first = 0;
  #kept = 0;

  constructor(seats: number, version: string) {
    this.#limit = Math.min(maxPlaces, Math.max(minPlaces, seats));
    this.#states = [{ version, places: [] }];
  }

  /** Adds a state, and returns its number. */
  add(version: string, places: readonly number[]): number {
    this.#states.push({ version, places });
    this.#kept += places.length;
    while (this.#kept > this.#limit) {
      this.#states.shift();
      this.#first++;
      this.#kept -= this.#states[0]!.places.length;
      this.#states[0]!.places = [];
    }
    return this.#first + this.#states.length - 1;
  }

  /**
   * Returns the seats that have changed between the state of that version and the one of this number, each once;
   * undefined when the earlier one is not known, or no longer. A state that comes twice is the later one.
   */
  between(version: string, number: number): number[] | undefined {
    const places = new Set<number>();
    for (let at = number - this.#first; at >= 0; at--) {
      const state = this.#states[at]!;
      if (state.version === version) return [...places];
      for (const place of state.places) places.add(place);
    }
    return undefined;
  }
}
