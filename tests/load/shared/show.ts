import { type EventPage, eventPage } from './platform.ts';
import { upcoming } from './upcoming.ts';

/** An event, its seats on sale (the best first), and those that are booked already. */
export type Show = { event: string; seats: string[]; booked: string[] };

/** The maximum of events to check for free seats. */
const maxEvents = 1000;

/**
 * Finds an event with at least `count` free seats: the given one, else the next upcoming one; a hall rather than an
 * arena, whose page would be most of the load. Throws an error that says what to do when there is none.
 */
export function findShow(count: number, given?: string): Show {
  const uuids = given ? [given] : upcoming(maxEvents).map(({ uuid }) => uuid);
  let arena: Show | undefined;
  for (const uuid of uuids) {
    const response = eventPage(uuid);
    if (response.status !== 200) throw new Error(`EVENT_UUID=${uuid}: the event page answers ${response.status}`);
    const { tickets } = response.json() as unknown as EventPage;
    const having = (status: string) => tickets.filter((seat) => seat.status === status).map((seat) => seat.uuid);
    const free = having('available');
    if (free.length < count) continue;
    const show = { event: uuid, seats: free.slice(0, count), booked: having('booked') };
    if (given || tickets.length <= count * 10) return show;
    arena ??= show;
  }
  if (arena) return arena;
  throw new Error(
    `${given ? `The event ${given}` : `None of ${uuids.length} upcoming events`} has ${count} free seats left. ` +
      'Name another by EVENT_UUID, set LOAD_SEATS lower, or start afresh: npm start -- --reset',
  );
}
