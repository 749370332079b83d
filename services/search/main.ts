import { systemClock } from '../../shared/async/clock.ts';
import { authConfig, authVariables } from '../../shared/auth/config.ts';
import { jwtIdentities } from '../../shared/auth/jwt.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { cacheDeadlineMs, checkRedisCache, redisCache } from '../../shared/cache/redis.ts';
import { tieredCache } from '../../shared/cache/tiered.ts';
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
import { ConfigError, checkAll, readConfig, v } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { poolMetrics } from '../../shared/db/pool-metrics.ts';
import { schemaCheck } from '../../shared/db/schema-check.ts';
import { unavailable } from '../../shared/errors.ts';
import { createMetrics, type Metrics } from '../../shared/http/metrics.ts';
import { serveService } from '../../shared/http/serve-service.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { createLog, type Logger } from '../../shared/process/log.ts';
import { type Program, runProgram } from '../../shared/process/program.ts';
import { openRedis } from '../../shared/redis/client.ts';
import { tracingConfig, tracingVariables } from '../../shared/tracing/config.ts';
import { tracedPort } from '../../shared/tracing/span.ts';
import { openTracing, type Tracing } from '../../shared/tracing/tracing.ts';
import { elasticsearchIndex } from './adapters/elasticsearch/elasticsearch-index.ts';
import { kafkaChangeSource } from './adapters/kafka/kafka-change-source.ts';
import { kafkaDeadLetters } from './adapters/kafka/kafka-dead-letters.ts';
import { memoryIndex } from './adapters/memory/memory-index.ts';
import { postgresCatalogue } from './adapters/postgres/catalogue.ts';
import { postgresDeadLetters } from './adapters/postgres/dead-letters.ts';
import { postgresDemand } from './adapters/postgres/demand.ts';
import { checkLog } from './adapters/wal/slot.ts';
import { walChangeSource } from './adapters/wal/wal-change-source.ts';
import { createSearchApp } from './app.ts';
import { commands } from './cli.ts';
import { followChanges } from './domain/changes/follow-changes.ts';
import { followDemand } from './domain/changes/follow-demand.ts';
import type { SearchIndex } from './domain/index/search-index.ts';
import { listPlaces } from './domain/relevance/named-places.ts';
import { elasticsearchConfig, elasticsearchVariables } from './elasticsearch-config.ts';
import { kafkaConfig, kafkaVariables } from './kafka-config.ts';
import { followMetrics, indexMetrics } from './metrics.ts';
import { neededTables } from './needed-tables.ts';
import { tracedSource } from './traced-source.ts';

export const variables = {
  SERVER_ADDR: v.address(':8082', 'Where the service listens (events :8080, booking :8081, search :8082)'),
  ...serverVariables,
  ...postgresVariables,
  ...redisVariables,
  ...authVariables,
  ...tracingVariables,
  ...kafkaVariables,
  ...elasticsearchVariables,
  CACHE_MAX_MB: v.integer(64, 1, 65_536, 'Most memory of a process’s cache, in MiB'),
  ROLE: v.oneOf(
    ['all', 'api', 'cdc'],
    'all',
    'What a search process does: answer searches (api), keep the index after the database (cdc), or both. ' +
      'An index that is not in Elasticsearch lives in one process, which must do all',
  ),
  DEMAND_INTERVAL: v.duration(
    '10s',
    'How often the index takes in what has sold: seats left, the lowest price and popularity of an event',
    { least: '100ms', most: '1h' },
  ),
  SEARCH_SLOT: v.text('onsale_search', 'Replication slot that a search process follows; each process needs its own'),
};

/** How long a page that was found in Redis is kept in the process. */
const nearMs = 60_000;

type Config = ReturnType<typeof readConfig<typeof variables>>;

/** Throws `ConfigError` for variables that are wrong, or do not go together. */
function checked(env: Record<string, string | undefined>): Config {
  const config = readConfig(variables, env);
  const { SERVER_ADDR, METRICS_ADDR } = config;
  checkAll([
    () => redisConfig(config),
    () => kafkaConfig(config),
    () => checkAddresses({ SERVER_ADDR, METRICS_ADDR }),
    () => checkRole(config),
    () => databases(config),
    () => tracingConfig(config, 'search'),
    () => tokensOf(config),
  ]);
  return config;
}

function checkRole(config: Config): void {
  if (elasticsearchConfig(config) || config.ROLE === 'all') return;
  throw new ConfigError([
    `ROLE=${config.ROLE}: the embedded index lives in one process, so ROLE must be all, or ELASTICSEARCH_ADDR or ELASTIC_CLOUD_ID be set`,
  ]);
}

/** Nobody buys or changes anything here: production needs no tokens for it. */
const tokensOf = (config: Config) => authConfig({ ...config, SERVER_MODE: 'development' });

/** Without Kafka the changes come from the log, which a pooler does not give. */
function databases(config: Config) {
  const database = postgresConfig(config, 'onsale-search');
  return { database, followed: config.ROLE === 'api' || kafkaConfig(config) ? database : directly(database) };
}

/** Starts the search service on what the environment names. `addressVariable` is what moves its address. */
export async function start(
  env: Record<string, string | undefined>,
  addressVariable = 'SERVER_ADDR',
): Promise<Running> {
  const config = checked(env);
  const { ROLE: role } = config;
  const elasticsearchAt = elasticsearchConfig(config);
  const redisAt = redisConfig(config);
  const server = serverConfig(config);
  const auth = tokensOf(config);
  const log = createLog('search', config.LOG_LEVEL);
  // First: what is opened after it shows its calls.
  const tracing = await openTracing(tracingConfig(config, 'search'), log);
  const metrics = createMetrics('search');
  const elasticsearch = elasticsearchAt && elasticsearchIndex(elasticsearchAt);
  const redis = redisAt && openRedis(redisAt, { deadlineMs: cacheDeadlineMs });
  const index = tracedPort<SearchIndex>('index', elasticsearch ?? memoryIndex());
  indexMetrics(metrics, index, systemClock);
  const follower = role === 'api' ? undefined : openFollower(config, { log, metrics, index, tracing });
  const near = memoryCache({ maxBytes: config.CACHE_MAX_MB * 1024 * 1024, clock: systemClock });
  const closing = new AbortController();
  const app = createSearchApp({
    log,
    metrics,
    server,
    tracing,
    dependencies: {
      index: () => expectBuilt(index),
      ...(follower && elasticsearch && { index_writes: { helpful: elasticsearch.expectWritable } }),
      ...follower?.dependencies,
      ...(redis && role !== 'cdc' && { redis: { helpful: checkRedisCache(redis, 'search:ready') } }),
    },
    reports: follower ? { lag: follower.lag } : {},
    closing: closing.signal,
    role,
    identities: auth && jwtIdentities(auth, log),
    index,
    // A cached page belongs to one generation of the index, so any cache that has it may give it.
    cache: redis ? tieredCache(near, redisCache(redis), nearMs) : near,
    clock: systemClock,
  });
  if (role !== 'cdc') listPlaces();
  const followed = follower?.run(closing.signal);
  const http = await serveService(app, { log, metrics, server }, config.SERVER_ADDR, addressVariable);
  return {
    port: http.port,
    metricsPort: http.metricsPort,
    ...(follower && { ready: follower.ready }),
    async stop() {
      closing.abort();
      await http.stop(server.drainTimeoutMs);
      await followed;
      await Promise.all([follower?.close(), elasticsearch?.close(), redis?.close(), tracing?.close()]);
    },
  };
}

type FollowerDeps = { log: Logger; metrics: Metrics; index: SearchIndex; tracing: Tracing | undefined };

/** Opens all that keeps the index in step with the database. Searches need none of it; the role `cdc` needs all. */
function openFollower(config: Config, { log, metrics, index, tracing }: FollowerDeps) {
  const { followed } = databases(config);
  const { SEARCH_SLOT: slot } = config;
  const pool = poolMetrics(metrics);
  const db = openDb(followed, { meter: pool('main') });
  // All events of a venue are read in one query, and no request waits for it. With the log the reads are of one state,
  // for which a transaction begins as no pooler lets it.
  const catalogueDb = openDb(followed, { max: 2, deadlineMs: 30_000, meter: pool('catalogue') });
  const kafkaAt = kafkaConfig(config);
  const kafka = kafkaAt && kafkaChangeSource({ db, config: kafkaAt, log });
  const letters = kafkaAt && kafkaDeadLetters({ config: kafkaAt, log });
  const wal = kafka ? undefined : walChangeSource({ db, config: followed, slot, log });
  const source = kafka ?? wal!;
  const following = followChanges({
    source: tracing ? tracedSource(source, tracing, kafkaAt?.group) : source,
    catalogue: tracedPort('catalogue', postgresCatalogue(catalogueDb)),
    index,
    deadLetters: letters ?? postgresDeadLetters(db),
    observe: followMetrics(metrics, source),
  });
  const at = elasticsearchConfig(config);
  // An index in this process is nobody else's, and its next process goes on.
  const demand = at ? postgresDemand(catalogueDb, at.index) : postgresDemand(catalogueDb, slot, slot);
  const moving = {
    demand: tracedPort('demand', demand),
    indexAnew: following.indexAnew,
    intervalMs: config.DEMAND_INTERVAL,
    onError: (err: unknown) => log.warn({ err }, 'what has sold is not in the index yet'),
  };
  async function run(signal: AbortSignal): Promise<void> {
    const ended = following.run(signal);
    const isReady = await following.ready.then(
      () => true,
      () => false,
    );
    await Promise.all([ended, isReady && followDemand(moving, signal)]);
  }
  const hasTables = schemaCheck(db, neededTables({ log: !kafka }));
  const canFollow = async () => {
    await checkLog(db);
    await hasTables();
  };
  const needed = {
    postgres: kafka ? hasTables : canFollow,
    ...(kafka && { kafka: kafka.ping }),
    ...(wal && { changes: wal.expectFollowing }),
  };
  const helpful = Object.entries(needed).map(([name, ping]) => [name, { helpful: ping }]);
  return {
    ready: following.ready,
    run,
    lag: () => source.lag(),
    dependencies: config.ROLE === 'cdc' ? needed : Object.fromEntries(helpful),
    close: () => Promise.all([kafka?.close(), letters?.close(), db.close(), catalogueDb.close()]),
  };
}

async function expectBuilt(index: SearchIndex): Promise<void> {
  if (!(await index.isBuilt())) throw unavailable('the search index', new Error('it is not built yet'));
}

export const program: Program = {
  name: 'search',
  summary: 'finds events, and keeps their index after the database',
  variables,
  commands,
  check: (env) => void checked(env),
  start,
};

if (import.meta.main) await runProgram(program);
