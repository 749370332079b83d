import { describe, expect, test } from 'bun:test';
import { memoryCache } from '../../../../shared/cache/memory.ts';
import { isAppError, unavailable } from '../../../../shared/errors.ts';
import { testClock } from '../../../../shared/testing/clock.ts';
import { memoryIndex } from '../../adapters/memory/memory-index.ts';
import { writePage } from '../../http/search-page.ts';
import { someEvent } from '../../testing.ts';
import { normalise, type SearchRequest, searchEvents } from './search-events.ts';

async function start(names: string[], isBuilt = true) {
  const clock = testClock(Date.UTC(2030, 0, 1));
  const index = memoryIndex();
  const put = (list: string[]) =>
    index.apply({ upserts: list.map((name, i) => someEvent({ id: i + 1, name })), deletes: [], version: 1n });
  if (isBuilt) await index.replaceAll(noDocuments(), 0n);
  await put(names);
  let searches = 0;
  let gate = Promise.resolve();
  const counted: typeof index = {
    ...index,
    search: async (query) => {
      searches++;
      const found = await index.search(query);
      await gate;
      return found;
    },
  };
  const cache = memoryCache({ maxBytes: 1e6, clock });
  const prepare = searchEvents({ index: counted, cache, clock }, writePage);
  const search = async (request: SearchRequest) => prepare(request)();
  /** Searches end only after the returned function has been called. */
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { clock, put, prepare, search, index, cache, hold, searches: () => searches };
}

async function* noDocuments() {}

const request = (given: object) => ({ q: '', page: 1, size: 10, ...given });

test('a page comes without a suggestion when the index goes away meanwhile', async () => {
  const { index, cache, clock } = await start(['Opera']);
  let searches = 0;
  const leaving: typeof index = {
    ...index,
    search: (query) =>
      ++searches > 2 ? Promise.reject(unavailable('Elasticsearch', new Error())) : index.search(query),
  };
  const search = searchEvents(
    { index: leaving, cache, clock },
    writePage,
  )(request({ q: 'opera xylophone kazoo banjo' }));
  expect(JSON.parse(await search())).toMatchObject({ events: [], total: 0 });
  expect(searches).toBeGreaterThan(2);
});

test('the result is the body itself', async () => {
  const { search } = await start(['Opera']);
  expect(await search(request({ q: 'opera' }))).toBe(
    '{"events":[{"uuid":"00000000-0000-4000-8000-000000000001","name":"Opera","description":"",' +
      '"date":"2030-06-01T19:00:00Z","location":"","currency":null,"performers":[],"city":null,"country":null,' +
      '"time_zone":null,"category":null,"price_from":null,"availability":{"free":null},' +
      '"on_sale":{"from":null,"until":null,"state":"open"},"image":null,"score":49327}],"total":1,"page":1,"size":10}',
  );
  expect(JSON.parse(await search(request({ q: 'xylophone', page: 3, size: 5 })))).toEqual({
    events: [],
    total: 0,
    page: 3,
    size: 5,
  });
});

test.each([
  ['  Opera\t NIGHT \n', 'opera night'],
  ['e\u0301toile', 'étoile'],
  ['   ', ''],
])('%j is %j', (q, expected) => expect(normalise(q)).toBe(expected));

test('queries that mean the same share one search, until five minutes have passed', async () => {
  const { search, searches, clock } = await start(['Opera']);
  const first = await search(request({ q: 'Opera' }));
  expect(await search(request({ q: '  oPERA ' }))).toBe(first);
  clock.advance(4 * 60_000);
  await search(request({ q: 'opera' }));
  expect(searches()).toBe(1);
  clock.advance(61_000);
  await search(request({ q: 'opera' }));
  expect(searches()).toBe(2);
});

describe('a misspelt beginning', () => {
  test('is looked for where nothing else is found, on every page, and explained', async () => {
    const { search, searches, put } = await start(['Rammstein', 'Rammstein', 'Rammstein', 'Rampart']);
    const found = async (more: Partial<SearchRequest>) =>
      JSON.parse(await search(request({ q: 'rmams', size: 2, explain: true, highlight: true, ...more })));
    const first = await found({});
    expect([first.total, first.events.length]).toEqual([3, 2]);
    expect(first.events[0].highlight.name).toBe('<em>Rammstein</em>');
    expect(first.events[0].explanation).toEqual([
      '“rmams” is in the names, or in the place, as “rammstein”, whose beginning is one edit away at most: ' +
        '12 points, which counts half as a word',
    ]);
    expect((await found({ page: 2 })).events).toHaveLength(1);
    expect(searches()).toBe(4);
    await put(['Rmams']);
    const rest = await found({ cursor: first.next_cursor });
    expect([rest.total, rest.events.map(({ name }: { name: string }) => name)]).toEqual([3, ['Rammstein']]);
    expect([rest.next_cursor, searches()]).toEqual([undefined, 5]);
    expect((await found({})).events.map(({ name }: { name: string }) => name)).toEqual(['Rmams']);
  });

  test('is not looked for where something is found, or the words are too short', async () => {
    const { search, searches } = await start(['Rammstein', 'Ramst']);
    expect(JSON.parse(await search(request({ q: 'ramst' }))).total).toBe(1);
    expect(JSON.parse(await search(request({ q: 'rmam' }))).total).toBe(0);
    expect(searches()).toBe(2);
  });
});

test('a search for tonight is made anew when a day begins somewhere', async () => {
  const { clock, search, index, searches } = await start([]);
  const event = { id: 1, date: '2030-01-01T06:00:00Z', local_date: '2030-01-01', time_zone: 'America/New_York' };
  await index.apply({ upserts: [someEvent(event)], deletes: [], version: 2n });
  const total = async (q: string) => JSON.parse(await search(request({ q }))).total;
  clock.advance(Date.parse('2030-01-01T04:59:59Z') - clock.now());
  expect([await total('tonight'), await total('january')]).toEqual([0, 1]);
  expect(searches()).toBe(2);
  clock.advance(1000);
  expect([await total('tonight'), await total('january')]).toEqual([1, 1]);
  expect(searches()).toBe(3);
});

describe('an event that has begun', () => {
  const begin = Date.UTC(2030, 0, 1, 0, 1);
  const iso = (ms: number) => new Date(ms).toISOString().replace('.000', '');
  const program = [
    { id: 1, name: 'Opera opera', date: iso(begin + 60_000) },
    { id: 2, name: 'Opera', date: iso(begin) },
    { id: 3, name: 'Opera of the third day', date: iso(begin + 120_000) },
  ];

  test.each([
    ['on the page', request({ q: 'opera' })],
    ['on another page', request({ q: 'opera', size: 1 })],
    ['on an earlier page', request({ q: '', size: 1, page: 3 })],
  ])('is neither found nor counted, whatever is cached: %s', async (_, query) => {
    const { clock, search, index, searches } = await start([]);
    await index.apply({ upserts: program.map(someEvent), deletes: [], version: 2n });
    const total = async () => JSON.parse(await search(query)).total;
    expect(await total()).toBe(3);
    clock.advance(59_999);
    expect(await total()).toBe(3);
    expect(searches()).toBe(1);
    clock.advance(1);
    expect(await total()).toBe(3);
    clock.advance(1);
    expect(await total()).toBe(2);
    const { events } = JSON.parse(await search(request({ q: 'opera' })));
    expect(events.map(({ date }: { date: string }) => date)).not.toContain(iso(begin));
    clock.advance(60_000);
    expect(await total()).toBe(1);
  });

  test('is not found by a caller who waits for another’s search, either', async () => {
    const { clock, search, index, hold } = await start([]);
    await index.apply({ upserts: program.map(someEvent), deletes: [], version: 2n });
    clock.advance(60_000);
    const release = hold();
    const early = search(request({ q: 'opera' }));
    await Bun.sleep(0);
    clock.advance(1);
    const late = search(request({ q: 'opera' }));
    await Bun.sleep(0);
    release();
    expect([JSON.parse(await early).total, JSON.parse(await late).total]).toEqual([3, 2]);
  });

  test('an unreadable entry of a shared cache is not used', async () => {
    for (const text of ['', ' ', '{}', '{"events":[]} x', 'x {}', '1 {}']) {
      const { search, cache, index } = await start(['Opera']);
      await cache.set(`search:2:${await index.generation()}:2030-01-01:opera:1:10`, text, 60_000);
      expect(JSON.parse(await search(request({ q: 'opera' }))).total).toBe(1);
    }
  });
});

describe('a sale that begins', () => {
  const begins = Date.UTC(2030, 0, 1, 0, 1);
  const event = { id: 1, name: 'Opera', on_sale_from: new Date(begins).toISOString() };
  const startSale = async () => {
    const started = await start([]);
    await started.index.apply({ upserts: [someEvent(event)], deletes: [], version: 2n });
    return started;
  };

  test('shows at its moment, whatever is cached', async () => {
    const { search, clock, searches } = await startSale();
    const state = async () => JSON.parse(await search(request({ q: 'opera' }))).events[0].on_sale.state;
    expect(await state()).toBe('not_yet');
    clock.advance(59_999);
    expect([await state(), searches()]).toEqual(['not_yet', 1]);
    clock.advance(1);
    expect([await state(), searches()]).toEqual(['open', 2]);
  });

  test('is found at its moment, whatever is cached', async () => {
    const { search, clock, searches } = await startSale();
    const total = async () => JSON.parse(await search(request({ filters: { onSale: 'now' } }))).total;
    expect(await total()).toBe(0);
    clock.advance(59_999);
    expect([await total(), searches()]).toEqual([0, 1]);
    clock.advance(1);
    expect([await total(), searches()]).toEqual([1, 2]);
  });
});

test('a sort, facets and marked words are each a page of their own', async () => {
  const { search, searches } = await start(['Opera']);
  const asked = [{}, { sort: 'price' }, { facets: ['city'] }, { facets: ['city', 'month'] }, { highlight: true }];
  for (const one of asked) await search(request({ q: 'opera', ...one }));
  expect(searches()).toBe(asked.length);
  await search(request({ q: 'opera', sort: 'relevance' }));
  await search(request({ q: 'opera', facets: ['month', 'city'] }));
  expect(searches()).toBe(asked.length);
});

test('a hit tells its distance, and the words that match', async () => {
  const { search, index } = await start([]);
  const event = someEvent({ id: 1, name: 'Opera & more', coordinates: { lat: 0, lon: 1 } });
  await index.apply({ upserts: [event], deletes: [], version: 2n });
  const near = { lat: 0, lon: 0, radiusKm: 500 };
  const [hit] = JSON.parse(await search(request({ q: 'opera', filters: { near }, highlight: true }))).events;
  expect([hit.distance_km, hit.highlight]).toEqual([111.2, { name: '<em>Opera</em> &amp; more', performers: [] }]);
});

test('a cursor goes on in its own order alone', async () => {
  const { search } = await start(['Opera', 'Opera']);
  const { next_cursor: cursor } = JSON.parse(await search(request({ size: 1, sort: 'price' })));
  expect(JSON.parse(await search(request({ size: 1, sort: 'price', cursor }))).events).toHaveLength(1);
  for (const sort of [undefined, 'date']) {
    const refused = await search(request({ size: 1, cursor, ...(sort && { sort }) })).catch((error) => error);
    expect(isAppError(refused, 'invalid_request')).toBe(true);
    expect(refused.details.issues).toMatchObject([{ path: 'cursor' }]);
  }
});

test('an index that is not built yet is unavailable', async () => {
  const { search } = await start([], false);
  const refused = await search(request({ q: 'opera' })).catch((error) => error);
  expect(isAppError(refused, 'unavailable')).toBe(true);
});

test('other pages, sizes and words are searches of their own', async () => {
  const { search, searches } = await start(['Opera', 'Opera', 'Opera']);
  const requests = [
    { q: 'opera' },
    { q: 'opera', page: 2 },
    { q: 'opera', size: 2 },
    { q: 'oper' },
    { q: 'opera:2', size: 1 },
  ];
  for (const given of requests) await search(request(given));
  expect(searches()).toBe(requests.length);
});

test('other filters are a search of their own', async () => {
  const { search, searches } = await start(['Opera']);
  for (const filters of [{}, { city: 'Rome' }, { city: 'Oslo' }]) await search(request({ q: 'oper', filters }));
  expect(searches()).toBe(3);
});

test('a change of the index is seen at once', async () => {
  const { search, put } = await start(['Opera']);
  expect(JSON.parse(await search(request({ q: 'opera' }))).total).toBe(1);
  await put(['Opera', 'Opera']);
  expect(JSON.parse(await search(request({ q: 'opera' }))).total).toBe(2);
});

test('a search that is prepared once finds what the index and the clock have each time', async () => {
  const { clock, put, prepare } = await start(['Opera']);
  const search = prepare(request({ q: 'opera' }));
  const total = async () => JSON.parse(await search()).total;
  expect(await total()).toBe(1);
  await put(['Opera', 'Opera again']);
  expect(await total()).toBe(2);
  clock.advance(Date.UTC(2030, 5, 2) - clock.now());
  expect(await total()).toBe(0);
});

test('cursors go through all results, and count the pages on', async () => {
  const { search } = await start(Array.from({ length: 23 }, (_, i) => `Gala ${i}`));
  const names: string[] = [];
  const pages: number[] = [];
  let cursor: string | undefined;
  do {
    const body = JSON.parse(
      await search(request({ q: 'gala', size: 10, page: cursor ? 99 : 1, ...(cursor && { cursor }) })),
    );
    names.push(...body.events.map((event: { name: string }) => event.name));
    pages.push(body.page);
    expect([body.total, body.size]).toEqual([23, 10]);
    cursor = body.next_cursor;
    if (cursor) expect(cursor).toMatch(/^[\w-]+$/);
  } while (cursor);
  expect(new Set(names).size).toBe(23);
  expect(pages).toEqual([1, 2, 3]);
});

test('a page beyond the 10,000th result asks for a cursor', async () => {
  const { search } = await start(['Opera']);
  await search(request({ page: 100, size: 100 }));
  const refused = await search(request({ page: 101, size: 100 })).catch((error) => error);
  expect(isAppError(refused, 'invalid_request')).toBe(true);
  expect(refused.details.issues).toEqual([{ path: 'page', message: expect.stringContaining('next_cursor') }]);
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test.each([
  ['', '!!', 'abc', encode(null), encode([]), encode([1, 2, 'u']), encode([1, 2, 'u', 2, 5])],
  [encode(['1', 2, 'u', 2]), encode([1, 2.5, 'u', 2]), encode([1, 2, '', 2]), encode([1, 2, 'u', 1])],
  [encode([null, 2, 'u', 2]), encode([1, 2, 'u'.repeat(101), 2]), 'x'.repeat(2000)],
  [
    encode([1, 2, 'u', 2, 5]),
    encode([1, 2, 'u', 2, '']),
    encode([1, 2, 'u', 2, 'a b']),
    encode([1, 2, 'u', 2, 'v', 3]),
  ],
  [encode([1, 2, 'u', 2, 'v'.repeat(2501)]), 'x'.repeat(4001)],
  [encode([1, 253_402_300_800_000, 'u', 2]), encode([1, -62_135_596_800_001, 'u', 2])],
])('cursors that no search has written are refused', async (...cursors) => {
  const { search } = await start(['Opera']);
  for (const cursor of cursors) {
    const refused = await search(request({ cursor })).catch((error) => error);
    expect(isAppError(refused, 'invalid_request')).toBe(true);
    expect(refused.details.issues).toMatchObject([{ path: 'cursor' }]);
  }
});

test('a search with a min_version shows what the index has then, on a page that goes on, too', async () => {
  const { search, put, index } = await start(['Opera one', 'Opera two', 'Opera three']);
  const first = JSON.parse(await search(request({ q: 'opera', size: 1 })));
  const behind = search(request({ q: 'opera', size: 1, minVersion: 9n, cursor: first.next_cursor }));
  await put(['Opera one', 'Opera two', 'Ballet']);
  await index.reached({ position: 9n, atMs: 0 });
  expect(JSON.parse(await behind)).toMatchObject({ total: 2 });
  expect(JSON.parse(await search(request({ q: 'opera', minVersion: 9n })))).toMatchObject({ total: 2 });
  // Without it the list goes on in the state that it began in.
  expect(JSON.parse(await search(request({ q: 'opera', size: 1, cursor: first.next_cursor })))).toMatchObject({
    total: 3,
  });
});
