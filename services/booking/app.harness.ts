import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { silentLog } from '../../shared/process/log.ts';
import { type BookingDeps, createBookingApp } from './app.ts';
import type { Sale } from './testing.ts';

/** The booking service over a sale, with its default settings and some of its parts replaced. */
export const appOver = (sale: Sale, replaced: Partial<BookingDeps> = {}) =>
  createBookingApp({
    ...sale.deps,
    log: silentLog,
    metrics: createMetrics('test'),
    server: serverConfig(readConfig(serverVariables, {})),
    dependencies: {},
    closing: new AbortController().signal,
    ...replaced,
  });
