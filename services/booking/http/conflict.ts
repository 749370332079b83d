import { z } from '@hono/zod-openapi';
import { uuid } from '../../../shared/http/schemas.ts';

const uuids = z.array(uuid);

/** Further members of the body of a 409 about several seats. */
export const conflictMembers = {
  conflicts: uuids.optional().openapi({ description: 'The tickets that cannot be had' }),
  stranded: uuids.optional().openapi({ description: 'The tickets that the choice would leave alone' }),
};
