import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorType } from '../errors.ts';

/** The errors that only HTTP knows, with their statuses (RFC 9110, section 15.5; RFC 6585). */
export const httpErrors = {
  methodNotAllowed: { code: 'method_not_allowed', kind: 'invalid_request', status: 405 },
  requestTimeout: { code: 'request_timeout', kind: 'invalid_request', status: 408 },
  preconditionFailed: { code: 'precondition_failed', kind: 'conflict', status: 412 },
  payloadTooLarge: { code: 'payload_too_large', kind: 'invalid_request', status: 413 },
  unsupportedMediaType: { code: 'unsupported_media_type', kind: 'invalid_request', status: 415 },
  preconditionRequired: { code: 'precondition_required', kind: 'invalid_request', status: 428 },
  headersTooLarge: { code: 'headers_too_large', kind: 'invalid_request', status: 431 },
} as const satisfies Record<string, ErrorType & { status: ContentfulStatusCode }>;

/** Their statuses by code. */
export const statusByCode = new Map<string, ContentfulStatusCode>(
  Object.values(httpErrors).map(({ code, status }) => [code, status]),
);
