import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { EventDocument } from '../../domain/index/event-document.ts';
import { editsAllowed, words } from '../../domain/query/text.ts';
import { someEvent } from '../../testing.ts';
import { searchIndexConformance } from '../search-index.conformance.ts';
import { memoryIndex } from './memory-index.ts';

searchIndexConformance('MiniSearch', async () => ({ index: memoryIndex(), close: async () => {} }));

async function emptyIndex() {
  const index = memoryIndex();
  await index.replaceAll((async function* () {})(), 0n);
  return index;
}

test('the memory index finds, after any changes, the same as a look at every event', async () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 7 });
  const text = fc.array(word, { maxLength: 4 }).map((list) => list.join(' '));
  const change = fc.record({ id: fc.integer({ min: 1, max: 6 }), name: fc.option(text), description: text });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 25 }), text, async (changes, query) => {
      const index = await emptyIndex();
      const kept = new Map<number, EventDocument>();
      for (const [i, { id, name, description }] of changes.entries()) {
        const event = name === null ? undefined : someEvent({ id, name, description });
        if (event) kept.set(id, event);
        else kept.delete(id);
        await index.apply({ upserts: event ? [event] : [], deletes: event ? [] : [id], version: BigInt(i) });
      }
      const found = await index.search({ text: query, now: 0, size: 100 });
      const expected = [...kept.values()].filter((event) => query === '' || matches(event, query));
      expect(found.hits.map((hit) => hit.uuid).sort()).toEqual(expected.map((event) => event.uuid).sort());
      expect(found.total).toBe(expected.length);
    }),
    { numRuns: 300 },
  );
});

const matches = (event: EventDocument, query: string) =>
  words(query, 'query').some((typed) =>
    words(`${event.name} ${event.description}`, 'index').some((word) => edits(typed, word) <= editsAllowed(typed)),
  );

/** One swap of neighbours, else Levenshtein's distance. */
function edits(a: string, b: string): number {
  for (let i = 0; i + 1 < a.length; i++) {
    if (`${a.slice(0, i)}${a[i + 1]}${a[i]}${a.slice(i + 2)}` === b && a !== b) return 1;
  }
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

test('no length of text outweighs the word as typed', async () => {
  const index = await emptyIndex();
  const long = someEvent({ id: 1, name: 'the grand opening of a store on the corner of the old market square' });
  const short = Array.from({ length: 5 }, (_, i) => someEvent({ id: i + 2, name: 'stone' }));
  await index.apply({ upserts: [...short, long], deletes: [], version: 1n });
  const { hits, total } = await index.search({ text: 'store', now: 0, size: 10 });
  expect([hits[0]?.name, total]).toEqual([long.name, 6]);
});

test('three common words of the query are worth more than a rare one', async () => {
  const index = await emptyIndex();
  const common = ['summer', 'garden', 'party'].flatMap((word, i) =>
    Array.from({ length: 30 }, (_, j) => someEvent({ id: 100 * i + j + 1, name: `${word} a b` })),
  );
  const all = someEvent({ id: 1001, name: 'summer garden party' });
  const rare = someEvent({ id: 1002, name: 'xylophone a b' });
  await index.apply({ upserts: [...common, rare, all], deletes: [], version: 1n });
  const { hits } = await index.search({ text: 'summer garden party xylophone', now: 0, size: 2 });
  expect(hits.map((hit) => hit.name)).toEqual([all.name, rare.name]);
});

test('all events are found, also when more have come since the last search', async () => {
  const index = await emptyIndex();
  for (const [version, count] of [1, 1000, 1100, 5000].entries()) {
    const upserts = Array.from({ length: count }, (_, i) => someEvent({ id: i + 1, name: 'gala' }));
    await index.apply({ upserts, deletes: [], version: BigInt(version) });
    const { hits, total } = await index.search({ text: 'gala', now: 0, size: 10, from: count - 1 });
    expect([total, hits.map((hit) => hit.uuid)]).toEqual([count, [upserts.at(-1)!.uuid]]);
  }
});

test('indexing lets other work have its turn', async () => {
  const index = await emptyIndex();
  const events = Array.from({ length: 3000 }, (_, i) =>
    someEvent({ id: i + 1, description: `${'many words '.repeat(50)} w${i}` }),
  );
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await index.apply({ upserts: events, deletes: [], version: 1n });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});
