import { memoryCache } from '../../shared/cache/memory.ts';
import { systemClock } from '../../shared/clock.ts';
import {
  ConfigError,
  postgresConfig,
  postgresVariables,
  readConfig,
  serverConfig,
  serverVariables,
  v,
} from '../../shared/config.ts';
import { openDb } from '../../shared/db/client.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { serve } from '../../shared/http/serve.ts';
import { type Running, runOnce, runService } from '../../shared/lifecycle.ts';
import { createLog } from '../../shared/log.ts';
import { miniSearchIndex } from './adapters/minisearch-index.ts';
import { postgresCatalogue } from './adapters/postgres-catalogue.ts';
import { postgresDeadLetters } from './adapters/postgres-dead-letters.ts';
import { walChangeSource } from './adapters/wal-change-source.ts';
import { createSearchApp, followMetrics } from './app.ts';
import { command } from './cli.ts';
import { followChanges } from './domain/follow-changes.ts';

export const variables = {
  SERVER_ADDR: v.address(':8082', 'Where the service listens (events :8080, booking :8081, search :8082)'),
  ...serverVariables,
  ...postgresVariables,
  CACHE_MAX_MB: v.integer(64, 1, 65_536, 'Most memory of a process’s cache, in MiB'),
  ROLE: v.oneOf(
    ['all', 'api', 'cdc'],
    'all',
    'What a search process does: answer searches (api), keep the index after the database (cdc), or both. ' +
      'The embedded index lives in one process, so it needs all',
  ),
  SEARCH_SLOT: v.text('onsale_search', 'Replication slot that a search process follows; each process needs its own'),
};

/** Starts the search service on what the environment names. `addressVariable` is what moves its address. */
export async function start(
  env: Record<string, string | undefined>,
  addressVariable = 'SERVER_ADDR',
): Promise<Running> {
  const config = readConfig(variables, env);
  if (config.ROLE !== 'all') {
    throw new ConfigError([`ROLE=${config.ROLE}: the embedded index lives in one process, so ROLE must be all`]);
  }
  const server = serverConfig(config);
  const log = createLog('search', config.LOG_LEVEL);
  const database = postgresConfig(config, 'onsale-search');
  const db = openDb(database);
  // All events of a venue are read in one query, and no request waits for it.
  const catalogueDb = openDb(database, { max: 2, deadlineMs: 30_000 });
  const metrics = createMetrics('search');
  const index = miniSearchIndex();
  const source = walChangeSource({ db, config: database, slot: config.SEARCH_SLOT, log });
  const following = followChanges({
    source,
    catalogue: postgresCatalogue(catalogueDb),
    index,
    deadLetters: postgresDeadLetters(db),
    observe: followMetrics(metrics, source),
  });
  const closing = new AbortController();
  const app = createSearchApp({
    log,
    metrics,
    server,
    dependencies: {
      postgres: db.ping,
      index: () => index.search({ text: '', now: systemClock.now(), size: 1 }),
    },
    closing: closing.signal,
    role: config.ROLE,
    index,
    cache: memoryCache({ maxBytes: config.CACHE_MAX_MB * 1024 * 1024, clock: systemClock }),
    clock: systemClock,
  });
  const followed = following.run(closing.signal);
  const http = serve(app.fetch, config.SERVER_ADDR, addressVariable, server);
  return {
    port: http.port,
    ready: following.ready,
    async stop() {
      closing.abort();
      await http.stop(server.drainTimeoutMs);
      await followed;
      await Promise.all([db.close(), catalogueDb.close()]);
    },
  };
}

if (import.meta.main) {
  const work = command(process.argv.slice(2), process.env);
  await (work ? runOnce(work) : runService('search', () => start(process.env)));
}
