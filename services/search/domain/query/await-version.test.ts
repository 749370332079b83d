import { expect, test } from 'bun:test';
import { isAppError } from '../../../../shared/errors.ts';
import { testClock } from '../../../../shared/testing/clock.ts';
import type { Freshness } from '../index/search-index.ts';
import { awaitVersion } from './await-version.ts';

function start() {
  const clock = testClock();
  let looks = 0;
  let fails = false;
  let known: Freshness | undefined;
  let next: Freshness | undefined;
  const index = {
    freshness: () => known,
    lookFreshness: async () => {
      looks++;
      if (fails) throw new Error('away');
      known = next;
      return known;
    },
  };
  const reached = awaitVersion({
    index,
    clock,
    sleep: async (ms) => clock.advance(ms),
  });
  return {
    clock,
    reached,
    looks: () => looks,
    fail: (does: boolean) => {
      fails = does;
    },
    isAt: (position: bigint) => {
      next = { position, atMs: 0 };
    },
  };
}

test('a version that the index is known to have is not waited for, nor looked for', async () => {
  const { reached, isAt, looks } = start();
  isAt(10n);
  await reached(10n);
  await reached(9n);
  expect(looks()).toBe(1);
});

test('a hundred that wait share each look, and each ends when its own version is there', async () => {
  const { reached, isAt, looks } = start();
  isAt(5n);
  const early = reached(5n);
  const late = Promise.all(Array.from({ length: 100 }, () => reached(20n)));
  await early;
  expect(looks()).toBe(1);
  isAt(20n);
  await late;
  expect(looks()).toBeLessThan(10);
});

test('a version that does not come in two seconds is `unavailable`, in a sentence that says so', async () => {
  const { reached, isAt, clock, looks } = start();
  isAt(5n);
  const begun = clock.now();
  const error = await reached(6n).catch((error) => error);
  expect(isAppError(error, 'unavailable')).toBe(true);
  expect(error.message).toContain('min_version');
  expect(clock.now() - begun).toBeWithin(2000, 2051);
  expect(looks()).toBeWithin(30, 50);
  isAt(6n);
  await reached(6n);
});

test('a look that fails is made up for by the next, and its error tells why when none comes', async () => {
  const { reached, isAt, fail } = start();
  fail(true);
  expect(await reached(1n).catch((error) => error.message)).toBe('away');
  const waiting = reached(1n);
  isAt(1n);
  fail(false);
  await waiting;
});
