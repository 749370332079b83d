import type { Context, Hono, MiddlewareHandler } from 'hono';
import type { WriteLimits } from '../admission/rate-limit.ts';
import type { ServerConfig } from '../config/config.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../process/log.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { takeBody } from './body.ts';
import { preflight } from './cors.ts';
import { type About, addDocs, documentHead } from './docs.ts';
import type { Env } from './env.ts';
import { errorReply, toAppError } from './errors.ts';
import { addHealth, type Dependencies, type Reports } from './health.ts';
import { addHome, type Links } from './home.ts';
import { httpErrors } from './http-errors.ts';
import type { Metrics } from './metrics.ts';
import { withProblems } from './problem.ts';
import { limitAddresses } from './rate-limits.ts';
import { addHeaders, replyWritten } from './reply.ts';
import { requestScope } from './request-scope.ts';
import { type App, createRoutes } from './routes.ts';

/** The parts that every service gives its shell. */
export type ShellDeps = {
  log: Logger;
  metrics: Metrics;
  server: ServerConfig;
  /** Traces of the requests, if any are made. */
  tracing?: Tracing | undefined;
  /** The checks of `/readyz`, by name. */
  dependencies: Dependencies;
  /** Further members of `/readyz`. */
  reports?: Reports;
  /** The limits on writes, if there are any. */
  writeLimits?: WriteLimits | undefined;
  /** Tells the paths of routes that take their bodies by themselves, after the caller is known: see `takeBody`. */
  ownBodies?: ((path: string) => boolean) | undefined;
  /** Aborts when the process is to end: `/readyz` is 503, and streams close. */
  closing: AbortSignal;
};

/**
 * A Hono with everything a service needs around its routes: request ids, one log line and one measurement per request,
 * security headers, limits of size and time, errors as `{error, message}`, health, metrics, OpenAPI and its page.
 * `addRoutes` adds the service's own, and returns the app with their types; they come last, so that the limits hold for
 * them. `findLinks` finds the links of `/` besides the documentation.
 */
export function createShell<Typed = void>(
  about: About,
  deps: ShellDeps,
  addRoutes: (app: App) => Typed,
  findLinks?: () => Promise<Links>,
): Typed extends void ? App : Typed {
  const app = createFrame(deps);
  const plain = app as unknown as Hono;
  addHealth(plain, deps);
  if (deps.server.metrics === 'beside') addMetrics(app, deps.metrics);
  addHome(plain, about, findLinks);
  addDocs(app, about.title);
  const typed = addRoutes(app);
  addDocument(app, about);
  methodNotAllowed(app);
  return (typed ?? app) as Typed extends void ? App : Typed;
}

type FrameDeps = Pick<ShellDeps, 'log' | 'metrics' | 'server' | 'tracing'> &
  Partial<Pick<ShellDeps, 'writeLimits' | 'ownBodies'>>;

/** The metrics of a service, for an address of their own. */
export function createMetricsApp(deps: FrameDeps): App {
  // No page reads them, and nobody writes.
  const { log, metrics, server } = deps;
  const app = createFrame({ log, metrics, server: { ...server, origins: [] } });
  addMetrics(app, metrics);
  methodNotAllowed(app);
  return app;
}

/** An app with all that is around the routes. */
function createFrame(deps: FrameDeps): App {
  const app = createRoutes();
  app.onError((thrown, c) => {
    const error = toAppError(thrown);
    c.set('failure', error.code === 'internal' || error.code === 'unavailable' ? thrown : undefined);
    return errorReply(c, error);
  });
  app.notFound((c) => errorReply(c, new AppError('not_found', `There is nothing at ${methodOf(c)} ${c.req.path}`)));

  app.use(requestScope(deps));
  if (deps.server.origins.length > 0) app.options('*', preflight(deps.server.origins));
  // The runtime refuses longer headers by itself.
  if (deps.server.maxHeaderBytes < 16_384) app.use(headerLimit(deps.server.maxHeaderBytes));
  limitAddresses(app, deps);
  const take = takeBody();
  const { ownBodies = () => false } = deps;
  app.on(['POST', 'PUT', 'PATCH', 'DELETE'], '*', (c, next) => (ownBodies(c.req.path) ? next() : take(c, next)));
  return app;
}

/** The document is written when it is first asked for: no route comes after that. */
function addDocument(app: App, about: About): void {
  let text: string | undefined;
  app.get('/openapi.json', async (c) => {
    text ??= JSON.stringify(withProblems(app.getOpenAPI31Document(documentHead(about))));
    return replyWritten(c, text);
  });
}

function addMetrics(app: App, { registry }: Metrics): void {
  app.get('/metrics', async (c) => c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }));
}

/** A HEAD must have the length of its GET, so its error has the same text. */
const methodOf = ({ req }: Context) => (req.method === 'HEAD' ? 'GET' : req.method);

/** Header bytes as HTTP/1.1 sends them: name, ": ", value and the line's end. */
function headerLimit(maxBytes: number): MiddlewareHandler<Env> {
  return async (c, next) => {
    let bytes = 0;
    for (const [name, value] of c.req.raw.headers) bytes += name.length + value.length + 4;
    if (bytes > maxBytes) throw new AppError(httpErrors.headersTooLarge, `Send at most ${maxBytes} bytes of headers`);
    await next();
  };
}

/** Adds to each path a 405 for other methods, with `Allow`. */
function methodNotAllowed(app: App): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === 'ALL' || path.includes('*')) continue;
    methods.set(path, (methods.get(path) ?? new Set()).add(method));
  }
  for (const [path, allowed] of methods) {
    if (allowed.has('GET')) allowed.add('HEAD');
    app.all(path, (c) => {
      addHeaders(c, { Allow: [...allowed].join(', ') });
      throw new AppError(httpErrors.methodNotAllowed, `${c.req.path} takes ${[...allowed].join(', ')}`);
    });
  }
}
