import type { RedisServer } from '../redis/client.ts';
import type { Cache } from './cache.ts';

/**
 * A cache in Redis, shared by all processes; Redis decides what to drop when its memory is full. While it is away
 * nothing is found and nothing is kept: `redis` should have a short deadline, for every reader waits for it.
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

const ignore = () => {};
