import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisConfig } from '../config/config.ts';
import { addressOf, connectorTo, reconnectMs } from './connector.ts';
import { gatherWrites } from './gather-writes.ts';
import type { Address } from './speaks.ts';

export type RedisClient = Redis | Cluster;

export type ConnectOptions = {
  /** A connection on which commands wait and nothing arrives for this long is dropped, and made anew. */
  silenceMs: number;
  keyPrefix: string;
  /** Hears of errors of connections that no command and no event of the client tells. */
  tell: (error: Error) => void;
};

/** Returns whether the addresses are of a cluster. */
const isCluster = ({ nodes, cluster }: RedisConfig) => cluster || nodes.length > 1;

/** Connects to a server or to a cluster, and again by itself whenever a connection is lost. */
export function connect(config: RedisConfig, options: ConnectOptions): RedisClient {
  const client = isCluster(config) ? connectCluster(config, options) : connectNode(config, options);
  // Errors reach the sender of a command; an event without a listener would end the process.
  return client.on('error', ignore);
}

/**
 * A connection for a subscriber, always to one node: in a cluster every node delivers all messages. When that node is
 * lost, it goes to the next; `known` are those of a cluster that has but one address.
 */
export function connectSubscriber(config: RedisConfig, options: ConnectOptions, known: () => Address[]): Redis {
  const named = config.nodes.map(addressOf);
  let at = Math.floor(Math.random() * named.length);
  const subscriber = new Redis({
    ...common(config, options),
    ...named[at],
    // The driver would subscribe again by itself, without reporting when.
    autoResubscribe: false,
    retryStrategy: () => {
      const all = named.length === 1 ? [...named, ...known()] : named;
      at = (at + 1) % all.length;
      Object.assign(subscriber.options, all[at]);
      return reconnectMs;
    },
  });
  return subscriber.on('error', ignore);
}

function connectNode(config: RedisConfig, options: ConnectOptions): Redis {
  const client = new Redis({
    ...common(config, options),
    ...config.nodes.map(addressOf)[0],
    db: config.database,
    retryStrategy: () => reconnectMs,
  });
  gatherWrites(client);
  return client;
}

function connectCluster(config: RedisConfig, options: ConnectOptions): Cluster {
  const { enableOfflineQueue, ...redisOptions } = common(config, options);
  const cluster = new Cluster(config.nodes.map(addressOf), {
    redisOptions,
    // A certificate is for a name.
    ...(config.tls && { dnsLookup: (host, callback) => callback(null, host) }),
    enableOfflineQueue,
    ...(options.keyPrefix && { keyPrefix: options.keyPrefix }),
    slotsRefreshTimeout: options.silenceMs,
    clusterRetryStrategy: () => reconnectMs,
    clusterNodeRetryStrategy: () => reconnectMs,
    // Callers retry, within their own deadline.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  });
  cluster.on('+node', gatherWrites);
  return cluster;
}

const common = (config: RedisConfig, { silenceMs, keyPrefix, tell }: ConnectOptions) =>
  ({
    Connector: connectorTo(config, tell),
    ...(config.username && { username: config.username }),
    // The connector has the rest of it.
    ...(config.tls && { tls: {} }),
    ...(keyPrefix && { keyPrefix }),
    // A connection that is not established by then may be to a machine that the address no longer leads to.
    connectTimeout: 1000,
    socketTimeout: silenceMs,
    // A hung server never closes the connection.
    disconnectTimeout: 20,
    // No command waits in a queue without end, nor is it resent without its caller.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // After a failover the address leads to another server.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  }) satisfies RedisOptions;

const ignore = () => {};
