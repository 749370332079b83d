import { expect, test } from 'bun:test';
import { testClock } from '../../../../shared/testing/clock.ts';
import { sharedReads } from './shared-reads.ts';

const unpaced = { paceMs: 0, crowd: 1 };

/** A read that ends when the test says so. */
function manualRead(pace = unpaced) {
  const reads: { finish(value: number): void; fail(error: Error): void }[] = [];
  const read = () =>
    new Promise<number>((resolve, reject) => {
      reads.push({ finish: resolve, fail: reject });
    });
  const fresh = sharedReads(read, { ...pace, clock: testClock() });
  /** So many callers of one read, which then ends. */
  async function share(callers: number): Promise<void> {
    const answers = Promise.all(Array.from({ length: callers }, () => fresh()));
    await settle();
    reads.at(-1)!.finish(0);
    await answers;
  }
  return { reads, fresh, share };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('callers that arrive together share one read', async () => {
  const { reads, fresh } = manualRead();
  const answers = Promise.all([fresh(), fresh(), fresh()]);
  await settle();
  expect(reads).toHaveLength(1);
  reads[0]!.finish(7);
  expect(await answers).toEqual([7, 7, 7]);
});

test('a caller that arrives during a read waits for the next, which begins after that one ended', async () => {
  const { reads, fresh } = manualRead();
  const first = fresh();
  await settle();
  const [second, third] = [fresh(), fresh()];
  await settle();
  expect(reads).toHaveLength(1);
  reads[0]!.finish(1);
  expect(await first).toBe(1);
  await settle();
  expect(reads).toHaveLength(2);
  reads[1]!.finish(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
});

test('a failed read fails its own callers, and no later ones', async () => {
  const { reads, fresh } = manualRead();
  const first = fresh();
  await settle();
  const second = fresh();
  reads[0]!.fail(new Error('down'));
  await expect(first).rejects.toThrow('down');
  await settle();
  reads[1]!.finish(2);
  expect(await second).toBe(2);
});

test('a rush of callers costs a bounded number of reads', async () => {
  let reads = 0;
  const fresh = sharedReads(
    async () => {
      await settle();
      return ++reads;
    },
    { ...unpaced, clock: testClock() },
  );
  const answers: Promise<number>[] = [];
  for (let i = 0; i < 1000; i++) answers.push(fresh());
  await Promise.all(answers);
  expect(reads).toBe(1);
});

test('reads of a few callers follow one another at once, and those of a crowd do not', async () => {
  const { reads, fresh, share } = manualRead({ paceMs: 60_000, crowd: 3 });
  await share(2);
  await share(2);
  expect(reads).toHaveLength(2);
  void fresh();
  await settle();
  expect(reads).toHaveLength(3);
  const crowd = [fresh(), fresh(), fresh()];
  reads[2]!.finish(0);
  await settle();
  expect([reads.length, crowd.length]).toEqual([3, 3]);
});

test('a result is not kept when its read has ended', async () => {
  const kept: (() => Promise<object>)[] = [];
  const results: WeakRef<object>[] = [];
  for (let i = 0; i < 20; i++) {
    const fresh = sharedReads(
      async () => {
        const result = { seats: new Array(1000).fill(i) };
        results.push(new WeakRef(result));
        return result;
      },
      { ...unpaced, clock: testClock() },
    );
    await fresh();
    kept.push(fresh);
  }
  await settle();
  Bun.gc(true);
  // The stack may still show one or two to the collector.
  expect(results.filter((one) => one.deref() !== undefined).length).toBeLessThan(5);
  expect(kept).toHaveLength(20);
});
