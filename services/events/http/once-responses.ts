import type { ErrorKind, ErrorType } from '../../../shared/errors.ts';
import { givenAgain } from '../../../shared/http/idempotent.ts';
import { errorResponse } from '../../../shared/http/responses.ts';
import { keyReused, requestInProgress } from '../../../shared/idempotency/idempotency.ts';

/** Of an operation with an Idempotency-Key that has conflicts and refusals of its own. */
export const onceResponses = (conflicts: (ErrorType | ErrorKind)[], refusals: (ErrorType | ErrorKind)[] = []) => ({
  409: givenAgain(
    errorResponse('It does not go with what is there, or the same request is being answered', [
      ...conflicts,
      requestInProgress,
    ]),
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
