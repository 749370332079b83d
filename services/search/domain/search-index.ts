import type { EventDocument, EventHit } from './event-document.ts';

/** Where a list of results goes on: behind this hit, in the order of the list. */
export type SearchCursor = { score: number; dateMs: number; uuid: string };

export type SearchQuery = {
  /** Normalised; empty lists all upcoming events. */
  text: string;
  /** Milliseconds since 1970: only events at or after it are found. */
  now: number;
  size: number;
  /** How many results to pass over; not together with `after`. */
  from?: number;
  after?: SearchCursor;
};

export type SearchResult = {
  hits: EventHit[];
  /** Exactly how many events match, whatever `from`, `after` and `size` say. */
  total: number;
  /** Set only when more results follow. */
  next?: SearchCursor;
};

export type IndexChanges = {
  upserts: EventDocument[];
  /** Ids of events that are gone. */
  deletes: number[];
  /** The WAL position that was read before the rows. */
  version: bigint;
};

/**
 * Port: the index of events.
 *
 * A word matches in the name (weight 4), the performers, the location (2) or the description; as typed, or misspelt:
 * words of 1–2 characters must be exact, of 3–5 may differ by one edit, longer by two (swapped neighbours are one
 * edit). Case and accents don't matter. Any word may match, and more matching words score higher. Order: score
 * descending, date ascending, uuid ascending.
 *
 * Every method throws `unavailable` while the index's server is away; each call may then be repeated.
 */
export type SearchIndex = {
  /**
   * Resolves when the changes can be found. A document or deletion older than what the index has of that id is passed
   * over, an equal or newer one taken, so repeats and races do no harm. Not atomic: while it runs, and after it threw,
   * a part may be there.
   */
  apply(changes: IndexChanges): Promise<void>;
  /**
   * Makes the index hold exactly these documents, except for what has been applied at a newer version. Searches go on
   * meanwhile. After it threw, the old documents are still there.
   */
  replaceAll(documents: AsyncIterable<EventDocument[]>, version: bigint): Promise<void>;
  search(query: SearchQuery): Promise<SearchResult>;
  /**
   * Differs before and after a change that altered what a search may answer, in every process and across restarts;
   * never names a state that is not searchable yet. Part of the keys of cached answers.
   */
  generation(): Promise<string>;
  /** Documents in the index; 0 until the first rebuild has ended means that one is needed. */
  count(): Promise<number>;
};
