import { z } from '@hono/zod-openapi';
import { AppError } from '../errors.ts';
import { httpErrors } from './http-errors.ts';
import { errorResponse } from './responses.ts';

/** Returns the strong `ETag` of a representation: its version, any text without quotes (RFC 9110, section 8.8.3). */
export const etagOf = (version: string): string => `"${version}"`;

/** Headers of a response that has such an `ETag`. */
export const etagHeader = {
  ETag: {
    description: 'The version of the representation, for `If-Match`',
    required: true,
    schema: { type: 'string' as const },
  },
};

/** The header of a change. It is no required one of the schema: without it the request is a 428, not a 400. */
export const ifMatchHeader = z.object({
  'if-match': z
    .string()
    .optional()
    .openapi({ description: 'The `ETag` of the representation that you change; required', example: '"1b2c"' }),
});

/** Responses to a change whose representation has a version. */
export const preconditionResponses = {
  412: errorResponse('It was changed since; read it again', [httpErrors.preconditionFailed]),
  428: errorResponse('`If-Match` is missing', [httpErrors.preconditionRequired]),
};

/** Throws `precondition_failed` unless this is the version that the caller has seen. */
export type CheckVersion = (version: string) => void;

/**
 * Returns the check of an `If-Match`, which a verb calls with the version that it is about to change, in the
 * transaction of the change. Throws `precondition_required` when there is no header. Tags are compared as RFC 9110 has
 * it (section 13.1.1): any of a list, `*` for whatever is there, and a weak one never.
 */
export function checkOf(ifMatch: string | undefined): CheckVersion {
  if (ifMatch === undefined) {
    const message = 'Read it first, and send its ETag as If-Match: so no change of others is lost';
    throw new AppError(httpErrors.preconditionRequired, message);
  }
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  return (version) => {
    if (tags.includes('*') || tags.includes(etagOf(version))) return;
    const message = 'It was changed since you have read it: read it again, and repeat your change on that';
    throw new AppError(httpErrors.preconditionFailed, message);
  };
}
