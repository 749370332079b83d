import type { SeatFeed } from '../../shared/feed/seat-feed.ts';
import { type App, createShell, type ShellDeps } from '../../shared/http/shell.ts';
import { type EventViewsDeps, eventViews } from './domain/event-views.ts';
import { liveSeats } from './domain/live-seats.ts';
import { addEventRoutes } from './http/events.ts';
import { addLiveRoute } from './http/live.ts';

export type EventsDeps = ShellDeps & EventViewsDeps & { feed: Pick<SeatFeed, 'subscribe'> };

/**
 * The events service over its ports: the event page, the list of upcoming events and the live seats. `follow`
 * begins to follow the seat feed, and resolves when it is in reach.
 */
export function createEventsApp(deps: EventsDeps): { app: App; follow(): Promise<void> } {
  const countCache = deps.metrics.labelled('cache_reads_total', 'Reads of the event cache by outcome', 'outcome');
  const view = eventViews({ ...deps, observeCache: (outcome) => countCache(outcome) });
  const onError = (err: unknown) => deps.log.warn({ err }, 'a live view could not be read');
  const live = liveSeats({ view, feed: deps.feed, onError });
  const pingMs = Math.max(deps.server.readTimeoutMs, deps.server.writeTimeoutMs) / 2;
  const app = createShell('Onsale events', deps, (shell) => {
    addEventRoutes(shell, { ...deps, view });
    addLiveRoute(shell, { live, closing: deps.closing, pingMs });
  });
  return { app, follow: async () => void (await live.follow()) };
}
