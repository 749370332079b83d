import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { Context, Schema } from 'hono';
import type { Env } from './env.ts';
import { invalidInput } from './errors.ts';

/** An app, or a part of one; `S` is the type of its routes, from which `hc` makes that of a client. */
export type App<S extends Schema = Record<never, never>> = OpenAPIHono<Env, S>;

/** Returns an app without routes. Chain them, so that the type of each is kept. */
export const createRoutes = (): App =>
  new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error.issues, result.target);
    },
  });

/**
 * Adds a route whose input is not validated, which costs more than the rest of a small request: the handler reads it.
 * The route is documented and typed as by `openapi`.
 */
export function addUnchecked<S extends Schema, R extends RouteConfig & { getRoutingPath(): string }>(
  app: App<S>,
  route: R,
  handler: (c: Context<Env, ReturnType<R['getRoutingPath']>>) => ReturnType<Parameters<typeof app.openapi<R>>[1]>,
): ReturnType<typeof app.openapi<R>> {
  app.openAPIRegistry.registerPath(route);
  return app.on(route.method, route.getRoutingPath(), handler as never) as never;
}
