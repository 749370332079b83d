import { beforeAll, describe, expect, test } from 'bun:test';
import type { SearchIndex } from '../../domain/index/search-index.ts';
import { someEvent } from '../../testing.ts';
import { memoryIndex } from './memory-index.ts';
import { createTurns, stepsAtOnce } from './turns.ts';

/** Words that differ in any two places, so that all of them are near each other. */
const letters = 'abcdefgh';
const word = (n: number) => Array.from({ length: 6 }, (_, at) => letters[Math.floor(n / 8 ** at) % 8]).join('');
const events = 6000;

async function* catalogue() {
  for (let id = 1; id <= events; id++) {
    const own = [1, 2, 3, 4].map((n) => word(id * 37 + n * 7919)).join(' ');
    yield [someEvent({ id, name: `Gala ${own}`, date: `2030-0${1 + (id % 9)}-01T19:00:00Z` })];
  }
}

const hostile = {
  'as many misspelt words as fit': `gala ${Array.from({ length: 15 }, (_, n) => word(n * 4099 + 5)).join(' ')}`,
  'a word of every event': 'gala',
  'a word of every event, misspelt': 'gale',
  'no word': '',
};

describe('searches that take much work', () => {
  let index: SearchIndex;
  let stops = 0;
  const now = () => {
    stops++;
    return performance.now();
  };
  beforeAll(async () => {
    index = memoryIndex({ turns: createTurns({ now }) });
    await index.replaceAll(catalogue(), 1n);
  });

  test.each(Object.entries(hostile))('pause again and again: %s', async (_, text) => {
    stops = 0;
    const { total } = await index.search({ text, now: 0, size: 10, from: events / 2 });
    // Each that is found is looked at, listed, ordered and asked for its date, and stops are due between.
    expect(stops).toBeGreaterThan((3 * total) / stepsAtOnce);
    expect(stops).toBeGreaterThan(3);
  });

  test('let others have their turn, however many come at once', async () => {
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns++;
      if (!isOver) setTimeout(count, 0);
    };
    setTimeout(count, 0);
    const asked = Array.from({ length: 60 }, (_, n) => {
      const text = Array.from({ length: 28 }, (__, at) => word(n * 8191 + at * 4099)).join(' ');
      return index.search({ text, now: 0, size: 10 });
    });
    await Promise.allSettled(asked);
    isOver = true;
    expect(turns).toBeGreaterThan(5);
  });
});

describe('a search that is paused', () => {
  /** An index whose work goes on only when it is told to. */
  async function start() {
    const loop: (() => void)[] = [];
    let nowMs = 0;
    const turns = createTurns({
      turnMs: 3,
      shareMs: 1,
      now: () => nowMs++,
      later: (callback) => void loop.push(callback),
    });
    const index = memoryIndex({ turns });
    const settle = async <T>(work: Promise<T>): Promise<T> => {
      let isOver = false;
      const ended = work.finally(() => {
        isOver = true;
      });
      ended.catch(() => {});
      while (!isOver) {
        for (const callback of loop.splice(0)) callback();
        await Promise.resolve();
      }
      return ended;
    };
    await settle(index.replaceAll(catalogue(), 1n));
    return { index, settle };
  }

  test('goes on in the state of the index that it began in; the next search finds later changes', async () => {
    const { index, settle } = await start();
    const before = index.search({ text: 'gala', now: 0, size: 1, from: events - 1 });
    const deletes = Array.from({ length: 100 }, (_, n) => n + 1);
    const changed = index.apply({ upserts: [someEvent({ id: 9999, name: 'Gala' })], deletes, version: 2n });
    const after = index.search({ text: 'gala', now: 0, size: 1 });
    expect((await settle(before)).total).toBe(events);
    await settle(changed);
    await settle(after);
    expect((await settle(index.search({ text: 'gala', now: 0, size: 1 }))).total).toBe(events - 99);
  });

  test('finds what it finds alone, whatever others look for beside it', async () => {
    const { index, settle } = await start();
    const queries = (['date', 'popularity'] as const).map((sort) => ({ text: '', sort, now: 0, size: 3, from: 500 }));
    const alone = [];
    for (const query of queries) alone.push(await settle(index.search(query)));
    const together = await settle(Promise.all(queries.map((query) => index.search(query))));
    expect(together).toEqual(alone);
  });
});
