import { z } from '@hono/zod-openapi';

const uuids = z.array(z.string().openapi({ format: 'uuid' }));

/** Further members of the body of a 409 about several seats. */
export const conflictMembers = {
  conflicts: uuids.optional().openapi({ description: 'The tickets that cannot be had' }),
  stranded: uuids.optional().openapi({ description: 'The tickets that the choice would leave alone' }),
};
