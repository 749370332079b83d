import { expect, test } from 'bun:test';
import { createTurns, type Stepwise } from './turns.ts';

/** Turns on a clock that only work moves, with the event loop in the test's hands. */
function start() {
  let nowMs = 0;
  const loop: (() => void)[] = [];
  const turns = createTurns({
    turnMs: 10,
    shareMs: 2,
    now: () => nowMs,
    later: (callback) => void loop.push(callback),
  });
  const done: string[] = [];
  function* work(name: string, steps: number): Stepwise<string> {
    for (let step = 0; step < steps; step++) {
      nowMs++;
      yield;
    }
    return name;
  }
  const run = (name: string, steps: number) => turns.run(work(name, steps)).then((told) => void done.push(told));
  /** Goes once around the loop; returns how long the work then held it. */
  async function turn(): Promise<number> {
    const before = nowMs;
    for (const callback of loop.splice(0)) callback();
    await Promise.resolve();
    await Promise.resolve();
    return nowMs - before;
  }
  return { turns, run, turn, done, nowMs: () => nowMs, isIdle: () => loop.length === 0 };
}

test('all work together holds the loop for one turn at a time', async () => {
  const { run, turn, done, nowMs } = start();
  for (let n = 0; n < 50; n++) void run(`work ${n}`, 20);
  expect(nowMs()).toBe(10);
  const held: number[] = [];
  while (done.length < 50) held.push(await turn());
  expect(Math.max(...held)).toBe(10);
  expect(nowMs()).toBe(1000);
});

test('a short piece beside long ones is done in its first share', async () => {
  const { run, turn, done } = start();
  for (const name of ['long', 'longer']) void run(name, 500);
  void run('short', 1);
  await turn();
  expect(done).toEqual(['short']);
});

test('work that fits in a turn is done within it, and then nothing is left to wake', async () => {
  const { run, turn, done, isIdle } = start();
  void run('one', 3);
  void run('two', 3);
  await Promise.resolve();
  await Promise.resolve();
  expect(done).toEqual(['one', 'two']);
  await turn();
  expect(isIdle()).toBe(true);
});

test('work that throws ends alone', async () => {
  const { turns, run, turn, done } = start();
  function* broken(): Stepwise<string> {
    yield;
    throw new Error('broken');
  }
  const failing = turns.run(broken());
  void run('other', 1);
  await expect(failing).rejects.toThrow('broken');
  await turn();
  expect(done).toEqual(['other']);
});
