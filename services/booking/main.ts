import { writeLimits } from '../../shared/admission/write-limits.ts';
import { withApiKeys } from '../../shared/auth/api-keys.ts';
import { postgresApiKeys } from '../../shared/auth/api-keys-postgres.ts';
import { authConfig } from '../../shared/auth/config.ts';
import { jwtIdentities } from '../../shared/auth/jwt.ts';
import { postgresConfig, redisConfig, serverConfig } from '../../shared/config/config.ts';
import { openDb } from '../../shared/db/client.ts';
import { poolMetrics } from '../../shared/db/pool-metrics.ts';
import { schemaCheck } from '../../shared/db/schema-check.ts';
import { reasonOf } from '../../shared/errors.ts';
import { postgresSeatFeed } from '../../shared/feed/postgres.ts';
import { redisSeatFeed } from '../../shared/feed/redis.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { serveService } from '../../shared/http/serve-service.ts';
import { postgresIdempotencyKeys } from '../../shared/idempotency/postgres.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { redisTicketLocks } from '../../shared/locks/redis.ts';
import { checkRedisLocks } from '../../shared/locks/redis-check.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { createLog, type Logger } from '../../shared/process/log.ts';
import { type Program, runProgram } from '../../shared/process/program.ts';
import { evictionWarning } from '../../shared/redis/checks.ts';
import { openRedis, type RedisServer } from '../../shared/redis/client.ts';
import { tracingConfig } from '../../shared/tracing/config.ts';
import { openTracing } from '../../shared/tracing/tracing.ts';
import { postgresDataVersion } from '../../shared/version/postgres.ts';
import { postgresEventChanges } from './adapters/postgres/event-changes.ts';
import { postgresEventSales } from './adapters/postgres/event-sales.ts';
import { postgresOperations } from './adapters/postgres/operations.ts';
import { postgresOrderEvents } from './adapters/postgres/order-events.ts';
import { postgresOrderHistories } from './adapters/postgres/order-histories.ts';
import { postgresOrders } from './adapters/postgres/orders.ts';
import { postgresPaymentMethods } from './adapters/postgres/payment-methods.ts';
import { postgresRefunds } from './adapters/postgres/refunds.ts';
import { postgresReservations } from './adapters/postgres/reservations.ts';
import { postgresTickets } from './adapters/postgres/tickets.ts';
import { postgresUnfinishedPayments } from './adapters/postgres/unfinished-payments.ts';
import { postgresWebhookEvents } from './adapters/postgres/webhooks.ts';
import { createBookingApp } from './app.ts';
import { commands } from './cli.ts';
import { readBookingConfig, sweepTimes, variables, writeLimitConfig } from './config.ts';
import { paymentDuty } from './domain/payment/payment-duty.ts';
import { capturesJob } from './jobs/captures.ts';
import { jobPauseMs, startJobs } from './jobs/job.ts';
import { locksJob } from './jobs/locks.ts';
import { operationsJob } from './jobs/operations.ts';
import { orderEventsJob } from './jobs/order-events.ts';
import { ordersJob } from './jobs/orders.ts';
import { recordsJob } from './jobs/records.ts';
import { refundsJob } from './jobs/refunds.ts';
import { statisticsJob, statisticsPauseMs } from './jobs/statistics.ts';
import { operationMetrics, saleMetrics } from './metrics.ts';
import { neededFunctions, neededTables } from './needed-tables.ts';
import { openPayments } from './payments.ts';
import { tracedPorts } from './traced-ports.ts';

/** Locks in PostgreSQL have connections of their own: losers of a race must not queue behind the winners' sales. */
const lockConnections = 4;
/** So have reports, which read whole events and are planned by the statistics. */
const reportConnections = 2;

/**
 * Starts the booking service as the environment configures it. `addressVariable` names the variable that moves its
 * address; `pauseMs` is the pause between two runs of its jobs.
 */
export async function start(
  env: Record<string, string | undefined>,
  addressVariable = 'SERVER_ADDR',
  pauseMs = jobPauseMs,
): Promise<Running> {
  const config = readBookingConfig(env);
  const server = serverConfig(config);
  const auth = authConfig(config);
  const log = createLog('booking', config.LOG_LEVEL);
  // First: what is opened after it shows its calls.
  const tracing = await openTracing(tracingConfig(config, 'booking'), log);
  const database = postgresConfig(config, 'onsale-booking');
  const metrics = createMetrics('booking');
  const pool = poolMetrics(metrics);
  const db = openDb(database, { meter: pool('main'), asWritten: true });
  const redisAt = redisConfig(config);
  const redis = redisAt && openRedis(redisAt);
  const lockDb = openDb(database, { max: lockConnections, meter: pool('locks'), asWritten: true });
  const reportDb = openDb(database, {
    max: reportConnections,
    deadlineMs: server.requestTimeoutMs,
    meter: pool('reports'),
  });
  const saleWindow = { salesEndBeforeStartMs: config.SALES_END_BEFORE_START };
  const unfinishedPayments = postgresUnfinishedPayments(db);
  const operations = postgresOperations(db);
  const paymentMethods = postgresPaymentMethods(db);
  const provider = openPayments(config, db, paymentMethods);
  const duty = paymentDuty(unfinishedPayments, provider.payments, (err) => {
    log.error({ err }, 'not ready: payments are under way that this process can’t end');
  });
  const sandbox = provider.payments.name === 'sandbox';
  const needed = neededTables({ locks: !redis, sandbox });
  const hasTables = schemaCheck(db, needed, neededFunctions({ locks: !redis }));
  const ownTables = needed.map(([table]) => table);
  const canSell = async () => {
    await hasTables();
    await Promise.all([db.pingWrites(), lockDb.ping()]);
  };
  const closing = new AbortController();
  const deps = {
    log,
    metrics,
    server,
    tracing,
    dependencies: { postgres: canSell, payments: duty, ...(redis && { redis: checkRedisLocks(redis) }) },
    closing: closing.signal,
    writeLimits: writeLimits(writeLimitConfig(config), redis, { log, metrics }),
    ...(redis && { reports: { redis_warning: () => evictionWarning(redis) } }),
    identities: auth && withApiKeys(jwtIdentities(auth, log), postgresApiKeys(db), log),
    dataVersion: postgresDataVersion(db),
    locks: redis ? redisTicketLocks(redis) : postgresTicketLocks(lockDb),
    tickets: postgresTickets(db, saleWindow),
    reservations: postgresReservations(db, saleWindow),
    orders: postgresOrders(db, saleWindow),
    unfinishedPayments,
    refunds: postgresRefunds(db),
    refundWindowMs: config.REFUND_WINDOW,
    mayStrand: config.STRANDED_SEATS === 'allow',
    idempotencyKeys: postgresIdempotencyKeys(db),
    ticketLimit: config.MAX_TICKETS_PER_USER,
    webhookEvents: postgresWebhookEvents(db),
    eventChanges: postgresEventChanges(db),
    operations,
    eventSales: postgresEventSales(reportDb),
    orderHistories: postgresOrderHistories(db),
    paymentMethods,
    ...provider,
    feed: redis ? redisSeatFeed(redis, log) : postgresSeatFeed(db, log),
    observer: saleMetrics(metrics, unfinishedPayments, provider.payments, log),
    lockTtlMs: config.TICKET_LOCK_TTL_SECONDS * 1000,
  };
  if (config.SERVER_MODE === 'production' && provider.payments.name === 'stripe:test')
    log.warn('STRIPE_SECRET_KEY is of test mode: seats are sold and no money is taken');
  if (config.SERVER_MODE === 'production' && provider.payments.name === 'sandbox')
    log.warn('PAYMENTS=sandbox: seats are sold and no money is taken');
  // Logged at the start, and not at the first readiness probe.
  duty().catch(() => {});
  if (redis) void tellOfRedis(redis, deps.dependencies.redis!, log);
  if (!auth) {
    log.warn(
      'AUTHENTICATION IS OFF: whoever asks may buy and refund as any user_uuid. Set AUTH_JWKS_URL or AUTH_JWT_SECRET',
    );
  }
  const http = await serveService(createBookingApp(tracedPorts(deps)), deps, config.SERVER_ADDR, addressVariable);
  operationMetrics(metrics, operations);
  const times = sweepTimes(config);
  const stops = [
    startJobs(
      [locksJob(deps), ordersJob(deps, times), recordsJob(deps), orderEventsJob(postgresOrderEvents(db))],
      pauseMs,
      log,
    ),
    // After a rush there is much to capture: meanwhile the other jobs go on.
    startJobs([capturesJob(deps), refundsJob(deps, times)], pauseMs, log),
    startJobs([operationsJob(deps, { deadlineMs: server.requestTimeoutMs, closing: closing.signal })], pauseMs, log),
    startJobs([statisticsJob(db, ownTables)], statisticsPauseMs, log),
  ];
  return {
    port: http.port,
    metricsPort: http.metricsPort,
    async stop() {
      closing.abort();
      await http.stop(server.drainTimeoutMs);
      await Promise.all(stops.map((stop) => stop()));
      await deps.feed.close();
      await Promise.all([db.close(), lockDb.close(), reportDb.close(), redis?.close(), tracing?.close()]);
    },
  };
}

/** Logs why Redis can't hold the locks, or is not safe for them, if so; a short outage shows in the calls. */
async function tellOfRedis(redis: RedisServer, check: () => Promise<void>, log: Logger): Promise<void> {
  const reason = await check().then(() => undefined, reasonOf);
  if (reason) log.error({ reason }, 'not ready: Redis can’t hold the locks');
  const warning = await evictionWarning(redis).catch(() => undefined);
  if (warning) log.warn(warning);
}

export const program: Program = {
  name: 'booking',
  summary: 'holds seats, takes the money and sells them',
  variables,
  commands,
  check: (env) => void readBookingConfig(env),
  start,
};

if (import.meta.main) await runProgram(program);
