import type { Context } from 'hono';
import type { Span } from '../tracing/span.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { Env } from './env.ts';

/** Probes and scrapes come every few seconds and do nothing for a visitor. */
const untraced = new Set(['/livez', '/readyz', '/metrics']);

/** Begins the span of a request, by the semantic conventions of HTTP servers, if the request is to be traced. */
export function beginRequest(tracing: Tracing, { req }: Context<Env>, requestId: string): Span | undefined {
  const traceparent = req.header('traceparent');
  if (!tracing.samples(traceparent) || untraced.has(req.path)) return undefined;
  const attributes = {
    'http.request.method': req.method,
    'url.path': req.path,
    'url.scheme': 'http',
    'onsale.request_id': requestId,
  };
  const parent = { traceparent, tracestate: req.header('tracestate') };
  return tracing.begin(req.method, { kind: 'server', attributes }, parent);
}

/** Ends it, with what is known by now. `failure` is the error to log, if the request had one. */
export function endRequest(
  span: Span,
  { method, route, status, failure }: { method: string; route: string; status: number; failure: unknown },
): void {
  if (route !== 'none') span.rename(`${method} ${route}`);
  span.set({ 'http.route': route === 'none' ? undefined : route, 'http.response.status_code': status });
  span.end(status < 500 ? undefined : (failure ?? new Error('failed')));
}
