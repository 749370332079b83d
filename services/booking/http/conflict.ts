import { z } from '@hono/zod-openapi';
import { dateTime, uuid } from '../../../shared/http/schemas.ts';

const uuids = z.array(uuid);

/** Members of the body of a 409 of an event that is not on sale yet. */
export const notYetMembers = {
  on_sale_from: dateTime.optional().openapi({ description: 'When the general sale begins' }),
  presales: z
    .array(z.object({ name: z.string(), starts_at: dateTime, ends_at: dateTime }))
    .optional()
    .openapi({ description: 'Sales before it, for those who have an access code' }),
};

/** Further members of the body of a 409 about several seats. */
export const conflictMembers = {
  conflicts: uuids.optional().openapi({ description: 'The tickets that cannot be had' }),
  seats: z.array(z.string()).optional().openapi({ description: 'Their labels, where seats were asked for by label' }),
  places: z.array(z.int()).optional().openapi({ description: 'Their places, where seats were asked for by place' }),
  stranded: uuids.optional().openapi({ description: 'The tickets that the choice would leave alone' }),
  unknown: z
    .array(z.union([z.string(), z.int()]))
    .optional()
    .openapi({ description: 'The labels or places that the event does not have' }),
  rates: uuids.optional().openapi({ description: 'The rates that have fewer tickets left' }),
  plan_hash: z.string().nullable().optional().openapi({ description: 'The plan that the event has by now' }),
  ...notYetMembers,
};
