import { type Address, ConfigError, type Secret, textOf, type Values, v } from './environment.ts';
import { collide } from './server-addresses.ts';
import { type WebConfig, webConfig, webVariables } from './web.ts';

const postgresParts =
  'POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DBNAME and POSTGRES_SSLMODE';

export const postgresVariables = {
  POSTGRES_HOST: v.host('127.0.0.1', 'PostgreSQL host. `npm start` starts its own server unless this is set', {
    port: 'POSTGRES_PORT',
    url: postgresParts,
  }),
  POSTGRES_PORT: v.integer(5432, 1, 65_535, 'PostgreSQL port'),
  POSTGRES_USER: v.text('postgres', 'PostgreSQL user'),
  POSTGRES_PASSWORD: v.secret('', 'PostgreSQL password'),
  POSTGRES_DBNAME: v.database('onsale', 'PostgreSQL database', postgresParts),
  POSTGRES_SSLMODE: v.oneOf(
    ['disable', 'allow', 'prefer', 'require', 'verify-full'],
    'disable',
    'TLS to PostgreSQL, in libpq’s words',
  ),
  POSTGRES_MAX_OPEN_CONNS: v.integer(10, 1, 1000, 'Most connections of one process'),
  POSTGRES_MAX_IDLE_CONNS: v.integer(
    10,
    0,
    1000,
    'Kept from the original; idle connections are closed by time (POSTGRES_CONN_MAX_IDLE_TIME), not by number',
  ),
  POSTGRES_CONN_MAX_LIFETIME: v.duration('30m', 'A connection is replaced after this time; 0 keeps it'),
  POSTGRES_CONN_MAX_IDLE_TIME: v.duration('5m', 'An idle connection is closed after this time; 0 keeps it'),
};

/** The database's address and pool. Times are in milliseconds. */
export type PostgresConfig = {
  host: string;
  port: number;
  user: string;
  password: Secret;
  database: string;
  sslMode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-full';
  maxOpenConns: number;
  connMaxLifetimeMs: number;
  connMaxIdleTimeMs: number;
  /** The time of one call after which the server counts as away. */
  deadlineMs: number;
  applicationName: string;
};

/** Returns the database's configuration. */
export function postgresConfig(values: Values<typeof postgresVariables>, applicationName: string): PostgresConfig {
  return {
    host: values.POSTGRES_HOST,
    port: values.POSTGRES_PORT,
    user: values.POSTGRES_USER,
    password: values.POSTGRES_PASSWORD,
    database: values.POSTGRES_DBNAME,
    sslMode: values.POSTGRES_SSLMODE,
    maxOpenConns: values.POSTGRES_MAX_OPEN_CONNS,
    connMaxLifetimeMs: values.POSTGRES_CONN_MAX_LIFETIME,
    connMaxIdleTimeMs: values.POSTGRES_CONN_MAX_IDLE_TIME,
    deadlineMs: 1500,
    applicationName,
  };
}

export const redisVariables = {
  REDIS_ADDR: v.redis(
    'Redis 8 (host:port) for locks, caches and live views; several with commas are a cluster. Without it PostgreSQL and the process do its work',
  ),
  REDIS_PASSWORD: v.secret('', 'Redis password'),
  REDIS_DB: v.integer(0, 0, 15, 'Redis database; a cluster has only 0'),
};

/** The addresses of Redis: one node, or those of a cluster. */
export type RedisConfig = { nodes: string[]; password: Secret; database: number };

/** Returns the configuration of Redis; undefined when there is none. */
export function redisConfig(values: Values<typeof redisVariables>): RedisConfig | undefined {
  const { nodes, password, database } = values.REDIS_ADDR;
  if (nodes.length === 0) return undefined;
  if (password && values.REDIS_PASSWORD && password !== textOf(values.REDIS_PASSWORD)) {
    throw new ConfigError(['REDIS_ADDR, REDIS_PASSWORD: each names another password: write it in one of them']);
  }
  if (database !== undefined && values.REDIS_DB !== 0 && database !== values.REDIS_DB) {
    throw new ConfigError(['REDIS_ADDR, REDIS_DB: each names another database: write it in one of them']);
  }
  const at = { nodes, password: password || values.REDIS_PASSWORD, database: database ?? values.REDIS_DB };
  if (nodes.length > 1 && at.database !== 0) throw new ConfigError(['REDIS_DB: a cluster has only database 0']);
  return at;
}

export const serverVariables = {
  SERVER_MODE: v.oneOf(
    ['development', 'production'],
    'development',
    'production refuses to sell to whoever asks without a token, and to sell in the sandbox unless PAYMENTS says so; it serves neither the sandbox’s route nor, without METRICS_ADDR, /metrics',
  ),
  SERVER_REUSE_PORT: v.flag(
    false,
    'Several processes may listen at one SERVER_ADDR, and the system deals the connections out to them (Linux; Deno needs --unstable-net). Otherwise a port that is taken stops the start',
  ),
  METRICS_ADDR: v.optionalAddress(
    'Where /metrics is served, for nobody but Prometheus; it is then no more at SERVER_ADDR. Empty: at SERVER_ADDR in development, nowhere in production',
  ),
  SERVER_READ_TIMEOUT: v.duration(
    '10s',
    'A connection that sends or takes nothing for the longer of the two is closed',
  ),
  SERVER_WRITE_TIMEOUT: v.duration('10s', 'See SERVER_READ_TIMEOUT'),
  SERVER_MAX_HEADER_BYTES: v.integer(
    1_048_576,
    1024,
    1_048_576,
    'Longer request headers are refused with 431; the runtime takes 16 KiB at most',
  ),
  SERVER_CTX_TIMEOUT: v.duration('5s', 'A request that takes longer is answered with 503', { least: '1ms' }),
  SERVER_DRAIN_TIMEOUT: v.duration('5s', 'At the end, requests under way have this long to finish'),
  LOG_LEVEL: v.oneOf(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    'info',
    'Least important level that is logged',
  ),
  LOG_REQUESTS: v.flag(true, 'One JSON line per request'),
  ...webVariables,
};

export type ServerConfig = WebConfig & {
  /** Other processes may listen at the same address. */
  reusePort: boolean;
  /** The place of the metrics: at an address of their own, beside the service's routes, or nowhere. */
  metrics: Address | 'beside' | 'nowhere';
  readTimeoutMs: number;
  writeTimeoutMs: number;
  maxHeaderBytes: number;
  requestTimeoutMs: number;
  drainTimeoutMs: number;
  logRequests: boolean;
};

/** Throws `ConfigError` for addresses, by name, that two servers can't both listen at. */
export function checkAddresses(addresses: Record<string, Address | undefined>): void {
  const given = Object.entries(addresses).flatMap(([name, address]) => (address ? [{ name, address }] : []));
  const problems = given.flatMap((one, i) =>
    given
      .slice(0, i)
      .filter(({ address }) => collide(address, one.address))
      .map(({ name }) => `${name}, ${one.name}: both name port ${one.address.port}: give each a port of its own`),
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Returns the HTTP server's configuration. */
export function serverConfig(values: Values<typeof serverVariables>): ServerConfig {
  return {
    reusePort: values.SERVER_REUSE_PORT,
    metrics: values.METRICS_ADDR ?? (values.SERVER_MODE === 'production' ? 'nowhere' : 'beside'),
    readTimeoutMs: values.SERVER_READ_TIMEOUT,
    writeTimeoutMs: values.SERVER_WRITE_TIMEOUT,
    maxHeaderBytes: values.SERVER_MAX_HEADER_BYTES,
    requestTimeoutMs: values.SERVER_CTX_TIMEOUT,
    drainTimeoutMs: values.SERVER_DRAIN_TIMEOUT,
    logRequests: values.LOG_REQUESTS,
    ...webConfig(values),
  };
}
