import { expect, test } from 'bun:test';
import { batched } from './batched.ts';

/** A store whose reads end when the test says so. */
function slowStore() {
  const reads: { keys: number[]; end(): void; fail(error: Error): void }[] = [];
  const read = (keys: number[]) =>
    new Promise<Map<number, string>>((resolve, reject) => {
      const end = () => resolve(new Map(keys.filter((key) => key > 0).map((key) => [key, `v${key}`])));
      reads.push({ keys, end, fail: reject });
    });
  return { reads, read };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test('calls of one turn are one read, each key once; a missing key is undefined', async () => {
  const { reads, read } = slowStore();
  const get = batched(read);
  const answers = Promise.all([get(1), get(2), get(1), get(-1)]);
  await turn();
  expect(reads.map(({ keys }) => keys)).toEqual([[1, 2, -1]]);
  reads[0]!.end();
  expect(await answers).toEqual(['v1', 'v2', 'v1', undefined]);
});

test('a call during a read gets the result of the next one, even for the same key', async () => {
  const { reads, read } = slowStore();
  const get = batched(read, { atOnce: 1 });
  const first = get(1);
  await turn();
  const second = get(1);
  await turn();
  expect(reads).toHaveLength(1);
  reads[0]!.end();
  expect(await first).toBe('v1');
  await turn();
  expect(reads).toHaveLength(2);
  reads[1]!.end();
  expect(await second).toBe('v1');
});

test('concurrent reads and keys per read are bounded', async () => {
  const { reads, read } = slowStore();
  const get = batched(read, { atOnce: 2, most: 10 });
  const answers: Promise<unknown>[] = [];
  for (let key = 1; key <= 50; key++) {
    answers.push(get(key));
    await turn();
  }
  expect(reads).toHaveLength(2);
  while (reads.length > 0) {
    reads.shift()!.end();
    await turn();
  }
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 50 }, (_, i) => `v${i + 1}`));
});

test('a failed read fails its callers, and no later ones', async () => {
  const { reads, read } = slowStore();
  const get = batched(read);
  const failed = Promise.allSettled([get(1), get(2)]);
  await turn();
  reads[0]!.fail(new Error('down'));
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const next = get(1);
  await turn();
  reads[1]!.end();
  expect(await next).toBe('v1');
});
