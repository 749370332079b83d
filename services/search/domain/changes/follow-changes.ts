import { sleep } from '../../../../shared/async/clock.ts';
import type { Catalogue } from '../index/catalogue.ts';
import type { Rejected, SearchIndex } from '../index/search-index.ts';
import type { Change, ChangeSource } from './change-source.ts';
import type { DeadLetters } from './dead-letters.ts';
import { dirtOf } from './dirty-ids.ts';

/** Told what happened, for logs and metrics. */
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
};

export type FollowChanges = {
  /** Keeps the index after the database until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the index can be searched: it is built, or was, and holds all that was acknowledged. Rejects if
   * `run` ends before.
   */
  ready: Promise<void>;
};

/**
 * Keeps the index after the database. Changes only say which events to look at: these are read in one query, after
 * the WAL position that is their version, and indexed in one call. An index that is not built, has been lost or is of an
 * older release, a gap in the changes and a truncated table mean to read everything; the source already keeps what changes
 * meanwhile.
 *
 * A change that cannot be read or indexed goes to the dead letters and stops nothing. What an unreachable index or database
 * throws is left to the source, which brings the same changes again.
 */
export function followChanges(deps: FollowChangesDeps): FollowChanges {
  const { source, catalogue, index, deadLetters, observe = {}, rebuildBatch = 1000, lookMs = 5000 } = deps;
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  const inTurn = oneAtATime();
  let ending: AbortSignal | undefined;

  async function onConnect({ gap }: { gap: boolean }): Promise<void> {
    if (gap || !(await index.isBuilt()) || (await index.isOutdated())) await rebuild();
    ready.resolve();
  }

  /** An index's server may come back with nothing: no change would tell. */
  async function lookAfterIndex(signal: AbortSignal): Promise<void> {
    await ready.promise;
    while (!signal.aborted) {
      await sleep(lookMs, signal);
      // While it is away the next look will do; what fails here is tried again then.
      if (!signal.aborted) await inTurn(async () => (await index.isBuilt()) || (await rebuild())).catch(() => {});
    }
  }

  async function onBatch(changes: Change[]): Promise<void> {
    const { ids, everything, unreadable } = dirtOf(changes);
    if (everything) await rebuild();
    else if (changes.length > unreadable.length) {
      const version = await catalogue.position();
      const { upserts, deletes } = await catalogue.findDirty(ids);
      await setAside(await index.apply({ upserts, deletes, version }));
      observe.applied?.({ changes: changes.length, upserts: upserts.length, deletes: deletes.length });
    }
    for (const { change, cause } of unreadable) await bury(change, cause);
  }

  /** An event that the index can't take must not stop the others. */
  async function setAside(rejected: Rejected[]): Promise<void> {
    for (const { id, cause } of rejected) {
      await bury({ table: 'events', op: 'u', row: { id }, position: `event ${id}` }, cause);
    }
  }

  async function bury(change: Change, cause: string): Promise<void> {
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
    await setAside(await index.replaceAll(counted(), await catalogue.position(), catalogue.position));
    observe.rebuilt?.({ documents, durationMs: performance.now() - startedAt });
  }

  return {
    ready: ready.promise,
    run(signal) {
      ending = signal;
      const looking = lookAfterIndex(signal).catch(() => {});
      return source
        .run({
          onConnect: (connection) => inTurn(() => onConnect(connection)),
          onBatch: (changes) => inTurn(() => onBatch(changes)),
          signal,
        })
        .finally(() => ready.reject(new Error('following changes ended before the index was ready')))
        .finally(() => looking);
    },
  };
}

/** Runs pieces of work one after another, whatever becomes of each. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}
