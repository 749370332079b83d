import { type Clock, sleep, systemClock } from '../../../../shared/async/clock.ts';
import type { Catalogue, DirtyIds } from '../index/catalogue.ts';
import type { EventDocument } from '../index/event-document.ts';
import type { Rejected, SearchIndex } from '../index/search-index.ts';
import type { Change, ChangeSource } from './change-source.ts';
import type { DeadLetters } from './dead-letters.ts';
import { dirtOf } from './dirty-ids.ts';
import { createMoments } from './moments.ts';

/** Called with what has happened, for logs and metrics. */
export type FollowObserver = {
  applied?(counts: { changes: number; upserts: number; deletes: number }): void;
  rebuilt?(counts: { documents: number; durationMs: number }): void;
  deadLetter?(change: Change, cause: string): void;
};

export type FollowChangesDeps = {
  source: ChangeSource;
  catalogue: Catalogue;
  index: SearchIndex;
  deadLetters: DeadLetters;
  observe?: FollowObserver;
  /** Rows of one read while everything is indexed. */
  rebuildBatch?: number;
  /** How often to look whether the index is still there. */
  lookMs?: number;
  clock?: Clock;
};

type Until = (position: bigint) => Promise<Change[]>;

/** How often to look where the WAL ends. */
const momentMs = 500;

export type FollowChanges = {
  /** Keeps the index in step with the database until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the index can be searched: it is built, or was, and holds all that was acknowledged. Rejects if
   * `run` ends before.
   */
  ready: Promise<void>;
  /**
   * Reads these events and indexes those that are there, in turn with the changes; resolves to them. One that is gone
   * goes with the changes that replace it, so that a replacement of all events never shows none.
   */
  indexAnew(eventIds: number[]): Promise<EventDocument[]>;
};

/**
 * Keeps the index in step with the database. Changes only say which events to look at: these are read in one query,
 * after the WAL position that is their version, and indexed in one call. Everything is read when the index is not
 * built, has been lost or is of an older release, when changes are missing, and when a table was truncated; the source
 * keeps the changes that are made meanwhile.
 *
 * A change that cannot be read or indexed goes to the dead letters and stops nothing. The errors of an index or
 * database that is away go to the source, which brings the same changes again.
 */
export function followChanges(deps: FollowChangesDeps): FollowChanges {
  const { source, catalogue, index, deadLetters, observe = {}, rebuildBatch = 1000, lookMs = 5000 } = deps;
  const { clock = systemClock } = deps;
  const moments = createMoments();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  const inTurn = oneAtATime();
  let ending: AbortSignal | undefined;
  /** What the last time that everything was read has brought, from whatever server. */
  let wholeTo = 0n;
  /** Events that are gone by a transaction of which more is to come. */
  let going: number[] = [];

  async function onConnect({ gap }: { gap: boolean }): Promise<void> {
    if (gap || !(await index.isBuilt()) || (await index.isOutdated())) await rebuild();
    ready.resolve();
  }

  /** An index's server may come back empty, and no change would show it; one who rebuilt it may have been killed. */
  async function lookAfterIndex(signal: AbortSignal): Promise<void> {
    await ready.promise;
    while (!signal.aborted) {
      await sleep(lookMs, signal);
      if (signal.aborted) return;
      // A look that fails, for the index is away, say, is made up for by the next.
      await inTurn(async () => (await index.isBuilt()) || (await rebuild())).catch(() => {});
      await index.removeAbandoned().catch(() => {});
    }
  }

  async function lookAtLog(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const atMs = clock.now();
      await catalogue.position().then(
        (position) => moments.saw(position, atMs),
        () => {},
      );
      await sleep(momentMs, signal);
    }
  }

  /** The changes that are behind the last time that everything was read may be older than it. */
  function onReached(reached: bigint): void {
    const position = reached > wholeTo ? reached : wholeTo;
    const atMs = moments.lastBefore(position);
    // A note that is lost is made up for by the next.
    if (atMs !== undefined) index.reached({ position, atMs }).catch(() => {});
  }

  /**
   * What is read shows also what was committed after the changes. The changes of that are looked at, too, so that each
   * transaction is in what is indexed with all of its events, or with none. Of one that is too large for that, events
   * go last: until then a replacement of all shows both.
   */
  async function onBatch(changes: Change[], until?: Until, goesOn = false): Promise<void> {
    const { ids, everything, unreadable } = dirtOf(changes);
    const ended = goesOn ? [] : going;
    const asked = (dirty: DirtyIds) => ({ ...dirty, eventIds: [...new Set([...dirty.eventIds, ...ended])] });
    if (everything) await rebuild();
    else if (changes.length > unreadable.length || ended.length > 0) {
      const version = await catalogue.position();
      const { upserts, deletes } = until
        ? await catalogue.inOneState(async (view) => {
            const further = await until(view.position);
            return view.findDirty(asked(further.length === 0 ? ids : dirtOf([...changes, ...further]).ids));
          })
        : await catalogue.findDirty(asked(ids));
      const gone = goesOn ? [] : deletes;
      await keepRejected(await index.apply({ upserts, deletes: gone, version }));
      going = goesOn ? going.concat(deletes) : [];
      observe.applied?.({ changes: changes.length, upserts: upserts.length, deletes: gone.length });
    }
    for (const { change, cause } of unreadable) await keepDeadLetter(change, cause);
  }

  async function indexAnew(eventIds: number[]): Promise<EventDocument[]> {
    const version = await catalogue.position();
    const { upserts } = await catalogue.findDirty({ eventIds, venueIds: [], performerIds: [] });
    await keepRejected(await index.apply({ upserts, deletes: [], version }));
    observe.applied?.({ changes: 0, upserts: upserts.length, deletes: 0 });
    return upserts;
  }

  /** An event that the index can't take must not stop the others. */
  async function keepRejected(rejected: Rejected[]): Promise<void> {
    for (const { id, cause } of rejected) {
      await keepDeadLetter({ table: 'events', op: 'u', row: { id }, position: `event ${id}` }, cause);
    }
  }

  async function keepDeadLetter(change: Change, cause: string): Promise<void> {
    await deadLetters.put(change, cause);
    observe.deadLetter?.(change, cause);
  }

  async function rebuild(): Promise<void> {
    const startedAt = performance.now();
    let documents = 0;
    async function* counted() {
      for await (const batch of catalogue.all(rebuildBatch)) {
        ending?.throwIfAborted();
        documents += batch.length;
        yield batch;
      }
    }
    const atMs = clock.now();
    const position = await catalogue.position();
    await keepRejected(await index.replaceAll(counted(), position, catalogue.position));
    wholeTo = position;
    await index.reached({ position, atMs }).catch(() => {});
    observe.rebuilt?.({ documents, durationMs: performance.now() - startedAt });
  }

  return {
    ready: ready.promise,
    indexAnew: (eventIds) => inTurn(() => indexAnew(eventIds)),
    run(signal) {
      ending = signal;
      const looking = Promise.all([lookAfterIndex(signal).catch(() => {}), lookAtLog(signal)]);
      return source
        .run({
          onConnect: (connection) => inTurn(() => onConnect(connection)),
          onBatch: (changes, ...more) => inTurn(() => onBatch(changes, ...more)),
          onReached,
          signal,
        })
        .finally(() => ready.reject(new Error('following changes ended before the index was ready')))
        .finally(() => looking);
    },
  };
}

/** Runs pieces of work one after another; one that fails does not stop the next. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}
