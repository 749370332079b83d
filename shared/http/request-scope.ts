import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { ServerConfig } from '../config/config.ts';
import { AppError } from '../errors.ts';
import { type Logger, requestLog } from '../process/log.ts';
import { enter, idsOf } from '../tracing/span.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { encodingFor } from './compression.ts';
import { sharedHeaders } from './cors.ts';
import { deadline } from './deadline.ts';
import type { Env } from './env.ts';
import { errorReply } from './errors.ts';
import { setContentLength } from './head.ts';
import { httpErrors } from './http-errors.ts';
import type { Metrics } from './metrics.ts';
import { setHeaders } from './reply.ts';
import { beginRequest, endRequest } from './request-span.ts';

/** A caller's own id is used if it is safe in a log. */
const usableId = /^[\w-]{1,64}$/;

/**
 * Wraps every request: its id, its time limit, security headers, one measurement and one wide log line. This is one
 * middleware, for a chain of several costs more than all of their work.
 */
export function requestScope(deps: {
  log: Logger;
  metrics: Metrics;
  server: ServerConfig;
  tracing?: Tracing | undefined;
}): MiddlewareHandler<Env> {
  const { log, metrics, server, tracing } = deps;
  const withTimeout = deadline(server.requestTimeoutMs);
  const logRequest = requestLog(log);
  const shared = sharedHeaders(server);

  return async (c, next) => {
    const started = performance.now();
    const given = c.req.header('X-Request-Id');
    const id = given !== undefined && usableId.test(given) ? given : crypto.randomUUID();
    c.set('requestId', id);
    if (shared) c.set('shared', shared(c.req.header('Origin')));
    if (server.compress) c.set('encoding', encodingFor(c.req.header('Accept-Encoding')));
    const span = tracing && beginRequest(tracing, c, id);
    if (span) c.set('span', span);
    const entered = span && enter(span, () => withTimeout(next()));

    if (!(await (entered?.result ?? withTimeout(next())))) {
      const late = c.get('receiving') ? bodyTooSlow() : tooSlow();
      if (late.code === 'unavailable') c.set('failure', late);
      c.res = errorReply(c, late);
    }
    if (!c.get('hasHeaders')) setHeaders(c);
    if (c.req.method === 'HEAD') await setContentLength(c);

    const { method, path } = c.req;
    const { status } = c.res;
    const ms = performance.now() - started;
    const route = matchedRoute(routePath(c, -1));
    metrics.request(route, method, status, ms / 1000);
    const failure = c.get('failure');
    if (span) endRequest(span, { method, route, status, failure });
    entered?.leave();
    if (!server.logRequests && failure === undefined) return;
    const line = { id, method, path, route, status, ms: Math.round(ms * 100) / 100, ...idsOf(span) };
    if (failure === undefined) logRequest(line);
    else log.error({ ...line, err: failure }, 'request failed');
  };
}

/** Unknown paths are counted together, or a stranger could fill the metrics. */
const matchedRoute = (route: string) => (route.includes('*') ? 'none' : route);

const bodyTooSlow = () =>
  new AppError(httpErrors.requestTimeout, 'The body did not come in time; send the request again');

const tooSlow = () =>
  new AppError('unavailable', 'The request took too long; repeat it in a moment', {
    cause: new Error('the request timed out'),
  });
