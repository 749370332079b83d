import { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { requestId } from 'hono/request-id';
import { routePath } from 'hono/route';
import { secureHeaders } from 'hono/secure-headers';
import { timeout } from 'hono/timeout';
import type { ServerConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { addDocs, docsPolicy } from './docs.ts';
import { errorAnswer, invalidInput, toAppError } from './errors.ts';
import { addHealth, type Dependencies } from './health.ts';
import type { Metrics } from './metrics.ts';

export type Env = { Variables: { requestId: string; failure?: unknown } };
export type App = OpenAPIHono<Env>;

/** What every service brings to its shell. */
export type ShellDeps = {
  log: Logger;
  metrics: Metrics;
  server: ServerConfig;
  /** What `/readyz` asks, by name. */
  dependencies: Dependencies;
  /** Aborts when the process has been told to end: no longer ready, and streams close. */
  closing: AbortSignal;
};

/** No request of ours needs more. */
const maxBodyBytes = 64 * 1024;

/**
 * A Hono with everything a service needs around its routes: request ids, one log line and one measurement per request,
 * security headers, limits of size and time, errors as `{error, message}`, health, metrics, OpenAPI and its page.
 * `addRoutes` adds the service's own; they come last, so that nothing answers before the limits.
 */
export function createShell(title: string, deps: ShellDeps, addRoutes: (app: App) => void): App {
  const app: App = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error.issues, result.target);
    },
  });
  app.onError((thrown, c) => {
    const error = toAppError(thrown);
    c.set('failure', error.code === 'internal' || error.code === 'unavailable' ? thrown : undefined);
    return errorAnswer(c, error);
  });
  app.notFound((c) => errorAnswer(c, new AppError('not_found', `There is nothing at ${c.req.method} ${c.req.path}`)));

  app.use(observe(deps));
  app.use(requestId({ limitLength: 64 }));
  app.use(securityHeaders());
  app.use(headerLimit(deps.server.maxHeaderBytes));
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge }));
  app.use(timeout(deps.server.requestTimeoutMs, tooSlow as never));

  const plain = app as unknown as Hono;
  addHealth(plain, deps.dependencies, deps.closing);
  app.get('/metrics', async (c) =>
    c.body(await deps.metrics.registry.metrics(), 200, { 'Content-Type': deps.metrics.registry.contentType }),
  );
  addDocs(plain, title);
  addRoutes(app);
  app.doc31('/openapi.json', { openapi: '3.1.0', info: { title, version: '1' }, servers: [{ url: '/' }] });
  refuseOtherMethods(app);
  return app;
}

/** One wide line and one measurement for each request, whatever came of it. */
function observe({ log, metrics, server }: ShellDeps): MiddlewareHandler<Env> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const ms = performance.now() - started;
    const { method } = c.req;
    const { status } = c.res;
    const route = status === 404 && !c.get('failure') && routePath(c, -1) === '/*' ? 'none' : routePath(c, -1);
    metrics.request(route, method, status, ms / 1000);
    const failure = c.get('failure');
    if (!server.logRequests && failure === undefined) return;
    const line = { id: c.get('requestId'), method, path: c.req.path, route, status, ms: Math.round(ms * 100) / 100 };
    if (failure === undefined) log.info(line, 'request');
    else log.error({ ...line, err: failure }, 'request failed');
  };
}

/** Nothing that we answer may load anything, but for the page of the documentation. */
function securityHeaders(): MiddlewareHandler {
  const api = secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } });
  const docs = secureHeaders({ contentSecurityPolicy: docsPolicy });
  return (c, next) => (c.req.path.startsWith('/docs') ? docs : api)(c, next);
}

/** Header bytes as HTTP/1.1 sends them: name, ": ", value and the line's end. */
function headerLimit(maxBytes: number): MiddlewareHandler<Env> {
  // The runtime refuses longer ones by itself.
  if (maxBytes >= 16_384) return (_c, next) => next();
  return async (c, next) => {
    let bytes = 0;
    for (const [name, value] of c.req.raw.headers) bytes += name.length + value.length + 4;
    if (bytes > maxBytes) throw new AppError('headers_too_large', `Send at most ${maxBytes} bytes of headers`);
    await next();
  };
}

const tooLarge = () => {
  throw new AppError('payload_too_large', `Send at most ${maxBodyBytes} bytes`);
};

const tooSlow = () =>
  new AppError('unavailable', 'The request took too long; repeat it in a moment', {
    cause: new Error('the request timed out'),
  });

/** A path that we have, asked with a method that we do not: 405, and which methods it takes. */
function refuseOtherMethods(app: App): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === 'ALL') continue;
    methods.set(path, (methods.get(path) ?? new Set()).add(method));
  }
  for (const [path, allowed] of methods) {
    if (allowed.has('GET')) allowed.add('HEAD');
    app.all(path, (c) => {
      c.header('Allow', [...allowed].join(', '));
      throw new AppError('method_not_allowed', `${c.req.path} takes ${[...allowed].join(', ')}`);
    });
  }
}
