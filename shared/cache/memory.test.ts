import { expect, test } from 'bun:test';
import { testClock } from '../testing/clock.ts';
import { cacheConformance } from './cache.conformance.ts';
import { memoryCache } from './memory.ts';

cacheConformance('in this process', async () => {
  const clock = testClock();
  return {
    cache: memoryCache({ maxBytes: 1_000_000, clock }),
    advance: async (ms) => clock.advance(ms),
    close: async () => {},
  };
});

test('the least recently used text is dropped when the cache is full', async () => {
  const cache = memoryCache({ maxBytes: 1000, clock: testClock() });
  await cache.set('a', 'x'.repeat(200), 60_000);
  await cache.set('b', 'x'.repeat(200), 60_000);
  await cache.get('a');
  await cache.set('c', 'x'.repeat(200), 60_000);
  expect([await cache.get('a'), await cache.get('b'), await cache.get('c')].map(Boolean)).toEqual([true, false, true]);
});
