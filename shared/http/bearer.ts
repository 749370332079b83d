import type { MiddlewareHandler } from 'hono';
import type { Identities } from '../auth/identities.ts';
import { AppError, isAppError } from '../errors.ts';
import type { Logger } from '../process/log.ts';
import type { Env } from './env.ts';

/** As RFC 6750 has it; a challenge may not be without a parameter. */
const challenge = 'Bearer realm="onsale"';

/** The name of the scheme in the OpenAPI document. */
export const bearerScheme = 'bearer';

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
