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

/** The demo events of the examples of organisers: what they change sells no more. */
export const exampleEvents = {
  cancel: 'b4c5d6e7-f8a9-4b5c-8d9e-0f1a2b3c4d5e',
  postpone: 'a3b4c5d6-e7f8-4a5b-8c9d-0e1f2a3b4c5d',
};

/** The rate of a ticket, as responses show it. */
export const rateSchema = z
  .object({ uuid, name: z.string().openapi({ example: 'Child' }) })
  .nullable()
  .openapi({ description: 'The rate at which it is sold; null: the price of its category' });
