import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Caller, Identities } from '../auth/identities.ts';
import { AppError, isAppError } from '../errors.ts';
import type { Logger } from '../process/log.ts';
import type { Env } from './env.ts';
import { addHeaders } from './reply.ts';
import type { App } from './routes.ts';

/** The challenge of RFC 6750, which must have a parameter. */
const challenge = 'Bearer realm="onsale"';

/** The name of the scheme in the OpenAPI document. */
export const bearerScheme = 'bearer';

/**
 * Has every route below a path ask for a token or an API key (none, where there are no `identities`), and the documents
 * tell of it. A route that is documented as `withoutToken` asks for none, and still uses one that it is given.
 */
export function checkTokens(app: App, path: string, identities: Identities | undefined, log: Logger): void {
  app.openAPIRegistry.registerComponent('securitySchemes', bearerScheme, {
    type: 'http',
    scheme: 'bearer',
    description:
      'A JWT, or an API key of an organiser (`osk_…`). Asked for where the platform checks who asks: AUTH_JWKS_URL or AUTH_JWT_SECRET is set',
  });
  if (identities) app.use(path, requireBearer(identities, isOpen(app), log));
}

/** Returns a function that finds out whether the route of a request is open to everybody, by its documentation. */
function isOpen(app: App): (c: Context<Env>) => boolean {
  let open: Set<string> | undefined;
  return (c) => {
    // At the first request: no route comes after that.
    open ??= new Set(openRoutes(app));
    return matchedRoutes(c).some(({ method, path }) => open!.has(`${method} ${path}`));
  };
}

const openRoutes = ({ openAPIRegistry }: App): string[] =>
  openAPIRegistry.definitions.flatMap((one) =>
    one.type === 'route' && one.route.security?.length === 0
      ? [`${one.route.method.toUpperCase()} ${one.route.path.replaceAll(/\/{(.+?)}/g, '/:$1')}`]
      : [],
  );

/**
 * Passes a request whose `Authorization: Bearer` token is valid, with its caller in the context, and one without a
 * token to a route that is open. Any other request is a 401 of RFC 6750, before its input is checked.
 */
function requireBearer(
  identities: Identities,
  mayBeAnyone: (c: Context<Env>) => boolean,
  log: Logger,
): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (tokenOf(c) === undefined && mayBeAnyone(c)) return next();
    c.set('caller', await callerOf(c, identities, log));
    await next();
  };
}

const tokenOf = (c: Context<Env>): string | undefined =>
  /^bearer +(.*)$/i.exec(c.req.header('Authorization') ?? '')?.[1] || undefined;

/** Returns the caller whom the request's token proves; without a valid one it throws the 401 of RFC 6750. */
export async function callerOf(c: Context<Env>, identities: Identities, log: Logger): Promise<Caller> {
  const token = tokenOf(c);
  if (token === undefined) {
    addHeaders(c, { 'WWW-Authenticate': challenge });
    throw new AppError('unauthorized', 'Say who you are: send a token or an API key as “Authorization: Bearer …”');
  }
  try {
    return await identities.verify(token);
  } catch (error) {
    if (!isAppError(error, 'unauthorized')) throw error;
    addHeaders(c, { 'WWW-Authenticate': `${challenge}, error="invalid_token"` });
    log.debug({ id: c.get('requestId'), err: error.cause ?? error }, 'token refused');
    throw error;
  }
}
