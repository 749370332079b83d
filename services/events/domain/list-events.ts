import { Buffer } from 'node:buffer';
import type { Clock } from '../../../shared/clock.ts';
import { AppError } from '../../../shared/errors.ts';
import type { EventPosition, EventStore, EventSummary } from './event.ts';

export type EventPage = { events: EventSummary[]; next_cursor: string | null };

/** Upcoming events by date, a page at a time; throws `invalid_request` for a cursor that is not one of ours. */
export async function listEvents(
  { store, clock }: { store: EventStore; clock: Clock },
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<EventPage> {
  const after = cursor === undefined ? {} : { after: decode(cursor) };
  const found = await store.upcoming({ from: new Date(clock.now()), ...after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { events: page.map(({ event }) => event), next_cursor: last ? encode(last.position) : null };
}

const encode = ({ date, uuid }: EventPosition) => Buffer.from(`${date} ${uuid}`).toString('base64url');

function decode(cursor: string): EventPosition {
  const [date, uuid, ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (!date || !uuid || rest.length > 0 || Number.isNaN(Date.parse(date)) || !/^[0-9a-f-]{36}$/.test(uuid)) {
    throw new AppError('invalid_request', 'Invalid request parameters', {
      details: { issues: [{ path: 'cursor', message: 'use a next_cursor of an earlier answer' }] },
    });
  }
  return { date, uuid };
}
