/**
 * Port: texts kept for a while. A cache may forget anything at any time, and no caller may depend on it.
 * An adapter answers `undefined` for what is absent, expired or unreadable, and never throws because its server is away.
 */
export type Cache = {
  get(key: string): Promise<string | undefined>;
  /** Keeps `value` for at most `ttlMs` milliseconds. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
};

export type CacheObserver = (outcome: 'hit' | 'miss') => void;

/**
 * Reads through a cache. Callers that miss the same key at the same time share one `load`, so that a cold cache under
 * a rush asks the database once a process. A load that fails fails all who waited for it, and is not kept.
 */
export function readThrough(cache: Cache, observe: CacheObserver = () => {}) {
  const loading = new Map<string, Promise<string>>();

  return async function read(key: string, ttlMs: number, load: () => Promise<string>): Promise<string> {
    const kept = await cache.get(key);
    observe(kept === undefined ? 'miss' : 'hit');
    if (kept !== undefined) return kept;
    const underway = loading.get(key);
    if (underway) return underway;
    const started = load()
      .then(async (value) => {
        await cache.set(key, value, ttlMs);
        return value;
      })
      .finally(() => loading.delete(key));
    loading.set(key, started);
    return started;
  };
}
