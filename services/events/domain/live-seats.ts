import { sleep } from '../../../shared/clock.ts';
import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import type { SeatStatus } from './event.ts';
import type { ViewEvent } from './event-views.ts';
import type { SeatState } from './seat-board.ts';

export type LiveSeatsDeps = {
  view: ViewEvent;
  feed: Pick<SeatFeed, 'subscribe'>;
  /** Is told of the first of several looks that fail. */
  onError(error: unknown): void;
  lookAgainMs?: number;
};

type OnChange = (seats: SeatState[]) => void;
type Watched = { taken: Map<string, SeatStatus>; listeners: Set<OnChange>; isRepeating?: boolean };

/**
 * Live seats: whoever watches an event is told of every seat whose status changed. The feed only says where to look;
 * what is told comes from the same view as the event's page, and watchers of one event share each look.
 */
export function liveSeats({ view, feed, onError, lookAgainMs = 500 }: LiveSeatsDeps) {
  const watched = new Map<string, Watched>();

  /** The feed tells of a change once: a look that could not see everything is repeated until one can. */
  async function lookAt(eventUuid: string): Promise<void> {
    const event = watched.get(eventUuid);
    if (!event || (await look(eventUuid, event)) || event.isRepeating) return;
    event.isRepeating = true;
    do await sleep(lookAgainMs);
    while (watched.get(eventUuid) === event && !(await look(eventUuid, event)));
    event.isRepeating = false;
  }

  /** Tells what has changed, and answers whether all could be seen; never throws. */
  async function look(eventUuid: string, event: Watched): Promise<boolean> {
    try {
      const now = await view(eventUuid);
      // Held seats must not flicker to available and back.
      if (now && !now.locksKnown) return false;
      const taken = statuses(now?.taken() ?? []);
      const changes = differences(event.taken, taken);
      event.taken = taken;
      if (changes.length > 0) for (const tell of event.listeners) tell(changes);
      return true;
    } catch (error) {
      if (!event.isRepeating) onError(error);
      return false;
    }
  }

  return {
    /** Follows the feed until the answer is called; resolves once the feed is in reach. */
    follow(): Promise<() => Promise<void>> {
      return feed.subscribe({
        onChange: (eventUuid) => void lookAt(eventUuid),
        onGap: () => {
          for (const eventUuid of watched.keys()) void lookAt(eventUuid);
        },
      });
    },

    /** The seats that are not available now, and from then on each change; undefined when there is no such event. */
    async watch(eventUuid: string, onChange: OnChange): Promise<{ taken: SeatState[]; stop(): void } | undefined> {
      const event = watched.get(eventUuid) ?? { taken: new Map(), listeners: new Set() };
      event.listeners.add(onChange);
      watched.set(eventUuid, event);
      const stop = () => {
        event.listeners.delete(onChange);
        if (event.listeners.size === 0) watched.delete(eventUuid);
      };
      try {
        const now = await view(eventUuid);
        if (!now) {
          stop();
          return undefined;
        }
        if (event.listeners.size === 1) event.taken = statuses(now.taken());
        if (!now.locksKnown) void lookAt(eventUuid);
        return { taken: now.taken(), stop };
      } catch (error) {
        stop();
        throw error;
      }
    },
  };
}

export type LiveSeats = ReturnType<typeof liveSeats>;

const statuses = (seats: SeatState[]) => new Map(seats.map(({ uuid, status }) => [uuid, status]));

function differences(before: Map<string, SeatStatus>, after: Map<string, SeatStatus>): SeatState[] {
  const changes: SeatState[] = [];
  for (const [uuid, status] of after) if (before.get(uuid) !== status) changes.push({ uuid, status });
  for (const uuid of before.keys()) if (!after.has(uuid)) changes.push({ uuid, status: 'available' });
  return changes;
}
