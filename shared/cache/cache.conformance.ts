import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type Cache, readThrough } from './cache.ts';

export type CacheHarness = {
  cache: Cache;
  /** Lets `ms` pass for the cache, without waiting. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
};

/** The conformance suite of caches. */
export function cacheConformance(name: string, start: () => Promise<CacheHarness>): void {
  describe(`cache: ${name}`, () => {
    let harness: CacheHarness;
    let key: string;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness.close());
    const fresh = () => {
      key = `test:${randomUUID()}`;
      return harness.cache;
    };

    test('an absent key is undefined', async () => {
      expect(await fresh().get(key)).toBeUndefined();
    });

    test('returns the text that was set, with any characters', async () => {
      const cache = fresh();
      for (const text of ['x', '{"a":"é✓ 日本"}', 'line\nline\0nul', '']) {
        await cache.set(key, text, 60_000);
        expect(await cache.get(key)).toBe(text);
      }
    });

    test('the last write wins', async () => {
      const cache = fresh();
      await cache.set(key, 'first', 60_000);
      await cache.set(key, 'second', 60_000);
      expect(await cache.get(key)).toBe('second');
    });

    test('a text is gone after its time, not before', async () => {
      const cache = fresh();
      await cache.set(key, 'x', 60_000);
      await harness.advance(30_000);
      expect(await cache.get(key)).toBe('x');
      await harness.advance(31_000);
      expect(await cache.get(key)).toBeUndefined();
    });

    test('setting again starts the time again', async () => {
      const cache = fresh();
      await cache.set(key, 'x', 60_000);
      await harness.advance(50_000);
      await cache.set(key, 'y', 60_000);
      await harness.advance(50_000);
      expect(await cache.get(key)).toBe('y');
    });

    test('delete removes a text, and does nothing without one', async () => {
      const cache = fresh();
      await cache.set(key, 'x', 60_000);
      await cache.delete(key);
      await cache.delete(key);
      expect(await cache.get(key)).toBeUndefined();
    });

    test('readThrough: a hundred misses at once load once; a failure is not kept', async () => {
      const cache = fresh();
      const read = readThrough(cache);
      let loads = 0;
      const load = async () => {
        loads++;
        await Promise.resolve();
        return 'loaded';
      };
      await expect(read(key, 60_000, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
      const answers = await Promise.all(Array.from({ length: 100 }, () => read(key, 60_000, load)));
      expect(new Set(answers)).toEqual(new Set(['loaded']));
      expect(loads).toBe(1);
      expect(await read(key, 60_000, load)).toBe('loaded');
      expect(loads).toBe(1);
    });
  });
}
