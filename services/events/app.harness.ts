import { systemClock } from '../../shared/async/clock.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import type { Db } from '../../shared/db/client.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { silentLog } from '../../shared/process/log.ts';
import { postgresPorts } from './adapters/postgres/ports.ts';
import { createEventsApp, type EventsDeps } from './app.ts';
import { planWorkHere } from './plan-work.ts';

/** The events service over a database, with its default settings, some of its parts replaced, and no seat feed. */
export const appOver = (db: Db, replaced: Partial<EventsDeps> = {}) =>
  createEventsApp({
    ...postgresPorts(db),
    planWork: planWorkHere,
    log: silentLog,
    metrics: createMetrics('test'),
    server: serverConfig(readConfig(serverVariables, {})),
    dependencies: {},
    closing: new AbortController().signal,
    locks: postgresTicketLocks(db),
    cache: memoryCache({ maxBytes: 16 * 1024 * 1024, clock: systemClock }),
    feed: { subscribe: async () => async () => {}, publish: () => {} },
    clock: systemClock,
    ...replaced,
  }).app;
