import { type Clock, sleep as realSleep, systemClock } from '../../../../shared/async/clock.ts';
import type { Demand } from '../index/demand.ts';
import type { EventDocument } from '../index/event-document.ts';

export type FollowDemandDeps = {
  demand: Demand;
  /** Reads these events and indexes them; resolves to those that are there. */
  indexAnew(eventIds: number[]): Promise<EventDocument[]>;
  /** An event is indexed at most once in it, however much it sells. */
  intervalMs: number;
  onError(error: unknown): void;
  clock?: Clock;
  sleep?: typeof realSleep;
};

const eventsAtOnce = 500;

/** Popularity fades by itself: an event that has some is read again so often. */
const fadesMs = 60 * 60_000;

/** Keeps the demand in the index in step with the sale, once an interval, until the signal aborts. */
export async function followDemand(deps: FollowDemandDeps, signal: AbortSignal): Promise<void> {
  const { demand, indexAnew, intervalMs, onError, clock = systemClock, sleep = realSleep } = deps;
  /** When events that have been popular are to be read again; undefined while another process knows them. */
  let fading: Map<number, number> | undefined;

  async function once(): Promise<void> {
    const found = await demand.look(3 * intervalMs);
    if (!found) {
      fading = undefined;
      return;
    }
    // Events that another process, or this one before its restart, found popular fade on.
    fading ??= new Map((await demand.soldLately()).map((id) => [id, clock.now()]));
    const faded = [...fading].filter(([, dueMs]) => dueMs <= clock.now()).map(([id]) => id);
    const eventIds = [...new Set([...found.eventIds, ...faded])];
    for (let at = 0; at < eventIds.length && !signal.aborted; at += eventsAtOnce) {
      const some = eventIds.slice(at, at + eventsAtOnce);
      for (const id of some) fading.delete(id);
      for (const { id, popularity } of await indexAnew(some)) {
        if (popularity > 0) fading.set(id, clock.now() + fadesMs);
      }
    }
    if (!signal.aborted) await found.done();
  }

  while (!signal.aborted) {
    // What could not be done is still to be done at the next look.
    await once().catch((error) => {
      if (!signal.aborted) onError(error);
    });
    await sleep(intervalMs, signal);
  }
}
