import type { Clock } from '../../../../shared/async/clock.ts';
import type { SeatStatus } from '../event/event.ts';
import { byUuid, type SeatState, type SeatStatuses } from '../event/seat-statuses.ts';
import { doorbell } from './doorbell.ts';

/**
 * A message to a viewer. `taken` holds every seat that is not available and replaces all earlier messages; `seats`
 * holds the seats that have changed since; `unavailable`: nothing is known until the next `taken`. The id names the
 * state: it is the version of the seats.
 */
export type LiveMessage = SeatsMessage | PlacesMessage | UnavailableMessage;
export type SeatsMessage = { id: string; event: 'taken' | 'seats'; seats: SeatState[] };
/** The seats by their places in these statuses: all of them, or those that have changed. */
export type PlacesMessage = { id: string; statuses: SeatStatuses } & (
  | { event: 'taken' }
  | { event: 'seats'; places: readonly number[] }
);
export type UnavailableMessage = { id: string; event: 'unavailable' };

/** The message to viewers of one form about a state of the seats. */
export type Look = {
  taken(): SeatsMessage | PlacesMessage;
  /** Returns the changes since a version; undefined when that is too old, or not known. */
  since(version: string): SeatsMessage | PlacesMessage | undefined;
};

/** How a viewer is told of seats, and the version that it has already. */
export type ViewerOptions = { by?: 'uuid' | 'index'; since?: string | undefined };

/** A viewer that is behind by more seats than this gets `taken` instead. */
export const maxFolded = 500;

/**
 * One viewer of an event, and the one message that it has not taken yet. Later messages are folded into that one, so a
 * viewer that takes nothing needs a bounded amount of memory.
 */
export class LiveViewer {
  readonly #bell = doorbell();
  readonly #clock: Clock;
  readonly #onLeave: (viewer: LiveViewer) => void;
  #message: LiveMessage | undefined;
  /** The newest status of each seat of a message that is this viewer's alone. */
  #folded: Map<string | number, SeatStatus | undefined> | undefined;
  #told: 'nothing' | 'seats' | 'unavailable' = 'nothing';
  #hasEnded = false;
  #isWaiting = false;
  #tookAt: number;
  readonly by: 'uuid' | 'index';
  readonly #since: string | undefined;

  constructor(clock: Clock, onLeave: (viewer: LiveViewer) => void, { by = 'uuid', since }: ViewerOptions = {}) {
    this.by = by;
    this.#since = since;
    this.#clock = clock;
    this.#onLeave = onLeave;
    this.#tookAt = clock.now();
  }

  /**
   * Returns the next message; `nothing` when none came in `patienceMs`; `end` when there will be none. One call at a
   * time.
   */
  async next(patienceMs: number): Promise<LiveMessage | 'nothing' | 'end'> {
    this.#isWaiting = true;
    // A ring may be for a message that was taken already.
    while (!this.#message && !this.#hasEnded && (await this.#bell.wait(patienceMs)));
    this.#isWaiting = false;
    this.#tookAt = this.#clock.now();
    if (this.#hasEnded) return 'end';
    return this.#take() ?? 'nothing';
  }

  /**
   * Takes the result of a look: the `changes`, if there are any. A viewer that has no seats yet takes all of them, or
   * what has changed since the version that it came with.
   */
  see({ taken, since }: Look, changes: SeatsMessage | PlacesMessage | undefined): void {
    const knows = this.#told === 'nothing' && this.#since;
    if (this.#told !== 'seats') this.#put((knows && since(knows)) || taken());
    else if (changes) this.#add(taken, changes);
    this.#told = 'seats';
  }

  /** Takes `unavailable`, once. A viewer that has the seats ignores a single failed look. */
  lose(unavailable: UnavailableMessage, isLasting: boolean): void {
    if (this.#told === 'unavailable' || (this.#told === 'seats' && !isLasting)) return;
    this.#told = 'unavailable';
    this.#put(unavailable);
  }

  /** Returns whether a message has waited for longer than `ms`. */
  hasStalled(ms: number): boolean {
    return !this.#isWaiting && this.#clock.now() - this.#tookAt > ms;
  }

  /** Ends the viewer's stream; it takes no further message. */
  end(): void {
    this.#hasEnded = true;
    this.#bell.ring();
  }

  /** Removes the viewer from its event, and ends it. */
  leave(): void {
    this.#onLeave(this);
    this.end();
  }

  #put(message: LiveMessage): void {
    this.#message = message;
    this.#folded = undefined;
    this.#bell.ring();
  }

  #add(taken: Look['taken'], changes: SeatsMessage | PlacesMessage): void {
    const waiting = this.#message;
    if (waiting?.event === 'seats' && changes.event === 'seats') this.#fold(waiting, taken, changes);
    else this.#put(waiting ? taken() : changes);
  }

  #fold(waiting: SeatsMessage | PlacesMessage, taken: Look['taken'], changes: SeatsMessage | PlacesMessage): void {
    this.#folded ??= statesIn(waiting);
    for (const [seat, status] of statesIn(changes)) this.#folded.set(seat, status);
    if (this.#folded.size > maxFolded) this.#put(taken());
    else this.#message = changes;
  }

  #take(): LiveMessage | undefined {
    const [message, folded] = [this.#message, this.#folded];
    this.#message = undefined;
    this.#folded = undefined;
    if (!message || !folded) return message;
    if ('statuses' in message) return { ...message, event: 'seats', places: [...(folded.keys() as Iterable<number>)] };
    const states = [...(folded as Map<string, SeatStatus>)];
    return { id: message.id, event: 'seats', seats: states.map(([uuid, status]) => ({ uuid, status })) };
  }
}

/** Returns the status of each seat of a message; that of a place stands in the message's statuses. */
function statesIn(message: SeatsMessage | PlacesMessage): Map<string | number, SeatStatus | undefined> {
  if ('seats' in message) return byUuid(message.seats);
  return new Map(message.event === 'seats' ? message.places.map((place) => [place, undefined]) : []);
}
