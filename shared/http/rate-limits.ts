import type { Context, Next } from 'hono';
import type { OpenLimit, WriteLimits } from '../admission/rate-limit.ts';
import { uuidOf } from '../auth/actor.ts';
import type { ServerConfig } from '../config/config.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../process/log.ts';
import { clientAddress, networkOf } from './client-address.ts';
import type { Env } from './env.ts';
import { addHeaders } from './reply.ts';
import type { App } from './routes.ts';

const writes = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** The paths of servers that sign what they send, and that must be heard. */
const webhooks = '/webhooks/';

export type RateLimitDeps = {
  log: Logger;
  server: ServerConfig;
  writeLimits?: WriteLimits | undefined;
};

/** Has every write of an address count, before its body is read, if there is such a limit. */
export function limitAddresses(app: App, deps: RateLimitDeps): void {
  const limit = deps.writeLimits?.perAddress;
  if (!limit) return;
  const addressOf = clientAddress(deps.server.proxies);
  let told = deps.server.proxies !== undefined;
  const take = limiting(limit);
  app.on(writes, '*', (c, next) => {
    if (c.req.path.startsWith(webhooks)) return next();
    if (!told && c.req.header('X-Forwarded-For') !== undefined) {
      told = true;
      deps.log.warn('requests have X-Forwarded-For: name the proxy in TRUSTED_PROXIES, or its clients count as one');
    }
    const address = addressOf(c);
    return address === undefined ? next() : take(c, networkOf(address), next);
  });
}

/** Has every write below a path count for the user of its token, or for its API key, if there is such a limit. */
export function limitUsers(app: App, path: string, deps: RateLimitDeps): void {
  const limit = deps.writeLimits?.perUser;
  if (!limit) return;
  const take = limiting(limit);
  app.on(writes, path, (c, next) => {
    const caller = c.get('caller');
    return caller ? take(c, uuidOf(caller) ?? '', next) : next();
  });
}

/**
 * Returns a function that lets a request pass with the headers of the IETF's draft on RateLimit fields, or refuses it.
 */
function limiting({ name, quota, windowS, take }: OpenLimit) {
  const policy = `"${name}";q=${quota};w=${windowS}`;

  return async (c: Context<Env>, key: string, next: Next) => {
    const taken = await take(key);
    if (!taken) return next();
    const resetS = Math.max(1, Math.ceil(taken.resetsInMs / 1000));
    const before = c.get('shared');
    addHeaders(c, {
      'RateLimit-Policy': joined(before?.['RateLimit-Policy'], policy),
      RateLimit: joined(before?.RateLimit, `"${name}";r=${taken.remaining};t=${resetS}`),
    });
    if (!taken.isOver) return next();
    const message = 'Too many requests: wait for the seconds of Retry-After, then repeat this one';
    throw new AppError('too_many_requests', message, { waitS: resetS });
  };
}

const joined = (first: string | undefined, second: string) => (first ? `${first}, ${second}` : second);
