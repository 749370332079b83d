import { z } from '@hono/zod-openapi';
import { errorSchema } from '../../../shared/http/errors.ts';

const uuids = z.array(z.string().openapi({ format: 'uuid' }));

/** What stands in the way of several seats. */
export const conflictSchema = errorSchema
  .extend({
    conflicts: uuids.optional().openapi({ description: 'The tickets that cannot be had' }),
    stranded: uuids.optional().openapi({ description: 'The tickets that the choice would leave alone' }),
  })
  .openapi('Conflict');
