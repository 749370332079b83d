import { type Redis, ReplyError } from 'ioredis';
import { sleep } from '../clock.ts';
import type { RedisConfig } from '../config.ts';
import { unavailable } from '../errors.ts';
import { connect, connectSubscriber, type RedisClient } from './connect.ts';
import { watchPresence } from './presence.ts';

export type { RedisClient } from './connect.ts';

/** A Redis server or cluster. */
export type RedisServer = {
  client: RedisClient;
  /**
   * Runs commands, and again after a passing trouble (a failover, a moved slot, a lost connection), for at most
   * `deadlineMs` in all: they must do no harm when repeated. Throws `unavailable` when Redis is away, hung or full; while
   * it has been away for more than a moment, at once. Every other error passes as it is.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** A connection of its own, for a subscriber. */
  subscriber(): Redis;
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

const pauseMs = 25;
const longestSilenceMs = 600;

/** Opens a client that connects at once, and again by itself whenever a connection is lost. */
export function openRedis(config: RedisConfig, options: RedisServerOptions = {}): RedisServer {
  const { deadlineMs = 1000, keyPrefix = '' } = options;
  const connectOptions = { keyPrefix, silenceMs: Math.min(longestSilenceMs, deadlineMs) };
  const client = connect(config, connectOptions);
  const presence = watchPresence(client);

  async function run<T>(work: () => Promise<T>): Promise<T> {
    let late = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = true;
        reject(unavailable('Redis', presence.reason() ?? new Error(`no answer in ${deadlineMs} ms`)));
      }, deadlineMs);
    });
    try {
      return await Promise.race([attempts(work, () => late), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function attempts<T>(work: () => Promise<T>, isLate: () => boolean): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const trouble = troubleOf(error);
        if (!trouble) throw error;
        const mayPass = trouble === 'passing' || (trouble === 'connection' && presence.isWorthWaiting());
        if (!mayPass || isLate()) throw unavailable('Redis', presence.reason() ?? error);
      }
      await sleep(pauseMs);
    }
  }

  return {
    client,
    run,
    subscriber: () => connectSubscriber(config, connectOptions),
    ping: async () => void (await run(() => client.ping())),
    close: async () => client.disconnect(),
  };
}

/** What Redis itself answers when another server, or the same one in a moment, would do the work. */
const passing = /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|UNBLOCKED)\b/;
/** What it answers when its memory or disk is full, or its replicas are away. */
const lasting = /^(OOM|MISCONF|NOREPLICAS)\b/;

/** What kind of outage an error tells of; undefined for all that is none. */
function troubleOf(error: unknown): 'passing' | 'lasting' | 'connection' | undefined {
  if (error instanceof ReplyError) {
    const { message } = error as Error;
    return passing.test(message) ? 'passing' : lasting.test(message) ? 'lasting' : undefined;
  }
  // The driver has no class for what happens to its connections; what has one is a mistake of ours.
  return error instanceof TypeError || error instanceof RangeError ? undefined : 'connection';
}
