import { z } from '@hono/zod-openapi';
import { unchangedResponses } from '../../../shared/http/responses.ts';
import type { SeatStatuses } from '../domain/event/seat-statuses.ts';

export const lockStatus = z
  .enum(['unknown'])
  .optional()
  .openapi({ description: 'Set while the lock store is away: a seat that is held may then show as available' });

/** Such a response has no ETag: the same bytes are the truth once the locks are known. */
export const locksUnknown = { 'X-Lock-Status': 'unknown' };

const described = { 'X-Seats-Version': 'Names the seats with their statuses; `watchEvent` goes on from it' };

const etag = z.string().openapi({ description: 'Names the bytes of the response, for `If-None-Match`' });

/** The header of a read that clients and caches may keep. */
export const tagged = { ETag: etag };

/** The headers of responses that show all seats. */
export const seatsVersion = {
  ETag: etag.optional(),
  'X-Seats-Version': z.string().openapi({ description: described['X-Seats-Version'] }),
};

export const seatsUnchanged = unchangedResponses(described);

export const versionOf = ({ version }: SeatStatuses) => ({ 'X-Seats-Version': version });
