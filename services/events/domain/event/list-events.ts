import { Buffer } from 'node:buffer';
import type { Clock } from '../../../../shared/async/clock.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import type { EventPosition, EventStore, EventSummary } from './event.ts';

export type EventList = { events: EventSummary[]; nextCursor: string | null };

/** Returns a page of the upcoming events by date; throws `invalid_request` for a cursor that is not one of ours. */
export async function listEvents(
  { store, clock }: { store: EventStore; clock: Clock },
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<EventList> {
  const after = cursor === undefined ? {} : { after: decode(cursor) };
  const found = await store.upcoming({ from: new Date(clock.now()), ...after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { events: page.map(({ event }) => event), nextCursor: last ? encode(last.position) : null };
}

const encode = ({ date, uuid }: EventPosition) => Buffer.from(`${date} ${uuid}`).toString('base64url');

/** The uuid may be any text that an older release has let in. */
function decode(cursor: string): EventPosition {
  const [, date, uuid] = /^(\S+) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (!date || !uuid || !isDate(date) || uuid.includes('\0')) throw unknownCursor();
  return { date, uuid };
}

/** Checks the store's format, and the day: JavaScript takes the 30th of February for the 2nd of March. */
function isDate(text: string): boolean {
  const [, seconds] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{6}Z$/.exec(text) ?? [];
  if (!seconds || seconds.startsWith('0000')) return false;
  const instant = new Date(`${seconds}Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(seconds);
}
