import { errorResponse } from './errors.ts';

/** What every operation may end with, whatever it is about. */
export const commonResponses = {
  431: errorResponse(
    'The headers are longer than SERVER_MAX_HEADER_BYTES; above 16 KiB the runtime says so by itself, without a body',
    ['headers_too_large'],
  ),
  500: errorResponse('Internal server error', ['internal']),
  503: errorResponse('A needed server is away; repeat after Retry-After', ['unavailable']),
};

/** What a POST or a DELETE may also end with: a body is looked at, even where none is asked for. */
export const sentResponses = {
  408: errorResponse('The body did not come in time', ['request_timeout']),
  413: errorResponse('The body is longer than 64 KiB', ['payload_too_large']),
  415: errorResponse('The body has a Content-Encoding, and none is undone', ['unsupported_media_type']),
};

/** What an operation with a body may also end with. */
export const bodyResponses = { 400: errorResponse('Invalid request payload', ['invalid_request']), ...sentResponses };

/** What an operation with parameters that are checked may also end with. */
export const parameterResponses = { 400: errorResponse('Invalid request parameters', ['invalid_request']) };

/** What an operation says that needs no token. */
export const withoutToken = { security: [] };
