import { z } from '@hono/zod-openapi';
import { example, uuid, uuidInput } from '../../../shared/http/schemas.ts';

/** The uuids that requests are made of, each with an example of the demo data. */
export const userUuid = uuidInput.openapi({
  description: 'The buyer; where tokens are checked, the `sub` of the token',
  example: example.buyer,
});
export const eventUuid = uuidInput.openapi({ description: 'The event', example: example.event });
export const ticketUuid = uuidInput.openapi({
  description: 'The ticket, as `viewEvent` has it',
  example: example.seat,
});
export const methodUuid = uuidInput.openapi({
  description: 'What the buyer pays with, as `registerPaymentMethod` has told it; at the sandbox, any uuid',
  example: example.method.pays,
});

/** The rate of a ticket, as responses show it. */
export const rateSchema = z
  .object({ uuid, name: z.string().openapi({ example: 'Child' }) })
  .nullable()
  .openapi({ description: 'The rate at which it is sold; null: the price of its category' });
