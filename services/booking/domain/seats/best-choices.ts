import { LRUCache } from 'lru-cache';
import type { Wish } from './candidates.ts';
import { EventChoices, type EventChoicesDeps, type Search } from './event-choices.ts';
import { knownPlans } from './known-plans.ts';
import type { Tickets } from './tickets.ts';

/** Choices among the seats of events, for many buyers at once. */
export type SeatChoices = {
  best(eventUuid: string, wish: Wish): Search;
  /** Returns the seats that a choice of tickets would needlessly leave alone, as they are after the call began. */
  strandedBy(eventUuid: string, ticketUuids: string[]): Promise<string[]>;
};

export type SeatChoicesDeps = Omit<EventChoicesDeps, 'plans'> & { tickets: Pick<Tickets, 'planOf'> };

/** The limit of cached seats of recent events; an arena of 20,000 takes about 4 MB. */
const maxSeats = 300_000;
/** An idle event's seats are dropped: the next buyer waits for them to be read anew. */
const idleMs = 60_000;

/**
 * Chooses seats for many buyers at once. Each event in demand has a board in this process: a look at the stores costs
 * as much as has changed since the last, and serves all waiting buyers.
 *
 * A single buyer gets the seats as they are after the call began. In a rush a set may come from a look a moment old, as
 * holding it decides. Only a look that began after the search may find that there is none.
 */
export function seatChoices(deps: SeatChoicesDeps): SeatChoices {
  const nowMs = deps.nowMs ?? (() => performance.now());
  const events = new LRUCache<string, EventChoices>({
    maxSize: maxSeats,
    sizeCalculation: ({ size }) => Math.min(size, maxSeats),
    ttl: idleMs,
    updateAgeOnGet: true,
    perf: { now: nowMs },
  });
  const plans = knownPlans(deps.tickets);
  let purgedAt = nowMs();
  return {
    best: (eventUuid, wish) => choicesOf(eventUuid).search(wish),
    strandedBy: (eventUuid, ticketUuids) => choicesOf(eventUuid).strandedBy(ticketUuids),
  };

  function choicesOf(eventUuid: string): EventChoices {
    if (nowMs() - purgedAt > idleMs / 4) {
      events.purgeStale();
      purgedAt = nowMs();
    }
    let choices = events.get(eventUuid);
    if (!choices) {
      choices = new EventChoices(eventUuid, { ...deps, plans }, keep);
      events.set(eventUuid, choices);
    }
    return choices;
  }

  /** The board has grown, or its event does not exist. */
  function keep(eventUuid: string, known: EventChoices, isThere: boolean): void {
    if (events.peek(eventUuid) === known) events.delete(eventUuid);
    if (isThere) events.set(eventUuid, known);
  }
}
