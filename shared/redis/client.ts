import { Cluster, type Redis, ReplyError } from 'ioredis';
import { sleep } from '../async/clock.ts';
import type { RedisConfig } from '../config/config.ts';
import { type AppError, Unfit, unavailable } from '../errors.ts';
import { tracingIsOn } from '../tracing/span.ts';
import { connect, connectSubscriber, type RedisClient } from './connect.ts';
import { createPresence } from './presence.ts';
import { refusalOf } from './refusals.ts';
import { traceCommands } from './traced.ts';

export type { RedisClient } from './connect.ts';

/** A Redis server or cluster. */
export type RedisServer = {
  client: RedisClient;
  /**
   * Runs commands, and retries after passing trouble (a failover, a moved slot, a lost connection), for at most
   * `deadlineMs` in all: they must do no harm when repeated. Throws `unavailable` when Redis is away or hung; at once,
   * while it has been away for more than a moment; and `Unfit` when it refuses: it is full, a replica, of an old
   * version, or wants another password. Every other error passes as it is. `withinMs` makes the deadline shorter.
   */
  run<T>(work: () => Promise<T>, withinMs?: number): Promise<T>;
  /** The one server, or the known primaries of a cluster. */
  primaries(): Redis[];
  /** A connection of its own, for a subscriber. */
  subscriber(): Redis;
  /** Throws `unavailable` unless the server responds; `withinMs` as for `run`. */
  ping(withinMs?: number): Promise<void>;
  close(): Promise<void>;
};

export type RedisServerOptions = {
  /** How long all attempts of one call may take. */
  deadlineMs?: number;
  /** Prefix of every key, for tests that share a server. */
  keyPrefix?: string;
};

const pauseMs = 25;
const longestSilenceMs = 600;

/** Opens a client that connects at once, and again by itself whenever a connection is lost. */
export function openRedis(config: RedisConfig, options: RedisServerOptions = {}): RedisServer {
  const { deadlineMs = 1000, keyPrefix = '' } = options;
  const presence = createPresence(config.sentinel !== undefined);
  const connectOptions = { keyPrefix, silenceMs: Math.min(longestSilenceMs, deadlineMs), tell: presence.met };
  const client = connect(config, connectOptions);
  if (tracingIsOn()) traceCommands(client, config);
  presence.follow(client);
  /** The last refusal, and when it was met. The driver ends the connection on some: other calls only see it go. */
  let refused: { error: unknown; at: number } | undefined;

  async function run<T>(work: () => Promise<T>, withinMs = deadlineMs): Promise<T> {
    const ms = Math.min(withinMs, deadlineMs);
    const state: Attempts = { since: performance.now(), late: false };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        state.late = true;
        reject(outage(whyNot(state) ?? new Error(`no answer in ${ms} ms`)));
      }, ms);
    });
    try {
      return await Promise.race([attempts(work, state), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function attempts<T>(work: () => Promise<T>, state: Attempts): Promise<T> {
    for (;;) {
      try {
        presence.check();
        return await work();
      } catch (error) {
        const refusal = refusalOf(error);
        if (!refusal && !isOfConnection(error)) throw error;
        if (refusal) {
          state.met = error;
          refused = { error, at: performance.now() };
        }
        const mayPass = refusal ? refusal.passes : presence.isWorthWaiting();
        if (!mayPass || state.late) throw outage(whyNot(state) ?? error);
      }
      await sleep(pauseMs);
    }
  }

  /** In a cluster another call may have met another node. */
  const whyNot = ({ met, since }: Attempts) =>
    met ??
    presence.reason() ??
    (refused && refused.at >= since && !(client instanceof Cluster) ? refused.error : undefined);

  /** Returns the addresses of a cluster's nodes. */
  const known = () =>
    client instanceof Cluster ? client.nodes().map(({ options: { host = '', port = 0 } }) => ({ host, port })) : [];

  return {
    client,
    run,
    primaries: () => (client instanceof Cluster ? client.nodes('master') : [client]),
    subscriber: () => connectSubscriber(config, connectOptions, known),
    ping: async (withinMs) => void (await run(() => client.ping(), withinMs)),
    close: async () => client.disconnect(),
  };
}

/** A call's attempts: since when, and the last refusal that they met. */
type Attempts = { since: number; late: boolean; met?: unknown };

/** Returns the caller's error for a server that is away, or that refuses. */
export function outage(cause: unknown): AppError {
  const reason = refusalOf(cause)?.reason;
  return reason ? new Unfit(reason, cause) : unavailable('Redis', cause);
}

/** The driver has no class for errors of its connections; an error with a class is a bug of ours. */
const isOfConnection = (error: unknown) =>
  !(error instanceof ReplyError || error instanceof TypeError || error instanceof RangeError);
