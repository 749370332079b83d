import type { Identities } from '../../shared/auth/identities.ts';
import type { SeatFeed } from '../../shared/feed/seat-feed.ts';
import { authorOf } from '../../shared/http/author.ts';
import { checkTokens } from '../../shared/http/bearer.ts';
import type { Links } from '../../shared/http/home.ts';
import { createShell, type ShellDeps } from '../../shared/http/shell.ts';
import { tellVersion } from '../../shared/http/tell-version.ts';
import { publicViews } from './domain/event/drafts.ts';
import { type EventViewsDeps, eventViews } from './domain/event/event-views.ts';
import { listEvents } from './domain/event/list-events.ts';
import { type LivePace, liveSeats } from './domain/live/live-seats.ts';
import { offerRunner } from './domain/offer/offer-runner.ts';
import type { OfferPorts } from './domain/offer/run-offer.ts';
import type { PlanWork } from './domain/plan/plan-work.ts';
import type { Ports } from './domain/ports.ts';
import { about } from './http/about.ts';
import { accessCodeRoutes } from './http/access-codes.ts';
import { apiKeyRoutes } from './http/api-keys.ts';
import { auditLogRoutes } from './http/audit-log.ts';
import { eventDocumentRoutes } from './http/event-documents.ts';
import { eventPlanRoutes } from './http/event-plans.ts';
import { eventRoutes } from './http/events.ts';
import { holdBackRoutes } from './http/hold-backs.ts';
import { liveRoutes } from './http/live.ts';
import { isOfferBody, offerRoutes } from './http/offers.ts';
import { organiserRoutes } from './http/organisers.ts';
import { ownEventRoutes } from './http/own-events.ts';
import { performerRoutes } from './http/performers.ts';
import { isPlanUpload, planRoutes } from './http/plans.ts';
import { presaleRoutes } from './http/presales.ts';
import { priceRoutes } from './http/prices.ts';
import { seatRoutes } from './http/seats.ts';
import { venueRoutes } from './http/venues.ts';

export type EventsDeps = ShellDeps &
  EventViewsDeps &
  Ports & {
    /** Verifies tokens and API keys; without it every caller is the platform's organiser. */
    identities?: Identities | undefined;
    feed: Pick<SeatFeed, 'subscribe' | 'publish'>;
    locks: OfferPorts['locks'];
    planWork: PlanWork;
    /** The address of this service for the world, for documents that need whole addresses. */
    publicUrl?: string | undefined;
    livePace?: Partial<LivePace> | undefined;
    random?: (() => number) | undefined;
  };

const management = '/api/v1/management';

/** The writes that a search may show. */
const searched = [
  ['POST', `${management}/events`],
  ['PATCH', `${management}/events/:uuid`],
  ['DELETE', `${management}/events/:uuid`],
  ['POST', `${management}/events/:uuid/publish`],
  ['PATCH', `${management}/venues/:uuid`],
  ['PATCH', `${management}/performers/:uuid`],
] as const;

/** Proxies commonly close a connection that is silent for a minute, and the runtime after four. */
const maxPingMs = 15_000;

/**
 * The events service over its ports: the event page, the list of upcoming events and the live seats. `follow`
 * begins to follow the seat feed, and resolves when it is in reach; `offers` makes tickets beside the requests.
 */
export function createEventsApp(deps: EventsDeps) {
  const countCache = deps.metrics.labelled('cache_reads_total', 'Reads of the event cache by outcome', 'outcome');
  const view = eventViews({ ...deps, observeCache: (outcome) => countCache(outcome) });
  const publicView = publicViews(view);
  const onError = (err: unknown) => deps.log.warn({ err }, 'a live view could not be read');
  const { readTimeoutMs, writeTimeoutMs, requestTimeoutMs } = deps.server;
  const stalledMs = Math.max(readTimeoutMs, writeTimeoutMs);
  const live = liveSeats({
    view: publicView,
    feed: deps.feed,
    clock: deps.clock,
    onError,
    stalledMs,
    pace: deps.livePace,
  });
  deps.metrics.gauge('live_viewers', 'Streams of live seats that are open', live.viewers);
  if (deps.closing.aborted) live.close();
  else deps.closing.addEventListener('abort', live.close, { once: true });
  const pingMs = Math.min(stalledMs / 2, maxPingMs);
  const onOfferError = (err: unknown) => deps.log.warn({ err }, 'tickets are not made yet: a job goes on with them');
  const runner = offerRunner(deps, onOfferError, deps.closing);
  const app = createShell(
    about,
    { ...deps, ownBodies: (path) => isPlanUpload(path) || isOfferBody(path) },
    (shell) => {
      checkTokens(shell, '/api/v1/management/*', deps.identities, deps.log);
      for (const [method, path] of searched) {
        shell.on(method, path, tellVersion(deps.dataVersion, deps.log));
      }
      const organising = { ...deps, authorOf: authorOf(deps.server.proxies) };
      return shell
        .route('/', eventRoutes({ ...deps, view }))
        .route('/', eventDocumentRoutes({ view: publicView, publicUrl: deps.publicUrl?.replace(/\/$/, '') ?? '' }))
        .route('/', seatRoutes({ view: publicView }))
        .route('/', liveRoutes({ live, pingMs, patienceMs: requestTimeoutMs / 2, random: deps.random }))
        .route('/', organiserRoutes(organising))
        .route('/', apiKeyRoutes(organising))
        .route('/', auditLogRoutes(organising))
        .route('/', venueRoutes(organising))
        .route('/', performerRoutes(organising))
        .route('/', planRoutes(organising))
        .route('/', eventPlanRoutes(deps))
        .route('/', offerRoutes({ ...organising, runner }))
        .route('/', priceRoutes(organising))
        .route('/', holdBackRoutes(organising))
        .route('/', ownEventRoutes(organising))
        .route('/', presaleRoutes(organising))
        .route('/', accessCodeRoutes(organising));
    },
    async () => linksTo((await listEvents(deps, { limit: 1 })).events[0]),
  );
  return { app, offers: runner, follow: async () => void (await live.follow()) };
}

/** The type of the app, from which `hc` makes a client's. */
export type EventsApp = ReturnType<typeof createEventsApp>['app'];

function linksTo(next: { uuid: string } | undefined): Links {
  const events = '/api/v1/management/events';
  return { events, ...(next && { next_event: `${events}/${encodeURIComponent(next.uuid)}` }) };
}
