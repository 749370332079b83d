import { sleep } from '../../../../shared/async/clock.ts';
import { inSlices } from '../../../../shared/async/in-slices.ts';
import { unavailable } from '../../../../shared/errors.ts';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { seatsByPlan, seatsByRow } from './best-seats.ts';
import type { Candidates, OfferedSeat, Wish } from './candidates.ts';
import { ChoiceBoard, type SetOutcome } from './choice-board.ts';
import type { KnownPlans } from './known-plans.ts';
import type { SeatsMark, Tickets, WholeOffer } from './tickets.ts';

/** Seats that no other buyer in this process is offered until one of its functions is called. */
export type Promised = {
  ticketUuids: string[];
  /** The buyer holds them. */
  held(): void;
  /** Others were faster with some of them. */
  lost(conflicts: string[]): void;
  /** They are free as before. */
  free(): void;
};

/** `set` is missing when there was none for the wish at a moment after the search began. */
export type Choice = { isOnSale: boolean; set?: Promised };

/**
 * A search for the best seats of one buyer: each call returns a set to try, the next after one was lost. Undefined
 * without the event. Throws `unavailable` when a store does, or when others were faster for seconds.
 */
export type Search = { next(): Promise<Choice | undefined> };

export type EventChoicesDeps = {
  tickets: Pick<Tickets, 'seatsOf' | 'seatsSince'>;
  locks: Pick<TicketLocks, 'list'>;
  plans: KnownPlans;
  mayStrand: boolean;
  /** The sets of an event's seats and their order; by its plan, or by rows, unless given. */
  candidatesOf?: (seats: OfferedSeat[]) => Iterator<void, Candidates, void>;
  nowMs?: () => number;
};

type Seeker = {
  /** The first look that begins after the call. */
  from: number;
  until: number;
  /** Serves the seeker, if that is possible by now. */
  serve(): boolean;
  /** There is no such event. */
  miss(): void;
  reject(error: unknown): void;
};

/** `isInRush`: others wait as well, so a look of a moment ago will do. */
type Asked = { wish: Wish; from: number; isInRush: boolean; tries: number };

/** In a rush, sets come from a look of at most this age. */
const recentMs = 250;
/** The age of the last look at which the next one begins. */
const agedMs = 50;
/** The least time between the beginnings of two looks. */
const paceMs = 10;
/**
 * Sets of an event that a process tries to hold at a time: enough to keep its connections busy. Further seekers wait
 * here for their turn, and not for a connection with a set that gets old.
 */
const maxTried = 48;
/** So many of the longest waiting seekers are tried when a turn is free. */
const maxInTurn = 50;
/** A seeker without a set gives up after so long. */
const patienceMs = 5000;
const othersWereFaster = new Error(`others were faster, or before it, for ${patienceMs} ms`);
/**
 * Slices of serving seekers, after which the process does other work: by time; and by seekers, each of whom goes on
 * with their set at once.
 */
const sliceMs = 8;
const sliceSeekers = 50;

type Keep = (eventUuid: string, known: EventChoices, isThere: boolean) => void;

/** The searches in one event. `keep` is told of each look: the event is there or not, and the board may have grown. */
export class EventChoices {
  readonly #board = new ChoiceBoard();
  readonly #waiting = new Set<Seeker>();
  #mark: SeatsMark | undefined;
  #isOnSale = false;
  /** Looks are numbered: the last that has begun, and the last that has succeeded. */
  #begun = 0;
  #seen = 0;
  #begunAt = Number.NEGATIVE_INFINITY;
  #seenAt = Number.NEGATIVE_INFINITY;
  #isLooking = false;
  #isServing = false;
  #tried = 0;

  readonly #eventUuid: string;
  readonly #deps: EventChoicesDeps;
  readonly #nowMs: () => number;
  readonly #keep: Keep;

  constructor(eventUuid: string, deps: EventChoicesDeps, keep: Keep) {
    this.#eventUuid = eventUuid;
    this.#deps = deps;
    this.#nowMs = deps.nowMs ?? (() => performance.now());
    this.#keep = keep;
  }

  get size(): number {
    return this.#board.seats + 1;
  }

  search(wish: Wish): Search {
    const from = this.#begun + 1;
    const until = this.#nowMs() + patienceMs;
    let tries = 0;
    return {
      next: () => {
        const isInRush = tries > 0 || this.#waiting.size > 0 || this.#board.hasPromised;
        const asked = { wish, from, isInRush, tries: tries++ };
        return this.#wait(from, until, () => this.#choiceFor(asked));
      },
    };
  }

  async strandedBy(ticketUuids: string[]): Promise<string[]> {
    const from = this.#begun + 1;
    const ask = () => (this.#seen >= from ? this.#board.strandedBy(ticketUuids) : undefined);
    return (await this.#wait(from, Number.POSITIVE_INFINITY, ask)) ?? [];
  }

  /** Returns the first defined result of `ask`, at once or after a look; undefined without the event. */
  #wait<T>(from: number, until: number, ask: () => T | undefined): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const serve = () => {
        const found = ask();
        if (found !== undefined) resolve(found);
        return found !== undefined;
      };
      const seeker = { from, until, serve, miss: () => resolve(undefined), reject };
      this.#waiting.add(seeker);
      // Earlier seekers are served first.
      if (!this.#isServing) this.#serveOne(seeker);
      this.#lookIfWanted();
    });
  }

  /** After a look: serves the seekers that can be served, first come, first served. */
  async #serve(): Promise<void> {
    this.#isServing = true;
    let end = performance.now() + sliceMs;
    let left = sliceSeekers;
    // New seekers are reached as well.
    for (const seeker of this.#waiting) {
      if (this.#serveOne(seeker)) left--;
      if (left > 0 && performance.now() < end) continue;
      await sleep(0);
      end = performance.now() + sliceMs;
      left = sliceSeekers;
    }
    this.#isServing = false;
  }

  /** Serves the next seekers when a turn is free. */
  #serveNext(): void {
    let left = maxInTurn;
    for (const seeker of this.#waiting) {
      if (this.#isFull || left-- === 0) return;
      this.#serveOne(seeker);
    }
  }

  get #isFull(): boolean {
    return this.#tried >= maxTried;
  }

  /** Returns whether the seeker has been served. */
  #serveOne(seeker: Seeker): boolean {
    try {
      if (!seeker.serve()) {
        if (this.#nowMs() < seeker.until) return false;
        throw unavailable('a set of the best seats', othersWereFaster);
      }
    } catch (error) {
      seeker.reject(error);
    }
    this.#waiting.delete(seeker);
    return true;
  }

  /** Returns undefined while the result is not known. */
  #choiceFor({ wish, from, isInRush, tries }: Asked): Choice | undefined {
    const isFresh = this.#seen >= from;
    if (isFresh && !this.#isOnSale) return { isOnSale: false };
    const isRecent = isInRush && this.#nowMs() - this.#seenAt < recentMs;
    if (!this.#isOnSale || !(isFresh || isRecent)) return undefined;
    const taken = this.#isFull ? undefined : this.#board.take(wish, { isInRush, tries });
    if (taken) return { isOnSale: true, set: this.#promise(taken) };
    // Sets that are promised, or were taken since that look, may be free again: the next look tells.
    return isFresh && !this.#board.hadOne(wish) ? { isOnSale: true } : undefined;
  }

  #promise(taken: { uuids: string[]; division: number }): Promised {
    this.#tried++;
    const settle = (outcome: SetOutcome) => {
      this.#tried--;
      this.#board.settle(taken, outcome, this.#begun);
      if (!this.#isServing) this.#serveNext();
    };
    return {
      ticketUuids: taken.uuids,
      held: () => settle('held'),
      lost: (conflicts) => settle({ lost: conflicts }),
      free: () => settle('free'),
    };
  }

  #lookIfWanted(): void {
    const isAged = this.#nowMs() - this.#seenAt > agedMs;
    if (!this.#isLooking && (isAged || this.#waiting.size > 0)) void this.#lookWhileWanted();
  }

  /** Looks one after the other, while seekers wait. */
  async #lookWhileWanted(): Promise<void> {
    this.#isLooking = true;
    do {
      await this.#look();
      await this.#serve();
    } while (this.#waiting.size > 0);
    this.#isLooking = false;
  }

  /** Fails all waiting seekers when it fails. */
  async #look(): Promise<void> {
    try {
      // Seekers that only wait for their turn need no earlier look.
      const early = this.#begunAt + (this.#isFull ? agedMs : paceMs) - this.#nowMs();
      if (early > 0) await sleep(early);
      this.#begunAt = this.#nowMs();
      const look = ++this.#begun;
      // The locks come first: a seat that is sold in between then shows as sold, never as free.
      const locked = await this.#deps.locks.list(this.#eventUuid);
      const isThere = await this.#read();
      this.#keep(this.#eventUuid, this, isThere);
      if (isThere) {
        this.#board.seen(look, locked);
        this.#seenAt = this.#nowMs();
        this.#seen = look;
      } else {
        this.#mark = undefined;
        for (const seeker of this.#waiting) {
          if (seeker.from > look) continue;
          this.#waiting.delete(seeker);
          seeker.miss();
        }
      }
    } catch (error) {
      this.#keep(this.#eventUuid, this, this.#board.isLaidOut);
      for (const seeker of this.#waiting) seeker.reject(error);
      this.#waiting.clear();
    }
  }

  /** Reads what was written since the last look, or everything; false without the event. */
  async #read(): Promise<boolean> {
    const { tickets } = this.#deps;
    const news = this.#mark && (await tickets.seatsSince(this.#eventUuid, this.#mark.since));
    if (news && news.mark.version === this.#mark?.version && this.#board.update(news.seats)) {
      this.#isOnSale = news.isOnSale;
      this.#mark = news.mark;
      return true;
    }
    const offer = await tickets.seatsOf(this.#eventUuid);
    if (!offer) return false;
    const candidates = await inSlices(await this.#candidatesOf(offer));
    // Each takes milliseconds: the last slice, this, and the work that follows.
    await sleep(0);
    this.#board.layOut(candidates);
    await sleep(0);
    this.#isOnSale = offer.isOnSale;
    this.#mark = offer.mark;
    return true;
  }

  async #candidatesOf({ seats, planHash }: WholeOffer): Promise<Iterator<void, Candidates, void>> {
    const { candidatesOf, plans, mayStrand } = this.#deps;
    if (candidatesOf) return candidatesOf(seats);
    const layout = planHash === null ? undefined : await plans.layoutOf(this.#eventUuid, planHash);
    return layout ? seatsByPlan(seats, layout, { mayStrand }) : seatsByRow(seats, { mayStrand });
  }
}
