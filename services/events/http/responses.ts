import {
  bearerResponses,
  bodyResponses,
  commonResponses,
  errorResponse,
  sentResponses,
} from '../../../shared/http/responses.ts';
import { keyReused, requestInProgress } from '../../../shared/idempotency/idempotency.ts';

const forbidden = {
  403: errorResponse('The token is no organiser’s, or the API key lacks the scope that is needed', ['forbidden']),
};

/** Of an operation of organisers that reads. */
export const organiserResponses = { ...forbidden, ...bearerResponses, ...commonResponses };

/** Of one with a body, and of one that may have none. */
export const changeResponses = { ...bodyResponses, ...organiserResponses };
export const deleteResponses = { ...sentResponses, ...organiserResponses };

/** Of one that makes something under an Idempotency-Key. */
export const makeResponses = {
  409: errorResponse('The same request is being answered', [requestInProgress]),
  422: errorResponse('The Idempotency-Key belongs to another request', [keyReused]),
  ...changeResponses,
};
