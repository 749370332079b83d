import type { SearchQuery, SearchResult } from '../query/search-query.ts';
import type { NameQuery, Suggestions } from '../query/suggested-names.ts';
import type { EventDocument } from './event-document.ts';

export type IndexChanges = {
  upserts: EventDocument[];
  /** Ids of events that are gone. */
  deletes: number[];
  /** The WAL position that was read before the rows. */
  version: bigint;
};

/**
 * How far an index has come: all that was committed up to the position of the WAL can be found, which was all that
 * there was at `atMs`.
 */
export type Freshness = { position: bigint; atMs: number };

/** A document that the index can't take, and why: to send it again would not help. */
export type Rejected = { id: number; cause: string };

/**
 * Port: the index of events.
 *
 * `domain/relevance` says what a text asks for (`meaning.ts`), what an event is found by (`terms.ts`), and which score
 * follows (`score.ts`); an index finds exactly these events with exactly these scores, only faster. Order: score
 * descending, date ascending, uuid ascending, unless the query sorts by something else. Of all that match, those are
 * found that meet every filter; facets count what they would find without their own.
 *
 * Every method throws `unavailable` while the index's server is away, and `search` and `suggest` until the index has
 * first been built by `replaceAll`: to find nothing then would be a wrong result. Each call may be repeated.
 */
export type SearchIndex = {
  /**
   * Resolves when the changes can be found. A document or deletion older than what the index has of that id is passed
   * over, an equal or newer one taken, so repeats and races do no harm. Not atomic: while it runs, and after it threw,
   * a part may be there. Returns the documents that it could not take; all others are in.
   */
  apply(changes: IndexChanges): Promise<Rejected[]>;
  /**
   * Makes the index hold exactly these documents, except for what has been applied at a newer version, also meanwhile
   * and by other processes. `newest` returns the newest version that there can be: a version beyond it is from an
   * earlier database (before a backup was restored, say), whose log was longer, and counts for nothing. Searches go on
   * meanwhile. After it threw, the old documents are still there. Returns the documents that it could not take.
   */
  replaceAll(
    documents: AsyncIterable<EventDocument[]>,
    version: bigint,
    newest?: () => Promise<bigint>,
  ): Promise<Rejected[]>;
  search(query: SearchQuery): Promise<SearchResult>;
  /**
   * Returns the names of upcoming events that begin as a text (`startsOf`), the `size` first of each kind: those that
   * begin so as a whole before those of which a later word does; among these the name whose upcoming events are most
   * popular together, then the one of most; equals in any order. An event stands for all of its name: the earliest.
   */
  suggest(query: NameQuery): Promise<Suggestions>;
  /**
   * Differs before and after a change that altered what a search may find: at once in the process that made it, within
   * a second in others, across restarts too; never names a state that is not searchable yet. Part of the keys of cached
   * pages.
   */
  generation(): Promise<string>;
  /** Notes how far the index has come, for the searches of all processes. May be told late, and in part. */
  reached(freshness: Freshness): Promise<void>;
  /**
   * Returns how far it has come, as of a moment after the call, whichever process has noted it; undefined before the
   * first note. A `generation` that is asked for afterwards is of that state or a later one.
   */
  lookFreshness(): Promise<Freshness | undefined>;
  /** The same as far as it is known: at the call of the last `generation`, or a moment earlier. */
  freshness(): Freshness | undefined;
  /** Every document that can be found, by id, in batches; what changes meanwhile may be missed. */
  scan(batchSize: number): AsyncIterable<EventDocument[]>;
  /**
   * True once a `replaceAll` has ended, while the index that it built is still there (a server may have lost all it
   * had).
   */
  isBuilt(): Promise<boolean>;
  /**
   * True when the documents lack a member that this release keeps of an event: it can be searched, and is to be
   * replaced.
   */
  isOutdated(): Promise<boolean>;
  /**
   * Removes what a `replaceAll` left behind whose process was killed, once several calls over some minutes have seen
   * no sign of life of it; what another process builds stays. To be called again and again.
   */
  removeAbandoned(): Promise<void>;
  /** Documents that can be found, whenever they take place. */
  count(): Promise<number>;
};
