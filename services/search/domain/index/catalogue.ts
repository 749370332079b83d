import type { EventDocument } from './event-document.ts';

/** Rows that changed, by id. A venue or a performer stands for all its events. */
export type DirtyIds = { eventIds: number[]; venueIds: number[]; performerIds: number[] };

/** Events to index again: those that are there, and the ids of those that are not. */
export type DirtyEvents = { upserts: EventDocument[]; deletes: number[] };

/** Port: the database as search reads it. Throws `unavailable` while the server is away. */
export type Catalogue = {
  /** The position of the WAL in bytes. Read before rows, it is their version: rows read later are never older. */
  position(): Promise<bigint>;
  /** One query: every dirty event, each once, in one snapshot. */
  findDirty(ids: DirtyIds): Promise<DirtyEvents>;
  /** All events by id, in batches of their own snapshots. */
  all(batchSize: number): AsyncIterable<EventDocument[]>;
};
