import { z } from 'zod';

/** One environment variable: how its text is read, what it is when absent, and what it means (README's words). */
export type Variable<T> = { read: z.ZodType<T, string>; default: string; meaning: string; secret?: boolean };

type Variables = Record<string, Variable<unknown>>;
type Values<V extends Variables> = { [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/** Thrown when variables are wrong: one line each, so that all can be mended at once. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`Wrong configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads the named variables. An empty text counts as absent. Throws `ConfigError` naming every wrong one. */
export function readConfig<V extends Variables>(variables: V, env: Record<string, string | undefined>): Values<V> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, variable] of Object.entries(variables)) {
    const text = env[name] || variable.default;
    const parsed = variable.read.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(
        `${name}=${variable.secret ? '***' : text}: ${parsed.error.issues.map((i) => i.message).join('; ')}`,
      );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Values<V>;
}

const variable = <T>(read: z.ZodType<T, string>, fallback: string, meaning: string): Variable<T> => ({
  read,
  default: fallback,
  meaning,
});

/** Readers of variables: each turns a text into a value or says what it should have been. */
export const v = {
  text: (fallback: string, meaning: string) => variable(z.string(), fallback, meaning),
  secret: (fallback: string, meaning: string): Variable<string> => ({ ...v.text(fallback, meaning), secret: true }),
  /** A text that `pattern` takes whole; `words` say what it must be. */
  matching: (pattern: RegExp, words: string, fallback: string, meaning: string) =>
    variable(z.string().regex(pattern, words), fallback, meaning),
  integer: (fallback: number, min: number, max: number, meaning: string) =>
    variable(
      z
        .string()
        .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
        .transform(Number)
        .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`),
      String(fallback),
      meaning,
    ),
  oneOf: <const O extends string>(options: readonly [O, ...O[]], fallback: O, meaning: string) =>
    variable(
      z.enum(options, `must be one of ${options.join(', ')}`) as unknown as z.ZodType<O, string>,
      fallback,
      meaning,
    ),
  flag: (fallback: boolean, meaning: string) =>
    variable(
      z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true') as unknown as z.ZodType<
        boolean,
        string
      >,
      String(fallback),
      meaning,
    ),
  /** Go's notation, as the original had it ("1m30s", "500ms"), or plain seconds; the value is in milliseconds. */
  duration: (fallback: string, meaning: string) =>
    variable(
      z.string().transform((text, context) => {
        const ms = durationMs(text);
        if (ms !== undefined) return ms;
        context.addIssue({ code: 'custom', message: 'must be a duration such as 500ms, 15s, 5m or 1h' });
        return z.NEVER;
      }),
      fallback,
      meaning,
    ),
  /** "host:port" or, as the original had it, ":port", which then means `host`. Port 0 takes any free port. */
  address: (fallback: string, meaning: string, host = '0.0.0.0') =>
    variable(
      z.string().transform((text, context) => {
        const match = /^(\[[0-9a-fA-F:]+\]|[^:]*):(\d{1,5})$/.exec(text);
        const port = Number(match?.[2]);
        if (match && port <= 65_535) return { host: match[1]?.replace(/[[\]]/g, '') || host, port };
        context.addIssue({ code: 'custom', message: 'must be host:port or :port' });
        return z.NEVER;
      }),
      fallback,
      meaning,
    ),
  /** One or more "host:port", separated by commas; a protocol before them, as Kafka writes it, is passed over. Or none. */
  addresses: (meaning: string) =>
    variable(
      z.string().transform((text, context) => {
        const parts = text === '' ? [] : text.split(',').map((part) => part.trim().replace(/^\w+:\/\//, ''));
        if (parts.every((part) => /^[^\s:/@]+:\d{1,5}$/.test(part))) return parts;
        context.addIssue({ code: 'custom', message: 'must be host:port, or several with commas between' });
        return z.NEVER;
      }),
      '',
      meaning,
    ),
  /** One or more http(s) addresses, separated by commas. Or none. */
  urls: (meaning: string): Variable<string[]> => ({
    ...variable(
      z.string().transform((text, context) => {
        const parts = text === '' ? [] : text.split(',').map((part) => part.trim());
        if (parts.every((part) => URL.canParse(part) && /^https?:/.test(part))) return parts;
        context.addIssue({ code: 'custom', message: 'must be http://host:port, or several with commas between' });
        return z.NEVER;
      }),
      '',
      meaning,
    ),
    // They may carry a password.
    secret: true,
  }),
};

function durationMs(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let total = 0;
  for (const [, amount, name] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * unit[name as keyof typeof unit];
  }
  return total;
}

export type Address = { host: string; port: number };

export const postgresVariables = {
  POSTGRES_HOST: v.text('127.0.0.1', 'PostgreSQL host. `npm start` starts its own server unless this is set'),
  POSTGRES_PORT: v.integer(5432, 1, 65_535, 'PostgreSQL port'),
  POSTGRES_USER: v.text('postgres', 'PostgreSQL user'),
  POSTGRES_PASSWORD: v.secret('', 'PostgreSQL password'),
  POSTGRES_DBNAME: v.text('onsale', 'PostgreSQL database'),
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

/** Where the database is and how many connections it may cost. Times are in milliseconds. */
export type PostgresConfig = {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  sslMode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-full';
  maxOpenConns: number;
  connMaxLifetimeMs: number;
  connMaxIdleTimeMs: number;
  /** How long one call may take before the server counts as away. */
  deadlineMs: number;
  applicationName: string;
};

/** The database's part of a service's variables. */
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
  REDIS_ADDR: v.addresses(
    'Redis 8 (host:port) for locks, caches and live views; several with commas are a cluster. Without it PostgreSQL and the process do its work',
  ),
  REDIS_PASSWORD: v.secret('', 'Redis password'),
  REDIS_DB: v.integer(0, 0, 15, 'Redis database; a cluster has only 0'),
};

/** Where Redis is: one node, or those of a cluster. */
export type RedisConfig = { nodes: string[]; password: string; database: number };

/** Redis’ part of a service’s variables; undefined when there is none. */
export function redisConfig(values: Values<typeof redisVariables>): RedisConfig | undefined {
  const nodes = values.REDIS_ADDR;
  if (nodes.length > 1 && values.REDIS_DB !== 0) throw new ConfigError(['REDIS_DB: a cluster has only database 0']);
  return nodes.length === 0 ? undefined : { nodes, password: values.REDIS_PASSWORD, database: values.REDIS_DB };
}

export const elasticsearchVariables = {
  ELASTICSEARCH_ADDR: v.urls(
    'Elasticsearch 9 (http://user:password@host:port) for the search index; several with commas are nodes of one cluster. Without it the index lives in the search process',
  ),
  ELASTICSEARCH_INDEX: v.matching(
    /^[a-z0-9][a-z0-9_-]{0,99}$/,
    'must be up to 100 small letters, digits, - and _, not beginning with - or _',
    'onsale-events',
    'Name of the index in Elasticsearch; each platform on one cluster needs its own',
  ),
};

/** Where Elasticsearch is, as http(s) addresses that may carry a user and password, and the name of the index there. */
export type ElasticsearchConfig = { nodes: string[]; index: string };

/** Elasticsearch’s part of a service’s variables; undefined when there is none. */
export function elasticsearchConfig(values: Values<typeof elasticsearchVariables>): ElasticsearchConfig | undefined {
  const nodes = values.ELASTICSEARCH_ADDR;
  return nodes.length === 0 ? undefined : { nodes, index: values.ELASTICSEARCH_INDEX };
}

export const kafkaVariables = {
  KAFKA_LISTENERS: v.addresses(
    'Kafka 4 (host:port), several with commas: changes come through Debezium’s topics. Without it a process reads the database’s log itself',
  ),
  KAFKA_TOPIC_PREFIX: v.matching(
    // The slot's name has it behind "onsale_connect_", and at most 63 characters.
    /^[A-Za-z0-9_-]{1,48}$/,
    'must be up to 48 letters, digits, - and _',
    'pg',
    'First part of the names of Debezium’s topics (pg.public.events); each platform on one cluster needs its own',
  ),
  KAFKA_GROUP: v.text('onsale-search', 'Consumer group of the processes that keep one index'),
  KAFKA_CONNECTOR_SLOT: v.matching(
    /^[a-z0-9_]{0,63}$/,
    'must be up to 63 small letters, digits and _',
    '',
    'Replication slot of the connector; empty: `onsale_connect`, with the topic prefix behind it if that is not pg',
  ),
};

/** Where Kafka is (host:port), and the names there: `slot` is the one in PostgreSQL that Debezium reads. */
export type KafkaConfig = {
  brokers: string[];
  topicPrefix: string;
  group: string;
  slot: string;
  deadLettersTopic: string;
};

/** Kafka’s part of a service’s variables; undefined when there is none. */
export function kafkaConfig(values: Values<typeof kafkaVariables>): KafkaConfig | undefined {
  const brokers = values.KAFKA_LISTENERS;
  const topicPrefix = values.KAFKA_TOPIC_PREFIX;
  if (brokers.length === 0) return undefined;
  const isUsual = topicPrefix === 'pg';
  return {
    brokers,
    topicPrefix,
    group: values.KAFKA_GROUP,
    slot: values.KAFKA_CONNECTOR_SLOT || connectorSlot(topicPrefix),
    deadLettersTopic: isUsual ? 'search.dead-letters' : `${topicPrefix}.search.dead-letters`,
  };
}

/** As scripts/connector.mjs names it. */
const connectorSlot = (topicPrefix: string) =>
  topicPrefix === 'pg' ? 'onsale_connect' : `onsale_connect_${topicPrefix.toLowerCase().replaceAll('-', '_')}`;

export const serverVariables = {
  SERVER_MODE: v.oneOf(
    ['development', 'production'],
    'development',
    'production warns of settings that are meant for trying out, such as sandbox payments',
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
  SERVER_CTX_TIMEOUT: v.duration('5s', 'A request that takes longer is answered with 503'),
  SERVER_DRAIN_TIMEOUT: v.duration('5s', 'At the end, requests under way have this long to finish'),
  LOG_LEVEL: v.oneOf(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    'info',
    'Least important level that is logged',
  ),
  LOG_REQUESTS: v.flag(true, 'One JSON line per request'),
};

export type ServerConfig = {
  readTimeoutMs: number;
  writeTimeoutMs: number;
  maxHeaderBytes: number;
  requestTimeoutMs: number;
  drainTimeoutMs: number;
  logRequests: boolean;
};

/** The HTTP server's part of a service's variables. */
export function serverConfig(values: Values<typeof serverVariables>): ServerConfig {
  return {
    readTimeoutMs: values.SERVER_READ_TIMEOUT,
    writeTimeoutMs: values.SERVER_WRITE_TIMEOUT,
    maxHeaderBytes: values.SERVER_MAX_HEADER_BYTES,
    requestTimeoutMs: values.SERVER_CTX_TIMEOUT,
    drainTimeoutMs: values.SERVER_DRAIN_TIMEOUT,
    logRequests: values.LOG_REQUESTS,
  };
}
