import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import type { Cache } from './cache.ts';

/** A cache in this process, which drops the least recently used texts when `maxBytes` are reached. */
export function memoryCache({ maxBytes, clock }: { maxBytes: number; clock: Clock }): Cache {
  const kept = new LRUCache<string, string>({
    maxSize: maxBytes,
    // JavaScriptCore and V8 store a Latin-1 string in one byte per character, any other in two.
    sizeCalculation: (value, key) => 2 * (value.length + key.length) + 1,
    perf: clock,
    ttlResolution: 0,
    ttl: 1,
  });
  return {
    get: async (key) => kept.get(key),
    set: async (key, value, ttlMs) => void kept.set(key, value, { ttl: ttlMs }),
    delete: async (key) => void kept.delete(key),
  };
}
