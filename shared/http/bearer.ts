import type { MiddlewareHandler } from 'hono';
import type { Identities } from '../auth/identities.ts';
import { AppError, isAppError } from '../errors.ts';
import type { Logger } from '../process/log.ts';
import type { Env } from './env.ts';
import type { App } from './routes.ts';

/** The challenge of RFC 6750, which must have a parameter. */
const challenge = 'Bearer realm="onsale"';

/** The name of the scheme in the OpenAPI document. */
export const bearerScheme = 'bearer';

/**
 * Has every route below a path ask for a token (none, where there are no `identities`), and the documents tell of it.
 */
export function checkTokens(app: App, path: string, identities: Identities | undefined, log: Logger): void {
  app.openAPIRegistry.registerComponent('securitySchemes', bearerScheme, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Asked for where the platform checks who asks: AUTH_JWKS_URL or AUTH_JWT_SECRET is set',
  });
  if (identities) app.use(path, requireBearer(identities, log));
}

/**
 * Passes a request whose `Authorization: Bearer` token is valid, with its caller in the context. Any other request is a
 * 401 of RFC 6750, before its input is checked.
 */
function requireBearer(identities: Identities, log: Logger): MiddlewareHandler<Env> {
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
