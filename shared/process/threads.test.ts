import { afterEach, expect, test } from 'bun:test';
import { work } from './threads.harness.ts';
import { inThisThread, inThreads, type ThreadOptions } from './threads.ts';

const file = new URL('./threads.harness.ts', import.meta.url);
const usual = { about: 'plans', most: 1, waiting: 5, timeLimitMs: 30_000, idleMs: 30_000 };

let close = async () => {};
afterEach(() => close());

function threads(options: Partial<ThreadOptions> = {}) {
  const opened = inThreads(work, file, { ...usual, ...options });
  close = opened.close;
  return opened.work;
}

const ended = {
  code: 'unavailable',
  message: 'The work on the plans ended before it was done; send the request again in a moment',
};

test('a thread returns what the calculation does, and moves bytes', async () => {
  const { double, bytes } = threads();
  expect(await double(21)).toBe(42);
  expect(await bytes(3)).toEqual(new Uint8Array([7, 7, 7]));
  expect(await inThisThread(work).double(4)).toBe(8);
});

test('the event loop goes on while a thread is at work', async () => {
  const { double, block } = threads();
  await double(1);
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  await block(500);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(20);
});

test('an error of a calculation is the caller’s, and the thread goes on', async () => {
  const { refuse, double } = threads();
  await expect(refuse('a bug')).rejects.toThrow('a bug');
  expect(await double(1)).toBe(2);
});

test('a thread that dies is an error with a sentence, also for none but its own call, and the next has a new one', async () => {
  const { exit, block, double } = threads();
  const dead = exit(3);
  const next = double(1);
  await expect(dead).rejects.toMatchObject({ ...ended, cause: { message: 'the thread has ended, with code 3' } });
  expect(await next).toBe(2);
  const { fail } = threads();
  await fail();
  await expect(block(0).then(() => double(2))).resolves.toBe(4);
});

test('a call that takes too long is ended with its thread', async () => {
  const { block, double } = threads({ timeLimitMs: 300 });
  await expect(block(60_000)).rejects.toMatchObject(ended);
  expect(await threads().double(2)).toBe(4);
  expect(double).toBeDefined();
});

test('calls beyond those that may wait are refused at once, and those before are done in their order', async () => {
  const { block, double } = threads({ waiting: 2 });
  const first = block(100);
  const order: number[] = [];
  const waiting = [1, 2].map((n) => double(n).then((value) => void order.push(value)));
  await expect(double(3)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Too many plans are at work; send the request again in a moment',
  });
  await Promise.all([first, ...waiting]);
  expect(order).toEqual([2, 4]);
});

test('a file that can’t be run is an error of each call', async () => {
  const { work: lost } = inThreads(work, new URL('./no-such-file.ts', import.meta.url), usual);
  await expect(lost.double(1)).rejects.toMatchObject(ended);
  await expect(lost.double(1)).rejects.toMatchObject(ended);
});

test('a thread without work ends, and another one takes the next call; closing ends calls, too', async () => {
  const { double } = threads({ idleMs: 1 });
  expect(await double(1)).toBe(2);
  await Bun.sleep(30);
  expect(await double(2)).toBe(4);
  const { block } = threads();
  const cut = block(60_000);
  void close();
  await expect(cut).rejects.toMatchObject(ended);
});
