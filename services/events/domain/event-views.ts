import { LRUCache } from 'lru-cache';
import type { Cache, CacheObserver } from '../../../shared/cache/cache.ts';
import { readThrough } from '../../../shared/cache/cache.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import type { EventSnapshot, EventStore, Mark } from './event.ts';
import { SeatBoard, type SeatState } from './seat-board.ts';
import { sharedReads } from './shared-reads.ts';

export type EventViewsDeps = {
  store: EventStore;
  locks: Pick<TicketLocks, 'list'>;
  cache: Cache;
  clock: Clock;
  observeCache?: CacheObserver;
};

/** A view of an event as of the request: the bytes of its page, and the seats that are not simply available. */
export type EventView = { body: Uint8Array; taken(): SeatState[] };

const snapshotTtlMs = 3_600_000;
/** At most 250 reads a second of one event by one process, however many ask. */
const paceMs = 4;
/** Boards of the events that are looked at; an arena of 20,000 seats takes about 8 MB. */
const maxBoardBytes = 96 * 1024 * 1024;

/**
 * The event pages. The slow part of an event is cached for an hour; each shared read asks for the locks and for what
 * was written since the last one, and drops the slow part when the event's version is no longer the same.
 */
export function eventViews({ store, locks, cache, clock, observeCache }: EventViewsDeps) {
  const throughCache = readThrough(cache, observeCache);
  const shared = new LRUCache<string, { fresh: () => Promise<EventView | undefined> }>({ max: 2000 });
  const boards = new LRUCache<string, { board: SeatBoard; mark: Mark }>({
    maxSize: maxBoardBytes,
    sizeCalculation: ({ board }) => 4 * board.body.length,
  });
  const cacheKey = (eventUuid: string) => `event:${eventUuid}`;

  async function openBoard(eventUuid: string) {
    const absent = new Error('no such event');
    const load = async () => {
      const snapshot = await store.load(eventUuid);
      if (!snapshot) throw absent;
      return JSON.stringify(snapshot);
    };
    try {
      const snapshot: EventSnapshot = JSON.parse(await throughCache(cacheKey(eventUuid), snapshotTtlMs, load));
      return { board: new SeatBoard(snapshot), mark: snapshot.mark };
    } catch (error) {
      if (error === absent) return undefined;
      throw error;
    }
  }

  /** One read of the stores. The locks come first: a seat that is sold in between then shows as sold, never as free. */
  async function read(eventUuid: string): Promise<EventView | undefined> {
    for (;;) {
      const open = boards.get(eventUuid) ?? (await openBoard(eventUuid));
      if (!open) return undefined;
      const locked = await locks.list(eventUuid);
      const news = await store.changesSince(eventUuid, open.mark.since);
      if (news?.mark.version === open.mark.version && open.board.update(news.tickets, locked)) {
        boards.set(eventUuid, { board: open.board, mark: news.mark });
        return { body: open.board.body, taken: () => open.board.taken() };
      }
      boards.delete(eventUuid);
      await cache.delete(cacheKey(eventUuid));
      if (!news) return undefined;
    }
  }

  /** The event's page as of this call; undefined when there is no such event. Throws `unavailable`. */
  return function view(eventUuid: string): Promise<EventView | undefined> {
    let entry = shared.get(eventUuid);
    if (!entry) {
      entry = { fresh: sharedReads(() => read(eventUuid), { paceMs, clock }) };
      shared.set(eventUuid, entry);
    }
    return entry.fresh();
  };
}

export type ViewEvent = ReturnType<typeof eventViews>;
