import { sleep } from '../../../shared/clock.ts';
import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import type { SeatStatus } from './event.ts';
import type { ViewEvent } from './event-views.ts';
import type { SeatState } from './seat-board.ts';

const lookAgainMs = 500;

type OnChange = (seats: SeatState[]) => void;
type Watched = { taken: Map<string, SeatStatus>; listeners: Set<OnChange> };

/**
 * Live seats: whoever watches an event is told of every seat whose status changed. The feed only says where to look;
 * what is told comes from the same view as the event's page, and watchers of one event share each look.
 */
export function liveSeats({ view, feed }: { view: ViewEvent; feed: Pick<SeatFeed, 'subscribe'> }) {
  const watched = new Map<string, Watched>();

  async function look(eventUuid: string): Promise<void> {
    const event = watched.get(eventUuid);
    if (!event) return;
    const now = await view(eventUuid);
    // Held seats must not flicker to available and back; soon there is more to tell.
    if (now && !now.locksKnown) return sleep(lookAgainMs).then(() => look(eventUuid));
    const taken = statuses(now?.taken() ?? []);
    const changes = differences(event.taken, taken);
    event.taken = taken;
    if (changes.length > 0) for (const tell of event.listeners) tell(changes);
  }

  return {
    /** Follows the feed until the answer is called; resolves once the feed is in reach. */
    follow(onError: (error: unknown) => void): Promise<() => Promise<void>> {
      const lookAt = (eventUuid: string) => void look(eventUuid).catch(onError);
      return feed.subscribe({
        onChange: lookAt,
        onGap: () => [...watched.keys()].forEach(lookAt),
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
