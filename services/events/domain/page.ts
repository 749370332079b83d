/** Whose things a list shows: an organiser's (null: the platform's), or everybody's. */
export type Whose = { organiserUuid: string | null } | 'everybody';

/** A page of a list whose things have uuids: those after the one named, if any. */
export type PageRequest = { after?: string | undefined; limit: number };

export type Page<T> = { items: T[]; nextCursor: string | null };

/** Makes a page of what was found; one thing more than its limit tells that there is a next page. */
export function pageOf<T>(found: T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last === undefined ? null : cursorOf(last) };
}
