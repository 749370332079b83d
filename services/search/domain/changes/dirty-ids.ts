import type { DirtyIds } from '../index/catalogue.ts';
import type { Change } from './change-source.ts';

/**
 * The rows to look at after a batch of changes, or everything; and the changes that could not be read, each with its
 * cause.
 */
export type Dirt = { ids: DirtyIds; everything: boolean; unreadable: { change: Change; cause: string }[] };

export function dirtOf(changes: Change[]): Dirt {
  const events = new Set<number>();
  const venues = new Set<number>();
  const performers = new Set<number>();
  const unreadable: Dirt['unreadable'] = [];
  let everything = false;

  const followed = new Map([
    ['events', { ids: events, column: 'id' }],
    ['venues', { ids: venues, column: 'id' }],
    ['performers', { ids: performers, column: 'id' }],
    ['event_performers', { ids: events, column: 'event_id' }],
  ]);

  function mark({ table, row, before }: Change): void {
    const dirty = followed.get(table);
    if (!dirty) throw new Error(`search follows no table "${table}"`);
    add(dirty.ids, dirty.column, row, before);
  }

  for (const change of changes) {
    if (change.unreadable !== undefined) unreadable.push({ change, cause: change.unreadable });
    else if (change.op === 't') everything ||= followed.has(change.table);
    else {
      try {
        mark(change);
      } catch (error) {
        unreadable.push({ change, cause: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  const ids = { eventIds: [...events], venueIds: [...venues], performerIds: [...performers] };
  return { ids, everything, unreadable };
}

/** The id after and, if it is known, before the change: an event may have got another id, a line-up another event. */
function add(ids: Set<number>, column: string, row: Change['row'], before: Change['before']): void {
  const after = idOf(row, column);
  if (before?.[column] !== undefined) ids.add(idOf(before, column));
  ids.add(after);
}

function idOf(row: Record<string, unknown>, column: string): number {
  const value = row[column];
  const id = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) return id;
  throw new Error(`${column} is no usable id: ${String(value).slice(0, 50)}`);
}
