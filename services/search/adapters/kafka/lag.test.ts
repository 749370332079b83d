import { expect, test } from 'bun:test';
import { createAge } from './lag.ts';

const clock = { nowMs: 0, now: () => clock.nowMs };

const partition = (high: bigint, committed: bigint) => [{ topic: 't', partition: 0, low: 0n, high, committed }];

test('messages that wait grow older until they are handled', () => {
  const age = createAge(clock);
  expect(age(partition(5n, 4n))).toBe(0);
  clock.nowMs += 2000;
  expect(age(partition(7n, 4n))).toBe(2);
  clock.nowMs += 1000;
  expect(age(partition(7n, 5n))).toBe(1);
  expect(age(partition(7n, 7n))).toBe(0);
});

test('a topic that was made anew begins with nothing waiting', () => {
  const age = createAge(clock);
  age(partition(5000n, 4000n));
  clock.nowMs += 60_000;
  expect(age(partition(3n, 3n))).toBe(0);
  clock.nowMs += 60_000;
  expect(age(partition(3n, 3n))).toBe(0);
});
