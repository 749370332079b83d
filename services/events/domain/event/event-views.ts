import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../../shared/async/clock.ts';
import type { Cache, CacheObserver } from '../../../../shared/cache/cache.ts';
import { readThrough } from '../../../../shared/cache/cache.ts';
import { isAppError } from '../../../../shared/errors.ts';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import type { EventSnapshot, EventStore, Mark } from './event.ts';
import { SeatBoard } from './seat-board.ts';
import type { SeatStatuses } from './seat-statuses.ts';
import { sharedReads } from './shared-reads.ts';

export type EventViewsDeps = {
  store: EventStore;
  locks: Pick<TicketLocks, 'list'>;
  /** The locks are on a server of their own; the pages are shown without it. */
  locksApart?: boolean;
  cache: Cache;
  clock: Clock;
  observeCache?: CacheObserver;
};

/** A view of an event as of the request. */
export type EventView = {
  /** The slow part of the event; its seats may be newer than those of the view. */
  readonly board: SeatBoard;
  seats: SeatStatuses;
  /** When it was read. */
  now: number;
  /** False while the lock store is away: locked seats then show as the database has them, mostly as available. */
  locksKnown: boolean;
};

type OpenBoard = { board: SeatBoard; mark: Mark; bytes: number };

const absent = new Error('no such event');
const snapshotTtlMs = 3_600_000;
/** Add one whenever `EventSnapshot` changes: releases that run at a time then do not read each other’s. */
const snapshotVersion = 4;

export const snapshotKey = (eventUuid: string) => `event:${snapshotVersion}:${eventUuid}`;
/** At most 250 reads a second of one event by one process for a crowd of callers; no limit for a few. */
const pace = { paceMs: 4, crowd: 128 };
/** The memory of the boards of watched events; an arena of 20,000 seats takes about 8 MB. */
const maxBoardBytes = 96 * 1024 * 1024;
/** The memory of a board and its page, about, for each character of the cached slow part. */
const bytesPerCharacter = 6;
/** A board that is idle for so long is dropped; the cached slow part makes a new one. */
const idleMs = 120_000;

/**
 * Views of events. The slow part of an event is cached for an hour; each shared read fetches the locks and the tickets
 * written since the last one, and drops the slow part when the event's version has changed.
 */
export function eventViews({ store, locks, locksApart = false, cache, clock, observeCache }: EventViewsDeps) {
  const throughCache = readThrough(cache, observeCache);
  const shared = new LRUCache<string, { fresh: () => Promise<EventView | undefined> }>({ max: 2000 });
  const boards = new LRUCache<string, OpenBoard>({
    maxSize: maxBoardBytes,
    sizeCalculation: ({ bytes }) => bytes,
    ttl: idleMs,
    perf: clock,
  });
  let purgedAt = 0;

  async function load(eventUuid: string): Promise<string> {
    const snapshot = await store.load(eventUuid);
    if (!snapshot) throw absent;
    return JSON.stringify(snapshot);
  }

  /** Returns a board from the cached slow part, or `anew` from the database. */
  async function openBoard(eventUuid: string, anew: boolean): Promise<OpenBoard> {
    const key = snapshotKey(eventUuid);
    if (anew) await cache.delete(key);
    const text = anew ? await load(eventUuid) : await throughCache(key, snapshotTtlMs, () => load(eventUuid));
    if (anew) await cache.set(key, text, snapshotTtlMs);
    const snapshot = parseSnapshot(text);
    if (!snapshot) return openBoard(eventUuid, true);
    return { board: new SeatBoard(snapshot), mark: snapshot.mark, bytes: bytesPerCharacter * text.length };
  }

  /** Returns undefined while the lock store is away: a page without locks is better than none. */
  async function lockedNow(eventUuid: string): Promise<string[] | undefined> {
    try {
      return await locks.list(eventUuid);
    } catch (error) {
      if (locksApart && isAppError(error, 'unavailable')) return undefined;
      throw error;
    }
  }

  /**
   * Reads the stores once. The locks come first: a seat that is sold in between then shows as sold, never as free. An
   * event that changes all the time is read anew once: that is as of this read, whatever is written next.
   */
  async function read(eventUuid: string): Promise<EventView | undefined> {
    try {
      const locked = await lockedNow(eventUuid);
      const open = (await upToDate(eventUuid, locked)) ?? (await readAnew(eventUuid, locked));
      boards.set(eventUuid, open);
      if (clock.now() - purgedAt > idleMs / 4) {
        boards.purgeStale();
        purgedAt = clock.now();
      }
      const { board } = open;
      return { board, seats: board.statuses, now: clock.now(), locksKnown: locked !== undefined };
    } catch (error) {
      if (error !== absent) throw error;
      boards.delete(eventUuid);
      return undefined;
    }
  }

  async function readAnew(eventUuid: string, locked: string[] | undefined): Promise<OpenBoard> {
    const open = await openBoard(eventUuid, true);
    open.board.update([], locked ?? []);
    return open;
  }

  /** Returns the kept board with the tickets written since; undefined when they don't fit together. */
  async function upToDate(eventUuid: string, locked: string[] | undefined): Promise<OpenBoard | undefined> {
    const { board, mark, bytes } = boards.get(eventUuid) ?? (await openBoard(eventUuid, false));
    const news = await store.changesSince(eventUuid, mark.since);
    if (!news) throw absent;
    if (news.mark.version !== mark.version || !board.update(news.tickets, locked ?? [])) return undefined;
    return { board, mark: news.mark, bytes };
  }

  /**
   * Returns a view of the event as of this call; undefined when there is no such event. Throws `unavailable` without
   * the database.
   */
  return function view(eventUuid: string): Promise<EventView | undefined> {
    let entry = shared.get(eventUuid);
    if (!entry) {
      entry = { fresh: sharedReads(() => read(eventUuid), { ...pace, clock }) };
      shared.set(eventUuid, entry);
    }
    return entry.fresh();
  };
}

/** Returns undefined for a text that is no snapshot: anything else in a shared cache counts as a miss. */
function parseSnapshot(text: string): EventSnapshot | undefined {
  try {
    const snapshot: EventSnapshot = JSON.parse(text);
    return Array.isArray(snapshot?.tickets) && snapshot.mark && snapshot.on_sale ? snapshot : undefined;
  } catch {
    return undefined;
  }
}

export type ViewEvent = ReturnType<typeof eventViews>;
