import { z } from '@hono/zod-openapi';
import { type ErrorKind, type ErrorType, errorType } from '../errors.ts';
import { bearerScheme } from './bearer.ts';
import { httpErrors } from './http-errors.ts';

const errorSchema = z
  .object({
    error: z.string().openapi({ description: 'A stable code' }),
    message: z.string().openapi({ description: 'What to do, for a person' }),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'What is wrong with the input, field by field' }),
    trace_id: z.string().optional().openapi({ description: 'The trace of the request, where it is traced' }),
  })
  .openapi('Error');

/** A response of JSON. */
export const jsonResponse = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { 'application/json': { schema } },
});

/**
 * Of a read with an ETag; `headers` are those that it has besides. It is left out of the types: who does not send
 * `If-None-Match` gets none, and `fetch` turns what a browser's own cache has asked for into a 200.
 */
export const unchangedResponses = (headers: Record<string, string> = {}) =>
  ({
    304: {
      description: 'The client has it: `If-None-Match` has its ETag',
      headers: Object.fromEntries(
        Object.entries({ ETag: 'Names the bytes of the 200', ...headers }).map(([name, description]) => [
          name,
          { description, schema: { type: 'string' as const } },
        ]),
      ),
    },
  }) as Record<never, never>;

/** The body of a request: JSON, which must be there; `examples` by name. */
export const jsonBody = <S extends z.ZodType>(
  schema: S,
  examples?: Record<string, { summary: string; value: object }>,
) => ({
  required: true,
  content: { 'application/json': { schema, ...(examples && { examples }) } },
});

/** A response that carries one of these errors; `members` are those of its body besides the usual ones. */
export function errorResponse<const T extends ErrorType | ErrorKind, M extends z.ZodRawShape = Record<never, never>>(
  description: string,
  errors: T[],
  members: M = {} as M,
) {
  const types = errors.map(errorType);
  const codes = types.map(({ code }) => code) as CodeOf<T>[];
  const repeated = types.filter(({ again }) => again);
  return {
    description,
    ...(repeated.length > 0 && { headers: { 'Retry-After': retryAfter(repeated.length === codes.length) } }),
    content: { 'application/json': { schema: errorSchema.extend({ error: z.enum(codes), ...members }) } },
  };
}

type CodeOf<T extends ErrorType | ErrorKind> = T extends ErrorType ? T['code'] : T;

const retryAfter = (required: boolean) => ({
  description: 'After how many seconds to repeat the request',
  required,
  schema: { type: 'integer' as const },
});

/** The responses that every operation may end with. */
export const commonResponses = {
  431: errorResponse(
    'The headers are longer than SERVER_MAX_HEADER_BYTES; above 16 KiB the runtime says so by itself, without a body',
    [httpErrors.headersTooLarge],
  ),
  500: errorResponse('Internal server error', ['internal']),
  503: errorResponse('A needed server is away; repeat after Retry-After', ['unavailable']),
};

/** Of a POST or a DELETE: a body is looked at, even where none is asked for. */
export const sentResponses = {
  408: errorResponse('The body did not come in time', [httpErrors.requestTimeout]),
  413: errorResponse('The body is longer than 64 KiB', [httpErrors.payloadTooLarge]),
  415: errorResponse('The body has a Content-Encoding, and none is undone', [httpErrors.unsupportedMediaType]),
  429: limited(),
};

/** Of an operation whose callers a limit may refuse. */
function limited() {
  const refused = errorResponse('Too many writes by this user or address; repeat after Retry-After', [
    'too_many_requests',
  ]);
  const described = (description: string) => ({ description, schema: { type: 'string' as const } });
  return {
    ...refused,
    headers: {
      ...refused.headers,
      RateLimit: described('What is left of each limit, and when it is whole again (IETF draft)'),
      'RateLimit-Policy': described('Each limit, and its window in seconds'),
    },
  };
}

/** Of an operation with a body. */
export const bodyResponses = { 400: errorResponse('Invalid request payload', ['invalid_request']), ...sentResponses };

/** Of an operation with parameters that are checked. */
export const parameterResponses = { 400: errorResponse('Invalid request parameters', ['invalid_request']) };

/** Of an operation that needs a token. */
export const bearerResponses = {
  401: {
    ...errorResponse('No token, or one that is not valid; `WWW-Authenticate` tells which', ['unauthorized']),
    headers: {
      'WWW-Authenticate': {
        description: 'A challenge as RFC 6750 has it',
        required: true,
        schema: { type: 'string' as const },
      },
    },
  },
};

/** Of an operation that needs a token and whose input names a user, or that API keys with a scope may call. */
export const forbiddenResponses = {
  403: errorResponse('`user_uuid` is not the token’s `sub`, or the API key lacks the scope', ['forbidden']),
};

/** An operation that needs a token, and one that needs none. */
export const byBearer = { security: [{ [bearerScheme]: [] }] };
export const withoutToken = { security: [] };
