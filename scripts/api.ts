// The OpenAPI documents, without a server: `npm run api` writes them to dist/api, `--lint` shows what linters find in
// them.
import { join } from 'node:path';
import { type BookingDeps, createBookingApp } from '../services/booking/app.ts';
import { createEventsApp, type EventsDeps } from '../services/events/app.ts';
import { createSearchApp, type SearchDeps } from '../services/search/app.ts';
import { serverConfig, serverVariables } from '../shared/config/config.ts';
import { readConfig } from '../shared/config/environment.ts';
import { createMetrics } from '../shared/http/metrics.ts';
import type { ShellDeps } from '../shared/http/shell.ts';
import { silentLog } from '../shared/process/log.ts';
import { problemsOf } from './api-linters.ts';

/** The routes that booking has with one payment provider and not with another: the sandbox's, and Stripe's webhook. */
const allSides = { sandbox: {}, readWebhook: {} };

/**
 * Returns the apps of the three services by name; that of booking with the routes of every payment provider, or of
 * `sides`. No port is called while an app is made, and none is needed to describe it.
 */
export const describedApps = (sides: Partial<typeof allSides> = allSides) => ({
  events: createEventsApp(shell('events') as EventsDeps).app,
  booking: createBookingApp({ ...shell('booking'), ...sides } as unknown as BookingDeps),
  search: createSearchApp({ ...shell('search'), role: 'all' } as SearchDeps),
});

/** The documents of the three services by name; see `describedApps`. */
export async function apiDocuments(
  sides: Partial<typeof allSides> = allSides,
): Promise<Record<'events' | 'booking' | 'search', object>> {
  const { events, booking, search } = describedApps(sides);
  const documentOf = async (app: Pick<typeof booking, 'request'>) =>
    (await app.request('/openapi.json')).json() as Promise<object>;
  return { events: await documentOf(events), booking: await documentOf(booking), search: await documentOf(search) };
}

const shell = (service: string): ShellDeps => ({
  log: silentLog,
  metrics: createMetrics(service),
  server: serverConfig(readConfig(serverVariables, {})),
  dependencies: {},
  closing: new AbortController().signal,
});

async function lint(): Promise<void> {
  const problems = await problemsOf(await apiDocuments());
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

async function write(): Promise<void> {
  const folder = join(import.meta.dirname, '..', 'dist', 'api');
  for (const [name, document] of Object.entries(await apiDocuments())) {
    await Bun.write(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
    console.log(`dist/api/${name}.json`);
  }
}

if (import.meta.main) await (process.argv.includes('--lint') ? lint() : write());
