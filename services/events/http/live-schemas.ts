import { z } from '@hono/zod-openapi';
import { example, uuid } from '../../../shared/http/schemas.ts';
import { unavailableData } from './live-stream.ts';
import { seatsExample, seatsSchema } from './seats-schema.ts';

const seats = (status: z.ZodType<string>) => z.array(z.object({ uuid, status }));
const id = z.string().openapi({ description: 'The version of the seats' });
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
    example: {
      event: 'taken',
      data: [{ uuid: example.seat, status: 'booked' }],
      id: seatsExample.version,
      retry: 4210,
    },
  });

const changed = z
  .object({
    event: z.literal('seats'),
    data: seats(z.enum(['available', 'reserved', 'booked'])),
    id,
    retry,
  })
  .openapi('LiveSeats', {
    description:
      'The seats that have changed, each with its newest status; none where a stream begins with what the client has',
    example: { event: 'seats', data: [{ uuid: example.seat, status: 'available' }], id: 'mF3yHk2QZt0a7Vw1' },
  });

const index = z.int().min(0);

const takenByIndex = z.object({ event: z.literal('taken'), data: seatsSchema, id, retry }).openapi('LiveTakenByIndex', {
  description: 'With `by=index`: every seat; replaces all that was told before',
  example: { event: 'taken', data: seatsExample, id: seatsExample.version, retry: 4210 },
});

const changedByIndex = z
  .object({
    event: z.literal('seats'),
    data: z.object({
      i: z.array(index).openapi({ description: 'The places of the seats that have changed' }),
      s: z.array(index.max(2)).openapi({ description: 'The newest status of each: 0 available, 1 reserved, 2 booked' }),
    }),
    id,
    retry,
  })
  .openapi('LiveSeatsByIndex', {
    description: 'With `by=index`: the seats that have changed',
    example: { event: 'seats', data: { i: [3, 17], s: [1, 0] }, id: 'mF3yHk2QZt0a7Vw1' },
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
    example: { event: 'unavailable', data: unavailableData, id: 'unavailable' },
  });

/** One event of a stream of live seats, its `data` parsed. */
export const liveMessageSchema = z.union([taken, changed, unavailable, takenByIndex, changedByIndex]);
