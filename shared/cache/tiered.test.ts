import { expect, test } from 'bun:test';
import { testClock } from '../testing/clock.ts';
import { cacheConformance } from './cache.conformance.ts';
import type { Cache } from './cache.ts';
import { memoryCache } from './memory.ts';
import { tieredCache } from './tiered.ts';

const minute = 60_000;

function parts() {
  const clock = testClock();
  const far = memoryCache({ maxBytes: 1e6, clock });
  let asked = 0;
  const counted: Cache = {
    ...far,
    get: (key) => {
      asked++;
      return far.get(key);
    },
  };
  const process = () => tieredCache(memoryCache({ maxBytes: 1e6, clock }), counted, minute);
  return { clock, far, process, asked: () => asked };
}

cacheConformance('near and far', async () => {
  const { clock, process } = parts();
  return { cache: process(), advance: async (ms) => clock.advance(ms), close: async () => {} };
});

test('a text that one process keeps is found by another, which then has it until its own time is over', async () => {
  const { clock, process, asked } = parts();
  const [here, there] = [process(), process()];
  await here.set('a', 'x', 5 * minute);
  for (let i = 0; i < 3; i++) expect(await there.get('a')).toBe('x');
  expect(asked()).toBe(1);
  clock.advance(minute + 1);
  expect(await there.get('a')).toBe('x');
  expect(asked()).toBe(2);
  clock.advance(5 * minute);
  expect(await there.get('a')).toBeUndefined();
});
