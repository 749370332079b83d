import { z } from '@hono/zod-openapi';

export const seatsExample = { version: 'Y0pZ3mN8qLrT5uXa', seats_hash: 'c2hR9vBw4KdE7fGs', seats: 5, statuses: 'GQA=' };

/** The statuses of all seats. */
export const seatsSchema = z
  .object({
    version: z.string().openapi({ description: 'Names the seats with these statuses; `watchEvent` goes on from it' }),
    seats_hash: z.string().openapi({
      description: 'Names the seats, their order and their labels: another one says that a client’s list is outdated',
    }),
    seats: z.int().openapi({ description: 'How many seats there are' }),
    statuses: z.string().openapi({
      format: 'byte',
      description:
        'Base64 of two bits a seat, in the order of the event’s tickets, the first of four seats in the lowest bits of ' +
        'its byte: 0 available, 1 reserved, 2 booked',
    }),
  })
  .openapi('Seats', { example: seatsExample });
