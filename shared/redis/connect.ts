import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisConfig } from '../config/config.ts';
import { textOf } from '../config/environment.ts';
import { gatherWrites } from './gather-writes.ts';

export type RedisClient = Redis | Cluster;

export type ConnectOptions = {
  /** A connection on which commands wait and nothing arrives for this long is dropped, and made anew. */
  silenceMs: number;
  keyPrefix: string;
};

/** A short constant pause: the client must reconnect as soon as the server is back, not after a grown backoff. */
const reconnectMs = 100;

/** Connects to a server or to a cluster, and again by itself whenever a connection is lost. */
export function connect(config: RedisConfig, options: ConnectOptions): RedisClient {
  const client = config.nodes.length > 1 ? connectCluster(config, options) : connectNode(config, options);
  // Errors reach the sender of a command; an event without a listener would end the process.
  return client.on('error', ignore);
}

/**
 * A connection for a subscriber, always to one node: in a cluster every node delivers all messages. When that node is
 * lost, it goes to the next.
 */
export function connectSubscriber(config: RedisConfig, options: ConnectOptions): Redis {
  let at = Math.floor(Math.random() * config.nodes.length);
  const subscriber = new Redis({
    ...common(config, options),
    ...address(config.nodes[at]!),
    // The driver would subscribe again by itself, without reporting when.
    autoResubscribe: false,
    retryStrategy: () => {
      at = (at + 1) % config.nodes.length;
      Object.assign(subscriber.options, address(config.nodes[at]!));
      return reconnectMs;
    },
  });
  return subscriber.on('error', ignore);
}

function connectNode(config: RedisConfig, options: ConnectOptions): Redis {
  const client = new Redis({
    ...common(config, options),
    ...address(config.nodes[0]!),
    db: config.database,
    retryStrategy: () => reconnectMs,
  });
  gatherWrites(client);
  return client;
}

function connectCluster(config: RedisConfig, options: ConnectOptions): Cluster {
  const { enableOfflineQueue, ...redisOptions } = common(config, options);
  const cluster = new Cluster(config.nodes.map(address), {
    redisOptions,
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

const common = ({ password }: RedisConfig, { silenceMs, keyPrefix }: ConnectOptions) =>
  ({
    ...(password && { password: textOf(password) }),
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

function address(node: string): { host: string; port: number } {
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon).replace(/[[\]]/g, ''), port: Number(node.slice(colon + 1)) };
}

const ignore = () => {};
