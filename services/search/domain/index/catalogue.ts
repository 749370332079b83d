import type { EventDocument } from './event-document.ts';

/** Rows that changed, by id. A venue or a performer stands for all its events. */
export type DirtyIds = { eventIds: number[]; venueIds: number[]; performerIds: number[] };

/** Events to index again: those that are there, and the ids of those that are not. */
export type DirtyEvents = { upserts: EventDocument[]; deletes: number[] };

/** The database in one state. */
export type CatalogueView = {
  /** All that is in it was committed before this position of the WAL. */
  position: bigint;
  /** One query: every dirty event, each once. */
  findDirty(ids: DirtyIds): Promise<DirtyEvents>;
};

/** Port: the database as search reads it. Throws `unavailable` while the server is away. */
export type Catalogue = {
  /** The position of the WAL in bytes. Read before rows, it is their version: rows read later are never older. */
  position(): Promise<bigint>;
  /** One query: every dirty event, each once, in one snapshot. */
  findDirty(ids: DirtyIds): Promise<DirtyEvents>;
  /** Reads from one state, which is kept for as long as `read` takes: moments. */
  inOneState<T>(read: (view: CatalogueView) => Promise<T>): Promise<T>;
  /** All events by id, in batches of their own snapshots. */
  all(batchSize: number): AsyncIterable<EventDocument[]>;
};
