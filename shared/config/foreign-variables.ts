import type { Env } from './environment.ts';

/** Variables of our other programs and their tests, beside those of the services. */
export const elsewhere = [
  'EVENTS_ADDR',
  'BOOKING_ADDR',
  'SEARCH_ADDR',
  'EVENTS_URL',
  'BOOKING_URL',
  'SEARCH_URL',
  'POSTGRES_CONNECT_HOST',
  'POSTGRES_CONNECT_PORT',
  'POSTGRES_CONNECT_SSLROOTCERT',
  'POSTGRES_CONNECT_SSLCERT',
  'POSTGRES_CONNECT_SSLKEY',
  'KAFKA_CONNECT_URL',
  ...['USERNAME', 'PASSWORD', 'TOKEN'].flatMap((name) => [`KAFKA_CONNECT_${name}`, `KAFKA_CONNECT_${name}_FILE`]),
  ...['CA', 'CERT', 'KEY'].map((name) => `KAFKA_CONNECT_${name}`),
  'KAFKA_CONNECTOR',
  'REDIS_SERVER',
  'KAFKA_LIB',
  'KAFKA_JVM',
  'STRIPE_WEBHOOK_URL',
];

/**
 * Returns whether a variable with a name like ours belongs to another program: Kubernetes and Docker make some for
 * every service near, and the images of the servers have theirs, which are beside ours in a shared `.env`.
 */
export function isForeign(name: string, env: Env): boolean {
  if (elsewhere.includes(name) || isOfService(name, env[name] ?? '') || images.some((image) => image.test(name)))
    return true;
  const twin = twins[name];
  return twin?.(env) ?? false;
}

const isOfService = (name: string, text: string) =>
  /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
  (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(text));

/** Settings of a server that no client has. */
const images = [
  // postgres
  /^POSTGRES_(INITDB_ARGS|INITDB_WALDIR|HOST_AUTH_METHOD)$/,
  // bitnami/redis, redis/redis-stack
  /^REDIS_(PORT_NUMBER|AOF_ENABLED|RDB_POLICY|REPLICATION_MODE|MASTER_\w+|DISABLE_COMMANDS|EXTRA_FLAGS|ARGS)$/,
  // apache/kafka and confluentinc/cp-kafka make any property of the broker from KAFKA_…, bitnami/kafka from KAFKA_CFG_…
  /^KAFKA_(NODE|BROKER|CLUSTER)_(ID|RACK)$/,
  /^KAFKA_(ADVERTISED|LISTENER|CONTROLLER|INTER_BROKER|OFFSETS?|TRANSACTION|SHARE|LOG|LOG4J|NUM|REPLICA|METADATA)_\w+$/,
  /^KAFKA_(ZOOKEEPER|AUTHORIZER|UNCLEAN|CFG|KRAFT|JVM|JMX|GC_LOG|HEAP)_\w+$/,
  /^KAFKA_GROUP_(INITIAL|MAX|MIN|COORDINATOR|CONSUMER|SHARE)_\w+$/,
  /^KAFKA_(PROCESS_ROLES|DEFAULT_REPLICATION_FACTOR|MIN_INSYNC_REPLICAS|MESSAGE_MAX_BYTES|SUPER_USERS|OPTS)$/,
  /^KAFKA_(AUTO_CREATE_TOPICS|DELETE_TOPIC)_ENABLE$/,
  // OpenTelemetry's other signals, limits and agents
  /^OTEL_(METRICS?|LOGS?|BLRP|SPAN|ATTRIBUTE|EVENT|LINK|PROPAGATORS|SEMCONV|ELASTICSEARCH|NODE|EXPORTER_OTLP_(METRICS|LOGS))\w*$/,
  // bitnami/elasticsearch
  /^ELASTICSEARCH_(CLUSTER|NODE|HEAP|PORT)_\w+$/,
];

/** An image's other names for our variables: unused by us, but no warning is needed if ours has the same value. */
const twins: Record<string, (env: Env) => boolean> = {
  POSTGRES_DB: (env) => Boolean(env.POSTGRES_DBNAME) || env.POSTGRES_DB === 'onsale',
  POSTGRES_DB_FILE: (env) => Boolean(env.POSTGRES_DBNAME),
  POSTGRES_USER_FILE: (env) => Boolean(env.POSTGRES_USER),
  // Kibana's, a list in JSON.
  ELASTICSEARCH_HOSTS: (env) => Boolean(env.ELASTICSEARCH_ADDR),
};
