/**
 * Port: texts kept for a while. A cache may forget anything at any time, and no caller may depend on it. An adapter
 * returns `undefined` for a text that is absent, expired or unreadable, and never throws because its server is away.
 */
export type Cache = {
  get(key: string): Promise<string | undefined>;
  /** Keeps `value` for at most `ttlMs` milliseconds. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
};

export type CacheObserver = (outcome: 'hit' | 'miss') => void;

/**
 * Reads through a cache. Callers that miss the same key at the same time share one `load`, so that a cold cache under a
 * rush costs one database read per process. A failed load fails all of its callers, and is not kept. A text that is no
 * longer `usable` is loaded anew, whether it was cached or shared; a caller's own load is always usable.
 */
export function readThrough(cache: Cache, observe: CacheObserver = () => {}) {
  const loading = new Map<string, Promise<string>>();

  return async function read(
    key: string,
    ttlMs: number,
    load: () => Promise<string>,
    usable: (text: string) => boolean = () => true,
  ): Promise<string> {
    const found = await cache.get(key);
    const kept = found !== undefined && usable(found) ? found : undefined;
    observe(kept === undefined ? 'miss' : 'hit');
    if (kept !== undefined) return kept;
    for (let underway = loading.get(key); underway; underway = loading.get(key)) {
      const text = await underway;
      if (usable(text)) return text;
    }
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
