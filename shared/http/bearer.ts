import type { MiddlewareHandler } from 'hono';
import type { Identities } from '../auth/identities.ts';
import { AppError, isAppError } from '../errors.ts';
import type { Logger } from '../process/log.ts';
import { errorResponse } from './errors.ts';
import type { Env } from './headers.ts';

/** As RFC 6750 has it; a challenge may not be without a parameter. */
const challenge = 'Bearer realm="onsale"';

/** The name of the scheme in the OpenAPI document, and what each route that needs a token says there. */
export const bearerScheme = 'bearer';
export const byBearer = { security: [{ [bearerScheme]: [] }] };
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
/** What a route says besides where its input names a user. */
export const forbiddenResponses = {
  403: errorResponse('`user_uuid` is not the token’s `sub`', ['forbidden']),
};

/**
 * Lets a request pass whose `Authorization: Bearer` token is valid, with its caller in the context; others are a 401, as
 * RFC 6750 has it, whatever else is wrong with them.
 */
export function requireBearer(identities: Identities, log: Logger): MiddlewareHandler<Env> {
  return async (c, next) => {
    const token = /^bearer +(.*)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    if (!token) {
      c.header('WWW-Authenticate', challenge);
      throw new AppError('unauthorized', 'Say who you are: send a token as “Authorization: Bearer …”');
    }
    try {
      c.set('caller', await identities.verify(token));
    } catch (error) {
      if (!isAppError(error, 'unauthorized')) throw error;
      c.header('WWW-Authenticate', `${challenge}, error="invalid_token"`);
      log.debug({ id: c.get('requestId'), err: error.cause ?? error }, 'token refused');
      throw error;
    }
    await next();
  };
}
