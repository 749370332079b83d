import { expect, test } from 'bun:test';
import { withTimeout } from './with-timeout.ts';

test('work that is late is given up, and its owner is told', async () => {
  let told = 0;
  await expect(
    withTimeout(
      () => new Promise(() => {}),
      5,
      () => told++,
    ),
  ).rejects.toThrow('no answer in 5 ms');
  expect(told).toBe(1);
});

test('work in time has its outcome, and nobody is told', async () => {
  let told = 0;
  expect(
    await withTimeout(
      async () => 'done',
      20,
      () => told++,
    ),
  ).toBe('done');
  await expect(
    withTimeout(
      () => Promise.reject(new Error('broken')),
      20,
      () => told++,
    ),
  ).rejects.toThrow('broken');
  await Bun.sleep(30);
  expect(told).toBe(0);
});
