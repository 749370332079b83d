import type { ErrorKind, ErrorType } from '../../../shared/errors.ts';
import { givenAgain } from '../../../shared/http/idempotent.ts';
import { bearerResponses, commonResponses, errorResponse, parameterResponses } from '../../../shared/http/responses.ts';
import { keyReused, requestInProgress } from '../../../shared/idempotency/idempotency.ts';

/** Of an operation of organisers. */
export const organiserResponses = {
  ...bearerResponses,
  403: errorResponse('Not an organiser’s credentials, or an API key without the scope', ['forbidden']),
  ...parameterResponses,
  ...commonResponses,
};

/** Of one with an Idempotency-Key; `conflicts` and `refusals` are its own. */
export const onceResponses = (conflicts: (ErrorType | ErrorKind)[] = [], refusals: (ErrorType | ErrorKind)[] = []) => ({
  409: givenAgain(
    errorResponse(
      conflicts.length > 0
        ? 'It is not in the state for that, or the same request is being answered'
        : 'The same request is being answered',
      [...conflicts, requestInProgress],
    ),
  ),
  422: givenAgain(
    errorResponse(
      refusals.length > 0
        ? 'Something is missing: see `issues`; or the Idempotency-Key belongs to another request'
        : 'The Idempotency-Key belongs to another request',
      [...refusals, keyReused],
    ),
  ),
});
