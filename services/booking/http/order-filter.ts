import { z } from '@hono/zod-openapi';
import { instantInput, textInput, uuidInput } from '../../../shared/http/schemas.ts';
import type { OrderFilter } from '../domain/sales/sales.ts';

/** The parameters by which orders of an event are chosen. */
export const filterQuery = z.object({
  status: z.enum(['pending', 'paid', 'failed', 'refunded']).optional(),
  user_uuid: uuidInput.optional().openapi({ description: 'The buyer' }),
  seat: textInput(200).optional().openapi({ description: 'The label of a seat, such as `A1`' }),
  rate_uuid: uuidInput.optional().openapi({ description: 'A rate of one of the tickets' }),
  from: instantInput.optional().openapi({ description: 'Bought at this moment or later' }),
  to: instantInput.optional().openapi({ description: 'Bought before this moment' }),
});

export const filterOf = (query: z.output<typeof filterQuery>): OrderFilter => ({
  status: query.status,
  userUuid: query.user_uuid,
  seat: query.seat,
  rateUuid: query.rate_uuid,
  from: query.from,
  to: query.to,
});
