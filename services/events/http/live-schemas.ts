import { z } from '@hono/zod-openapi';
import { example, uuid } from '../../../shared/http/schemas.ts';
import { unavailableData } from './live-stream.ts';

const seats = (status: z.ZodType<string>) => z.array(z.object({ uuid, status }));
const id = z.string().openapi({ description: 'Names this state of the seats' });
const retry = z.int().optional().openapi({
  description: 'Only with the first event of a stream: milliseconds until a client opens a stream that has ended again',
});

const taken = z
  .object({
    event: z.literal('taken'),
    data: seats(z.enum(['reserved', 'booked'])),
    id,
    retry,
  })
  .openapi('LiveTaken', {
    description: 'Every seat that is not available now; replaces all that was told before',
    example: { event: 'taken', data: [{ uuid: example.seat, status: 'booked' }], id: '5b2c91d0-1', retry: 4210 },
  });

const changed = z
  .object({
    event: z.literal('seats'),
    data: seats(z.enum(['available', 'reserved', 'booked'])),
    id,
  })
  .openapi('LiveSeats', {
    description: 'The seats that have changed, each with its newest status',
    example: { event: 'seats', data: [{ uuid: example.seat, status: 'available' }], id: '5b2c91d0-2' },
  });

const unavailable = z
  .object({
    event: z.literal('unavailable'),
    data: z.object({ error: z.literal(unavailableData.error), message: z.string() }),
    id,
    retry,
  })
  .openapi('LiveUnavailable', {
    description: 'What was told before may not be so any more; the stream goes on with `taken` by itself',
    example: { event: 'unavailable', data: unavailableData, id: '5b2c91d0-3' },
  });

/** One event of a stream of live seats, its `data` parsed. */
export const liveMessageSchema = z.discriminatedUnion('event', [taken, changed, unavailable]);
