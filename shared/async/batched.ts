export type BatchedOptions = {
  /** Reads under way at most; whoever comes meanwhile is gathered into the next. One makes the largest, and the fewest. */
  atOnce?: number;
  /** Keys of one read at most. */
  most?: number;
};

type Waiting<K, V> = { key: K; resolve(value: V | undefined): void; reject(error: unknown): void };

/**
 * Reads one key at a time for its callers and many at a time from the store: under a rush a few large reads take the
 * place of thousands of small ones. Every answer comes from a read that began after its call. `read` must end in time.
 */
export function batched<K, V>(
  read: (keys: K[]) => Promise<Map<K, V>>,
  { atOnce = 1, most = 500 }: BatchedOptions = {},
): (key: K) => Promise<V | undefined> {
  let waiting: Waiting<K, V>[] = [];
  let underway = 0;

  async function readNext(): Promise<void> {
    const batch = waiting.slice(0, most);
    waiting = waiting.slice(most);
    try {
      const found = await read([...new Set(batch.map(({ key }) => key))]);
      for (const { key, resolve } of batch) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function readAll(): Promise<void> {
    underway++;
    // What comes in the same turn goes along.
    await Promise.resolve();
    while (waiting.length > 0) await readNext();
    underway--;
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (underway < atOnce) void readAll();
    });
}
