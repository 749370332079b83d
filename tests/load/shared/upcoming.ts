import { type EventList, type ListedEvent, listEvents } from './platform.ts';

/** The next `count` events by date, or all if there are fewer; throws when the list can't be read. */
export function upcoming(count: number): ListedEvent[] {
  const found: ListedEvent[] = [];
  let cursor: string | undefined;
  do {
    const response = listEvents(100, cursor);
    if (response.status !== 200) throw new Error(`The list of events answers ${response.status} ${response.error}`);
    const page = response.json() as unknown as EventList;
    found.push(...page.events);
    cursor = page.next_cursor ?? undefined;
  } while (cursor && found.length < count);
  return found.slice(0, count);
}
