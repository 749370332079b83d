import { expect, test } from 'bun:test';
import { eachLimit } from './each-limit.ts';

test('eachLimit does all of the work, no more at once than it may', async () => {
  const done: number[] = [];
  let [underWay, most] = [0, 0];
  await eachLimit([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++underWay);
    await Bun.sleep(0);
    underWay--;
    done.push(item);
  });
  expect([done.sort(), most]).toEqual([[1, 2, 3, 4, 5], 2]);
  await eachLimit([], 2, async () => {});
});

test('eachLimit throws the first failure when all have been tried', async () => {
  const tried: number[] = [];
  const failing = eachLimit([1, 2, 3], 1, async (item) => {
    tried.push(item);
    if (item < 3) throw new Error(`no ${item}`);
  });
  await expect(failing).rejects.toThrow('no 1');
  expect(tried).toEqual([1, 2, 3]);
});
