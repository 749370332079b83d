import { type Clock, sleep } from '../../../../shared/async/clock.ts';
import { withTimeout } from '../../../../shared/async/with-timeout.ts';
import type { SeatFeed } from '../../../../shared/feed/seat-feed.ts';
import type { EventView } from '../event/event-views.ts';
import type { SeatStatuses } from '../event/seat-statuses.ts';
import { type Doorbell, doorbell } from './doorbell.ts';
import { type ByForm, changesBetween, lookAt } from './live-look.ts';
import { LiveViewer, type Look, type UnavailableMessage, type ViewerOptions } from './live-viewer.ts';

/** The part of a view that live seats need. */
export type SeatsView = Omit<EventView, 'board'>;

export type LiveSeatsDeps = {
  view(eventUuid: string): Promise<SeatsView | undefined>;
  feed: Pick<SeatFeed, 'subscribe'>;
  clock: Clock;
  /** Called for the first of several looks at an event that fail. */
  onError(error: unknown): void;
  /** A viewer that leaves a message waiting for so long is ended. */
  stalledMs: number;
  pace?: Partial<LivePace> | undefined;
};

/** The times between looks at a watched event. */
export type LivePace = {
  /** At least so long between two looks. */
  betweenMs: number;
  /** How long after a look that could not see everything. */
  againMs: number;
  /** How long without a change from the feed: it can lose one, and does not report a lock store that is away. */
  calmMs: number;
};

const usualPace: LivePace = { betweenMs: 10, againMs: 500, calmMs: 5000 };
/** At most 50 looks a second without a change from the feed, however many events are watched. */
const spreadMs = 20;

type Watched = {
  /** Each viewer, and how many looks had begun when it joined: only a later one is as of its request. */
  viewers: Map<LiveViewer, number>;
  looks: number;
  /** Rings for a look. */
  bell: Doorbell;
  seen?: { seats: SeatStatuses; look: ByForm<Look> };
  /** Set while the seats can't be seen. */
  unavailable?: UnavailableMessage;
  ended: AbortController;
};

/**
 * Live seats: viewers of an event get every seat whose status has changed. The feed only names the event; the statuses
 * come from the same view as the event's page. One loop looks at an event, so that all of its viewers get the same
 * messages in the same order.
 */
export function liveSeats({ view, feed, clock, onError, stalledMs, pace }: LiveSeatsDeps) {
  const { betweenMs, againMs, calmMs } = { ...usualPace, ...pace };
  const watched = new Map<string, Watched>();
  let isClosed = false;

  const spread = (ms: number) => Math.max(ms, watched.size * spreadMs);

  function begin(eventUuid: string): Watched {
    const event = { viewers: new Map(), looks: 0, bell: doorbell(), ended: new AbortController() };
    watched.set(eventUuid, event);
    return event;
  }

  function join(eventUuid: string, viewer: LiveViewer): void {
    const event = watched.get(eventUuid) ?? begin(eventUuid);
    event.viewers.set(viewer, event.looks);
    if (event.unavailable) viewer.lose(event.unavailable, true);
    if (event.looks > 0) event.bell.ring();
    else void keepLooking(eventUuid, event);
  }

  function forget(eventUuid: string, event: Watched): void {
    if (watched.get(eventUuid) === event) watched.delete(eventUuid);
    event.ended.abort();
    event.bell.ring();
    for (const viewer of event.viewers.keys()) viewer.end();
    event.viewers.clear();
  }

  async function keepLooking(eventUuid: string, event: Watched): Promise<void> {
    const { signal } = event.ended;
    for (let failures = 0; !signal.aborted; ) {
      failures = (await look(eventUuid, event, failures)) ? 0 : failures + 1;
      for (const viewer of event.viewers.keys()) if (viewer.hasStalled(stalledMs)) viewer.leave();
      await sleep(failures > 0 ? spread(againMs) : betweenMs, signal);
      if (failures === 0 && !signal.aborted) await event.bell.wait(spread(calmMs));
    }
  }

  /** Sends the changes to the viewers, and returns whether all seats could be seen; never throws. */
  async function look(eventUuid: string, event: Watched, failures: number): Promise<boolean> {
    const number = ++event.looks;
    let now: SeatsView | undefined;
    try {
      now = await view(eventUuid);
    } catch (error) {
      if (failures === 0) onError(error);
      return lose(event, failures);
    }
    if (!now) {
      // The event has gone: clients that reconnect get a 404.
      forget(eventUuid, event);
      return true;
    }
    // Held seats must not flicker to available and back.
    return now.locksKnown ? see(event, number, now) : lose(event, failures);
  }

  function see(event: Watched, number: number, { seats }: SeatsView): true {
    const before = event.seen;
    const isSame = before?.seats.version === seats.version;
    const changes = before && !isSame ? changesBetween(before.seats, seats) : undefined;
    if (!before || !isSame) event.seen = { seats, look: lookAt(seats) };
    const { look } = event.seen!;
    delete event.unavailable;
    for (const [viewer, came] of event.viewers) if (came < number) viewer.see(look[viewer.by], changes?.[viewer.by]);
    return true;
  }

  function lose(event: Watched, failures: number): false {
    event.unavailable ??= { id: 'unavailable', event: 'unavailable' };
    for (const viewer of event.viewers.keys()) viewer.lose(event.unavailable, failures > 0);
    return false;
  }

  return {
    /** Follows the feed until the returned function is called; resolves once the feed is in reach. */
    follow(): Promise<() => Promise<void>> {
      return feed.subscribe({
        onChange: (eventUuid) => watched.get(eventUuid)?.bell.ring(),
        onGap: () => {
          for (const { bell } of watched.values()) bell.ring();
        },
      });
    },

    /** Returns whether there is such an event: false only when that is certain within `patienceMs`; never throws. */
    async mayExist(eventUuid: string, patienceMs: number): Promise<boolean> {
      if (watched.has(eventUuid)) return true;
      const found = withTimeout(() => view(eventUuid), patienceMs);
      return found.then(
        (now) => now !== undefined,
        () => true,
      );
    },

    /**
     * Returns a new viewer of an event, which must `leave` at last. It first gets `taken` as of this call, or
     * `unavailable`, and then each change. One that comes with the version of a state that is known here gets what has
     * changed since, in place of `taken`, even if that is nothing. It is ended when there is no such event, and when it
     * takes no message for too long.
     */
    watch(eventUuid: string, options?: ViewerOptions): LiveViewer {
      const viewer: LiveViewer = new LiveViewer(
        clock,
        () => {
          const event = watched.get(eventUuid);
          if (event?.viewers.delete(viewer) && event.viewers.size === 0) forget(eventUuid, event);
        },
        options,
      );
      if (isClosed) viewer.end();
      else join(eventUuid, viewer);
      return viewer;
    },

    /** Returns the number of viewers. */
    viewers: () => [...watched.values()].reduce((sum, event) => sum + event.viewers.size, 0),

    /** Ends all viewers, and every new one. */
    close(): void {
      isClosed = true;
      for (const [eventUuid, event] of watched) forget(eventUuid, event);
    },
  };
}

export type LiveSeats = ReturnType<typeof liveSeats>;
