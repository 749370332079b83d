import type { Clock } from '../../../../shared/async/clock.ts';
import type { SeatStatus } from '../event/event.ts';
import { byUuid, type SeatState } from '../event/seat-statuses.ts';
import { doorbell } from './doorbell.ts';

/**
 * A message to a viewer. `taken` holds every seat that is not available and replaces all earlier messages; `seats`
 * holds the seats that have changed since; `unavailable`: nothing is known until the next `taken`. The id names the
 * state.
 */
export type LiveMessage = SeatsMessage | UnavailableMessage;
export type SeatsMessage = { id: string; event: 'taken' | 'seats'; seats: SeatState[] };
export type UnavailableMessage = { id: string; event: 'unavailable' };

/** A viewer that is behind by more seats than this gets `taken` instead. */
const maxFolded = 500;

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
  #folded: Map<string, SeatStatus> | undefined;
  #told: 'nothing' | 'seats' | 'unavailable' = 'nothing';
  #hasEnded = false;
  #isWaiting = false;
  #tookAt: number;

  constructor(clock: Clock, onLeave: (viewer: LiveViewer) => void) {
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

  /** Takes the result of a look: the `changes`, if there are any, or all seats for a viewer that has none yet. */
  see(taken: () => SeatsMessage, changes: SeatsMessage | undefined): void {
    if (this.#told !== 'seats') this.#put(taken());
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

  #add(taken: () => SeatsMessage, changes: SeatsMessage): void {
    const waiting = this.#message;
    if (waiting?.event === 'seats') this.#fold(waiting, taken, changes);
    else this.#put(waiting ? taken() : changes);
  }

  #fold(waiting: SeatsMessage, taken: () => SeatsMessage, changes: SeatsMessage): void {
    this.#folded ??= byUuid(waiting.seats);
    for (const { uuid, status } of changes.seats) this.#folded.set(uuid, status);
    if (this.#folded.size > maxFolded) this.#put(taken());
    else this.#message = { ...waiting, id: changes.id };
  }

  #take(): LiveMessage | undefined {
    const [message, folded] = [this.#message, this.#folded];
    this.#message = undefined;
    this.#folded = undefined;
    if (!message || !folded) return message;
    return { id: message.id, event: 'seats', seats: [...folded].map(([uuid, status]) => ({ uuid, status })) };
  }
}
