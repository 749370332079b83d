import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { WebConfig } from '../config/web.ts';
import type { Headers } from './env.ts';

/** The headers of responses that a page of another origin may read, besides those that every page may. */
const exposedHeaders = [
  'Allow',
  'ETag',
  'Idempotent-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Index-Age',
  'X-Lock-Status',
  'X-Onsale-Version',
  'X-Request-Id',
  'X-Seats-Hash',
  'X-Seats-Version',
];

/** The headers of requests that such a page may send, besides those that every page may. */
const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'X-Request-Id',
  'traceparent',
  'tracestate',
];

/** Browsers keep the response to a preflight no longer than this, whatever they are told. */
const maxAgeS = 7200;

/**
 * Returns the headers of every response to a request of an `Origin`; undefined where none are needed. They are made
 * once: hono/cors sets them one by one on each response, and what that costs is most of a small response.
 */
export function sharedHeaders({ origins, compress }: WebConfig): ((origin: string | undefined) => Headers) | undefined {
  const vary = [...(origins !== '*' && origins.length > 0 ? ['Origin'] : []), ...(compress ? ['Accept-Encoding'] : [])];
  const forAll: Headers = vary.length > 0 ? { Vary: vary.join(', ') } : {};
  const allowing = (origin: string): Headers => ({
    ...forAll,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': exposedHeaders.join(', '),
  });
  if (origins === '*') {
    const forEveryOne = allowing('*');
    return () => forEveryOne;
  }
  if (vary.length === 0) return undefined;
  const byOrigin = new Map(origins.map((origin) => [origin, allowing(origin)]));
  return (origin) => (origin && byOrigin.get(origin)) || forAll;
}

/**
 * Responds to a browser's question whether a page of another origin may send a request, before anything else looks at
 * it; passes any other OPTIONS.
 */
export function preflight(origins: WebConfig['origins']): MiddlewareHandler {
  const respond = cors({
    origin: origins === '*' ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: allowedHeaders,
    maxAge: maxAgeS,
  });
  return (c, next) => {
    const asks = c.req.header('Origin') !== undefined && c.req.header('Access-Control-Request-Method') !== undefined;
    return asks ? respond(c, next) : next();
  };
}
