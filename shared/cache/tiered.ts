import type { Cache } from './cache.ts';

/**
 * A near cache in front of a far one that others share. Only for keys whose text never changes: the near one does not
 * see another process' writes and deletes. A text of the far cache is kept in the near one for at most `nearMs`.
 */
export function tieredCache(near: Cache, far: Cache, nearMs: number): Cache {
  return {
    async get(key) {
      const kept = await near.get(key);
      if (kept !== undefined) return kept;
      const found = await far.get(key);
      if (found !== undefined) await near.set(key, found, nearMs);
      return found;
    },
    set: async (key, value, ttlMs) => {
      await near.set(key, value, Math.min(ttlMs, nearMs));
      await far.set(key, value, ttlMs);
    },
    delete: async (key) => {
      await near.delete(key);
      await far.delete(key);
    },
  };
}
