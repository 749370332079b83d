import { expect, test } from 'bun:test';
import { someEvent } from '../../testing.ts';
import { searchIndexConformance } from '../search-index.conformance.ts';
import { memoryIndex } from './memory-index.ts';

searchIndexConformance('memory', async () => ({ index: memoryIndex(), close: async () => {} }));

async function emptyIndex() {
  const index = memoryIndex();
  await index.replaceAll((async function* () {})(), 0n);
  return index;
}

test('no length of text outweighs the word as typed', async () => {
  const index = await emptyIndex();
  const long = someEvent({ id: 1, name: 'the grand opening of a store on the corner of the old market square' });
  const short = Array.from({ length: 5 }, (_, i) => someEvent({ id: i + 2, name: 'stone' }));
  await index.apply({ upserts: [...short, long], deletes: [], version: 1n });
  const { hits, total } = await index.search({ text: 'store', now: 0, size: 10 });
  expect([hits[0]?.name, total]).toEqual([long.name, 6]);
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
