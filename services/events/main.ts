import { systemClock } from '../../shared/async/clock.ts';
import { withApiKeys } from '../../shared/auth/api-keys.ts';
import { postgresApiKeys } from '../../shared/auth/api-keys-postgres.ts';
import { authConfig, authVariables } from '../../shared/auth/config.ts';
import { jwtIdentities } from '../../shared/auth/jwt.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { cacheDeadlineMs, checkRedisCache, redisCache } from '../../shared/cache/redis.ts';
import {
  checkAddresses,
  directly,
  postgresConfig,
  postgresVariables,
  redisConfig,
  redisVariables,
  serverConfig,
  serverVariables,
} from '../../shared/config/config.ts';
import { checkAll, readConfig, v } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { openTransactions } from '../../shared/db/open-transactions.ts';
import { poolMetrics } from '../../shared/db/pool-metrics.ts';
import { schemaCheck } from '../../shared/db/schema-check.ts';
import { postgresSeatFeed } from '../../shared/feed/postgres.ts';
import { redisSeatFeed } from '../../shared/feed/redis.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { serveService } from '../../shared/http/serve-service.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { redisTicketLocks } from '../../shared/locks/redis.ts';
import { startJobs } from '../../shared/process/jobs.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { createLog } from '../../shared/process/log.ts';
import { type Program, runProgram } from '../../shared/process/program.ts';
import { openRedis } from '../../shared/redis/client.ts';
import { tracingConfig, tracingVariables } from '../../shared/tracing/config.ts';
import { tracedPort } from '../../shared/tracing/span.ts';
import { openTracing } from '../../shared/tracing/tracing.ts';
import { postgresPorts } from './adapters/postgres/ports.ts';
import { createEventsApp } from './app.ts';
import { commands } from './cli.ts';
import { holdBacksJob } from './jobs/hold-backs.ts';
import { offersJob } from './jobs/offers.ts';
import { neededTables } from './needed-tables.ts';
import { planThreads } from './plan-threads.ts';
import { tracedPorts } from './traced-ports.ts';

export const variables = {
  SERVER_ADDR: v.address(':8080', 'Where the service listens (events :8080, booking :8081, search :8082)'),
  ...serverVariables,
  ...postgresVariables,
  ...redisVariables,
  ...authVariables,
  ...tracingVariables,
  PUBLIC_URL: v.url(
    'The address of this service for the world, such as https://tickets.example: calendars and search engines get the addresses of events with it, and none without',
    { path: false },
  ),
  CACHE_MAX_MB: v.integer(64, 1, 65_536, 'Most memory of a process’s cache, in MiB'),
};

/** Plans and offers are many thousands of rows at a time: they must neither be cut off, nor hold up the pages. */
const patience = { max: 3, deadlineMs: 30_000 };

/** Between two runs of a job. */
const jobPauseMs = 2_000;

/** The sentence by which production refuses to start without tokens. */
const unsafe = 'anybody could change anybody’s events and make API keys';

/** Throws `ConfigError` for variables that are wrong, or do not go together. */
function checked(env: Record<string, string | undefined>) {
  const config = readConfig(variables, env);
  const { SERVER_ADDR, METRICS_ADDR } = config;
  checkAll([
    () => redisConfig(config),
    () => authConfig(config, unsafe),
    () => checkDatabase(config),
    () => tracingConfig(config, 'events'),
    () => checkAddresses({ SERVER_ADDR, METRICS_ADDR }),
  ]);
  return config;
}

/** Without Redis live views LISTEN. */
function checkDatabase(config: ReturnType<typeof readConfig<typeof variables>>): void {
  const database = postgresConfig(config, 'onsale-events');
  if (!redisConfig(config)) directly(database);
}

/** Starts the events service on what the environment names. `addressVariable` is what moves its address. */
export async function start(
  env: Record<string, string | undefined>,
  addressVariable = 'SERVER_ADDR',
): Promise<Running> {
  const config = checked(env);
  const server = serverConfig(config);
  const auth = authConfig(config, unsafe);
  const log = createLog('events', config.LOG_LEVEL);
  // First: what is opened after it shows its calls.
  const tracing = await openTracing(tracingConfig(config, 'events'), log);
  const metrics = createMetrics('events');
  const database = postgresConfig(config, 'onsale-events');
  const pool = poolMetrics(metrics);
  const db = openDb(database, { meter: pool('main') });
  const patientDb = openDb(database, { ...patience, meter: pool('offers') });
  openTransactions(metrics, db);
  const redisAt = redisConfig(config);
  const redis = redisAt && openRedis(redisAt);
  const cacheRedis = redisAt && openRedis(redisAt, { deadlineMs: cacheDeadlineMs });
  const redisFeed = redis && redisSeatFeed(redis, log);
  const feed = redisFeed ?? postgresSeatFeed(db, log);
  const checkCache = redis && checkRedisCache(redis, 'event:ready');
  const closing = new AbortController();
  const ports = tracedPorts(postgresPorts(db, patientDb));
  const planWork = planThreads();
  const { app, follow, offers } = createEventsApp({
    log,
    metrics,
    server,
    tracing,
    dependencies: {
      postgres: schemaCheck(db, neededTables({ locks: !redis })),
      ...(redis && { redis: { helpful: () => Promise.all([checkCache?.(), redisFeed?.check()]) } }),
    },
    closing: closing.signal,
    publicUrl: config.PUBLIC_URL,
    identities: auth && withApiKeys(jwtIdentities(auth, log), postgresApiKeys(db), log),
    ...ports,
    planWork,
    locks: tracedPort('locks', redis ? redisTicketLocks(redis) : postgresTicketLocks(db)),
    locksApart: redis !== undefined,
    cache: cacheRedis
      ? redisCache(cacheRedis)
      : memoryCache({ maxBytes: config.CACHE_MAX_MB * 1024 * 1024, clock: systemClock }),
    feed,
    clock: systemClock,
  });
  if (!auth) {
    log.warn(
      'AUTHENTICATION IS OFF: whoever asks is the platform’s organiser, who may change every event of it. Set AUTH_JWKS_URL or AUTH_JWT_SECRET',
    );
  }
  // Live views begin when the feed can be reached; the pages do not wait for that.
  void follow();
  const stops = [
    startJobs([holdBacksJob({ ...ports, feed })], jobPauseMs, log),
    // The tickets of a large event take seconds: meanwhile the other jobs go on.
    startJobs([offersJob(offers)], jobPauseMs, log),
  ];
  const http = await serveService(app, { log, metrics, server }, config.SERVER_ADDR, addressVariable);
  return {
    port: http.port,
    metricsPort: http.metricsPort,
    async stop() {
      closing.abort();
      await http.stop(server.drainTimeoutMs);
      await Promise.all([...stops.map((stop) => stop()), offers.idle()]);
      await Promise.all([planWork.close(), feed.close()]);
      await Promise.all([db.close(), patientDb.close(), redis?.close(), cacheRedis?.close(), tracing?.close()]);
    },
  };
}

export const program: Program = {
  name: 'events',
  summary: 'shows events with the live status of every seat',
  variables,
  commands,
  check: (env) => void checked(env),
  start,
};

if (import.meta.main) await runProgram(program);
