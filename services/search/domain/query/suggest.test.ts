import { expect, test } from 'bun:test';
import { memoryCache } from '../../../../shared/cache/memory.ts';
import { testClock } from '../../../../shared/testing/clock.ts';
import { memoryIndex } from '../../adapters/memory/memory-index.ts';
import type { EventDocument } from '../../domain/index/event-document.ts';
import { writePage } from '../../http/search-page.ts';
import { someEvent } from '../../testing.ts';
import { type SearchRequest, searchEvents } from './search-events.ts';
import { suggest } from './suggest.ts';
import type { Suggestions } from './suggested-names.ts';

const events: (Partial<EventDocument> & { id: number })[] = [
  { id: 1, name: 'Rammstein: Stadium Tour', performers: ['Rammstein'], location: 'Waldbühne, Berlin, Germany' },
  { id: 2, name: 'Rammstein: Stadium Tour', performers: ['Rammstein'], location: 'Ullevi, Göteborg, Sweden' },
  { id: 3, name: 'A Tribute to Rammstein', performers: ['Engel'], location: 'Ramada Hall, Leeds, United Kingdom' },
  { id: 4, name: 'Rock am See', performers: ['Ramsay', 'Blur', 'Pulp'], location: 'Bodensee, Konstanz, Germany' },
  { id: 5, name: 'Coldplay', performers: ['Coldplay'], location: 'Arena, Berlin, Germany' },
];

async function start() {
  const index = memoryIndex();
  await index.replaceAll(
    (async function* () {
      yield events.map((event) => {
        const [, city = null] = event.location!.split(', ');
        return someEvent({ city, ...event });
      });
    })(),
    1n,
  );
  const clock = testClock(Date.UTC(2030, 0, 1));
  const deps = { index, clock, cache: memoryCache({ maxBytes: 1e6, clock }) };
  const found = suggest(deps, JSON.stringify);
  const prepare = searchEvents(deps, writePage);
  const search = async (request: SearchRequest) => prepare(request)();
  return {
    suggested: async (q: string, size = 5) => JSON.parse(await found({ q, size })) as Suggestions,
    searched: async (q: string, given = {}) => JSON.parse(await search({ q, page: 1, size: 10, ...given })),
  };
}

test('names are suggested by their kind, the best first and each once', async () => {
  const { suggested } = await start();
  const { events, performers, venues, cities } = await suggested('ramm');
  expect(events.map(({ name }) => name)).toEqual(['Rammstein: Stadium Tour', 'A Tribute to Rammstein']);
  expect([performers, venues, cities]).toEqual([[{ name: 'Rammstein' }], [], []]);
});

test.each([
  ['ramstien', { performers: [{ name: 'Rammstein' }] }],
  ['ramst', { performers: [{ name: 'Rammstein' }], cities: [] }],
  ['berl', { cities: [{ name: 'Berlin' }] }],
  ['gothenb', { cities: [{ name: 'Göteborg' }] }],
  ['wald', { venues: [{ location: 'Waldbühne, Berlin, Germany' }] }],
  ['blur', { performers: [{ name: 'Blur' }] }],
  ['xylophone', { events: [], performers: [], venues: [], cities: [] }],
  ['', { events: [], performers: [], venues: [], cities: [] }],
])('for “%s” come %j', async (q, expected) => {
  const { suggested } = await start();
  expect(await suggested(q)).toMatchObject(expected);
});

test('a name stands where its best event does, though it has worse ones, too', async () => {
  const { suggested, searched } = await start();
  const found = (await searched('stadium berlin')).events.map(({ name }: { name: string }) => name);
  expect([found[0], found.at(-1)]).toEqual(['Rammstein: Stadium Tour', 'Rammstein: Stadium Tour']);
  const { events } = await suggested('stadium berlin');
  expect(events.map(({ name, location }) => [name, location])).toEqual([
    ['Rammstein: Stadium Tour', 'Waldbühne, Berlin, Germany'],
    ['Coldplay', 'Arena, Berlin, Germany'],
  ]);
});

test('what is typed comes before a strange name, and counts from the first letter on', async () => {
  const { suggested } = await start();
  expect((await suggested('r')).performers).toEqual([{ name: 'Rammstein' }, { name: 'Ramsay' }]);
  expect((await suggested('co')).events.map(({ name }) => name)).toEqual(['Coldplay']);
  expect((await suggested('leeds')).venues).toEqual([]);
});

test('of names near a misspelt one the first hits come first', async () => {
  const { suggested } = await start();
  const { events } = await suggested('ramstien');
  expect(events.map(({ uuid, name }) => [uuid.at(-1), name])).toEqual([
    ['1', 'Rammstein: Stadium Tour'],
    ['3', 'A Tribute to Rammstein'],
  ]);
});

test('no more are suggested than were asked for', async () => {
  const { suggested } = await start();
  expect((await suggested('ram', 1)).performers).toHaveLength(1);
});

test.each([
  ['ramstien', undefined],
  ['coldpaly', 'coldplay'],
  ['coldpaly berlni', 'coldplay berlin'],
  ['coldpaly xylophone', 'coldplay'],
  ['coldpaly xylophone kazoo', 'coldplay'],
  ['xylophone kazoo ulevi marimba', 'ullevi'],
  ['coldplay', undefined],
  ['coldplay spring', undefined],
  ['xylophone', undefined],
  ['xylophone kazoo', undefined],
])('a search for “%s”, which finds little, tells that %p was meant', async (q, meant) => {
  const { searched } = await start();
  expect((await searched(q)).did_you_mean).toBe(meant);
});

test('a search explains the scores of its hits when it is asked to', async () => {
  const { searched } = await start();
  expect((await searched('coldplay')).events[0].explanation).toBeUndefined();
  const { events } = await searched('coldplay', { explain: true });
  expect(events[0].explanation[0]).toBe(
    '“coldplay” is in the name of whom the event is about: 100 points, which counts as a word',
  );
});
