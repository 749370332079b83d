export type BatchedOptions = {
  /** The maximum of concurrent reads; later callers wait for the next. 1 makes the largest and fewest reads. */
  atOnce?: number;
  /** The maximum of keys per read. */
  most?: number;
};

type Waiting<K, V> = { key: K; resolve(value: V | undefined): void; reject(error: unknown): void };

/**
 * Reads one key at a time for its callers and many at a time from the store: under a rush a few large reads replace
 * thousands of small ones. Every result comes from a read that began after its call. `read` must have a timeout.
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
    // Calls of the same turn of the event loop join the first read.
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
