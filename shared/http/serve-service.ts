import type { Address } from '../config/environment.ts';
import type { App } from './routes.ts';
import { type Server, serve } from './serve.ts';
import { createMetricsApp, type ShellDeps } from './shell.ts';

export type ServiceServer = Server & { metricsPort?: number };

/**
 * Serves a service's app at `address`, which `variable` sets, and its metrics at METRICS_ADDR where that is set. The
 * metrics are served until the last request of the app has ended. Throws `ListenError`, and then serves nothing.
 */
export async function serveService(
  app: Pick<App, 'fetch'>,
  deps: Pick<ShellDeps, 'log' | 'metrics' | 'server'>,
  address: Address,
  variable: string,
): Promise<ServiceServer> {
  const { metrics } = deps.server;
  if (metrics === 'nowhere') deps.log.warn('production shows its metrics to nobody until METRICS_ADDR is set');
  if (typeof metrics === 'string') return serve(app.fetch, address, variable, deps.server);

  // Processes that share a port do not share their numbers.
  const alone = { ...deps.server, reusePort: false };
  const apart = await serve(createMetricsApp(deps).fetch, metrics, 'METRICS_ADDR', alone);
  try {
    const main = await serve(app.fetch, address, variable, deps.server);
    return {
      port: main.port,
      metricsPort: apart.port,
      async stop(drainMs) {
        await main.stop(drainMs);
        await apart.stop(0);
      },
    };
  } catch (error) {
    await apart.stop(0);
    throw error;
  }
}
