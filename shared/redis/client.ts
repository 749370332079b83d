import { Cluster, Redis, type RedisOptions, ReplyError } from 'ioredis';
import { sleep } from '../clock.ts';
import type { RedisConfig } from '../config.ts';
import { AppError, unavailable } from '../errors.ts';

export type RedisClient = Redis | Cluster;

/** A Redis server or cluster. */
export type RedisServer = {
  client: RedisClient;
  /**
   * Runs commands, and again after a passing trouble (a failover, a moved slot, a lost connection), for at most
   * `deadlineMs` in all: they must do no harm when repeated. Throws `unavailable` when Redis is away, hung or full; while
   * it has been away for more than a moment, at once.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** A connection of its own, for a subscriber. */
  another(): RedisClient;
  /** Throws `unavailable` unless the server answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

export type RedisServerOptions = {
  /** How long all attempts of one call may take. */
  deadlineMs?: number;
  /** Before every key, for tests that share a server. */
  keyPrefix?: string;
};

const commandTimeoutMs = 600;
const pauseMs = 50;
const reconnectMs = 100;
/** A connection that was lost less than this ago may be back in a moment: worth waiting for. */
const blipMs = 500;

export function openRedis(config: RedisConfig, options: RedisServerOptions = {}): RedisServer {
  const { deadlineMs = 1000, keyPrefix = '' } = options;
  const client = connect(config, keyPrefix);
  const state = follow(client);

  async function run<T>(work: () => Promise<T>): Promise<T> {
    const endsAt = performance.now() + deadlineMs;
    for (;;) {
      try {
        await state.ready(endsAt);
        return await work();
      } catch (error) {
        if (error instanceof AppError || !isOutage(error)) throw error;
        if (isTimeout(error)) state.cut();
        if (performance.now() + pauseMs > endsAt || !state.isWorthWaiting()) throw unavailable('Redis', error);
      }
      await sleep(pauseMs);
    }
  }

  return {
    client,
    run,
    another: () => connect(config, keyPrefix),
    ping: async () => void (await run(() => client.ping())),
    close: async () => client.disconnect(),
  };
}

function connect({ nodes, password, database }: RedisConfig, keyPrefix: string): RedisClient {
  const shared = {
    ...(password && { password }),
    ...(keyPrefix && { keyPrefix }),
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2000,
    // One that hangs says no farewell.
    disconnectTimeout: 20,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // After a failover the address leads to another server.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
  const client =
    nodes.length > 1
      ? new Cluster(nodes.map(address), {
          redisOptions: shared,
          enableOfflineQueue: false,
          slotsRefreshTimeout: 1000,
          clusterRetryStrategy: () => reconnectMs,
          ...(keyPrefix && { keyPrefix }),
        })
      : new Redis({
          ...shared,
          ...address(nodes[0] ?? ''),
          db: database,
          // Nothing waits in a queue without end: who asks is told, and asks again within its own time.
          enableOfflineQueue: false,
          retryStrategy: () => reconnectMs,
        });
  // What goes wrong is told to whoever sent a command; an event without a listener would end the process.
  client.on('error', () => {});
  return client;
}

function address(node: string): { host: string; port: number } {
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
}

/** Whether the connection is there, and if not, since when. */
function follow(client: RedisClient) {
  let lostAt: number | undefined = performance.now();
  let isCut = false;
  client.on('ready', () => {
    lostAt = undefined;
    isCut = false;
  });
  client.on('close', () => {
    lostAt ??= performance.now();
  });
  const isWorthWaiting = () => lostAt === undefined || performance.now() - lostAt < blipMs;

  return {
    isWorthWaiting,
    /** A server that took a command and does not answer would let every later one wait as long: begin anew. */
    cut(): void {
      if (isCut) return;
      isCut = true;
      lostAt ??= performance.now();
      client.disconnect(true);
    },
    /** Resolves when commands can be sent, and when to wait longer makes no sense. */
    async ready(endsAt: number): Promise<void> {
      while ((isCut || client.status !== 'ready') && isWorthWaiting() && performance.now() < endsAt) await sleep(5);
    },
  };
}

const isTimeout = (error: unknown) => error instanceof Error && error.message === 'Command timed out';

/** What Redis itself answers when another server, or the same one in a moment, would do the work. */
const passing = /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|OOM|MISCONF|NOREPLICAS|UNBLOCKED)\b/;

/** Every error that is not an answer of Redis is one of the connection. */
const isOutage = (error: unknown): boolean => !(error instanceof ReplyError) || passing.test((error as Error).message);
