import { checkDeadlineMs } from '../redis/checks.ts';
import type { RedisServer } from '../redis/client.ts';
import type { Cache } from './cache.ts';

/** The deadline of the cache's connection should be no longer than this, as every reader waits for it. */
export const cacheDeadlineMs = 300;

/**
 * A cache in Redis, shared by all processes; Redis decides what to drop when its memory is full. While it is away
 * nothing is found and nothing is kept. Large texts hold up a connection: keep locks on another one.
 */
export function redisCache({ client, run }: RedisServer): Cache {
  return {
    get: (key) =>
      run(() => client.get(key)).then(
        (text) => text ?? undefined,
        () => undefined,
      ),
    set: (key, value, ttlMs) => run(() => client.set(key, value, 'PX', ttlMs)).then(ignore, ignore),
    delete: (key) => run(() => client.del(key)).then(ignore, ignore),
  };
}

/**
 * Throws `unavailable`, or `Unfit` with a reason, unless Redis keeps a text under this key: a server that refuses
 * writes is no cache.
 */
export const checkRedisCache =
  ({ client, run }: RedisServer, key: string) =>
  async (): Promise<void> =>
    void (await run(() => client.set(key, 'ready', 'PX', 1000), checkDeadlineMs));

const ignore = () => {};
