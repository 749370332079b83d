import { type Address, ConfigError, type Values, v } from './environment.ts';
import { collide } from './server-addresses.ts';
import { type WebConfig, webConfig, webVariables } from './web.ts';

export { directly, type Place, type PostgresConfig, postgresConfig, postgresVariables } from './postgres.ts';
export { type RedisConfig, redisConfig, redisVariables } from './redis.ts';

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
