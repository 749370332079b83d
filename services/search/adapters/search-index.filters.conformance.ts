import { beforeEach, describe, expect, test } from 'bun:test';
import type { EventDocument } from '../domain/index/event-document.ts';
import { facetNames } from '../domain/query/facets.ts';
import type { SearchFilters } from '../domain/query/filters.ts';
import {
  type SearchCursor,
  type SearchQuery,
  type SearchResult,
  type SearchSort,
  searchSorts,
} from '../domain/query/search-query.ts';
import { someEvent } from '../testing.ts';

type Put = (...events: (Partial<EventDocument> & { id: number })[]) => Promise<unknown>;
type Search = (text: string, query?: Partial<SearchQuery>) => Promise<SearchResult>;

/** Filters, sorts and facets over a small catalogue: every index finds, orders and counts the same. */
export function filtersConformance(put: Put, search: Search): void {
  const names = async (filters: SearchFilters, query: Partial<SearchQuery> = {}) =>
    (await search('', { filters, size: 50, ...query })).hits.map((hit) => hit.name);

  describe('filters', () => {
    beforeEach(() => put(...catalogue));

    test.each<[filters: SearchFilters, expected: string[]]>([
      [{ from: '2030-03-02' }, ['b', 'c', 'd', 'e', 'f']],
      [{ to: '2030-03-01' }, ['a']],
      [{ from: '2030-03-02', to: '2030-03-02' }, ['b']],
      [{ from: '2030-03-01T23:30:00.000Z', to: '2030-03-01T23:30:00.000Z' }, ['b']],
      [{ from: '2030-03-01T23:30:00.001Z' }, ['c', 'd', 'e', 'f']],
      [{ to: '2030-03-01T23:29:59.999Z' }, ['a']],
      [{ from: '2030-03-02', to: '2030-03-01T23:30:00.000Z' }, ['b']],
      [{ city: 'munchen' }, ['b', 'c']],
      [{ city: 'münch' }, []],
      [{ country: 'DE' }, ['a', 'b', 'c']],
      [{ country: 'FR' }, []],
      [{ venue: 'blue hall' }, ['a']],
      [{ venue: 'blue hall, berlin' }, ['a']],
      [{ venue: '00000000-0000-4000-9000-000000000002' }, ['b', 'c']],
      [{ venue: 'an old place' }, ['f']],
      [{ performer: 'bjork' }, ['a', 'c']],
      [{ performer: 'bj' }, []],
      [{ performer: '!!!' }, ['d']],
      [{ performer: '00000000-0000-4000-8000-00000000000b' }, ['b', 'c']],
      [{ category: 'music' }, ['a', 'b']],
      [{ genre: 'jazz' }, ['b', 'd']],
      [{ currency: 'EUR' }, ['a', 'b', 'c']],
      [{ currency: 'EUR', priceMin: 2000 }, ['a', 'b']],
      [{ currency: 'EUR', priceMin: 2000, priceMax: 4999 }, ['a']],
      [{ currency: 'EUR', priceMax: 0 }, ['c']],
      [{ currency: 'USD', priceMin: 0, priceMax: 10_000 }, ['d']],
      [{ near: { lat: 52.5, lon: 13.4, radiusKm: 5 } }, ['a']],
      [{ near: { lat: 52.5, lon: 13.4, radiusKm: 600 } }, ['a', 'b', 'c']],
      [{ near: { lat: -16.9, lon: -179.9, radiusKm: 50 } }, ['e']],
      [{ near: { lat: 0, lon: 0, radiusKm: 20_038 } }, ['a', 'b', 'c', 'e']],
      [{ onSale: 'now' }, ['a', 'f']],
      [{ onSale: 'soon' }, ['b']],
      [{ available: true }, ['a', 'b']],
      [{ available: true, onSale: 'now' }, ['a']],
      [{ city: 'munchen', category: 'music', genre: 'jazz', country: 'DE' }, ['b']],
      [{ city: 'munchen', category: 'sport', genre: 'jazz' }, []],
    ])('%j', async (filters, expected) => {
      expect(await names(filters)).toEqual(expected);
      const { total, hits } = await search('gala', { filters, size: 50 });
      expect(total).toBe(expected.length);
      expect(hits.map((hit) => hit.name).sort()).toEqual(expected);
    });

    test('an event that has changed is found by what it has now', async () => {
      await put({ ...catalogue[0]!, city: 'Oslo', performers: [], price_from: null });
      expect(await names({ city: 'berlin' })).toEqual([]);
      expect(await names({ performer: 'bjork' })).toEqual(['c']);
      expect(await names({ currency: 'EUR', priceMin: 0 })).toEqual(['b', 'c']);
      expect(await names({ city: 'oslo' })).toEqual(['a']);
    });

    test('words and filters are both met, and the total is exact on every page', async () => {
      await put({ id: 50, name: 'Opera', city: 'München' }, { id: 51, name: 'Opera', city: 'Berlin' });
      for (const from of [0, 1]) {
        const { total, next } = await search('opera', { filters: { city: 'berlin' }, size: 1, from });
        expect([total, next]).toEqual([1, undefined]);
      }
    });

    test('the first date is of those that meet the filters', async () => {
      for (const facets of [[], facetNames]) {
        const { firstDateMs } = await search('', { filters: { city: 'munchen' }, facets });
        expect(firstDateMs).toBe(Date.parse('2030-03-01T23:30:00Z'));
      }
    });

    test('an event is found from the moment on that its sale begins, and until it ends', async () => {
      await put(
        {
          id: 20,
          name: 'x',
          city: 'Oslo',
          on_sale_from: '2030-02-01T10:00:00Z',
          on_sale_until: '2030-02-02T10:00:00Z',
        },
        { id: 21, name: 'y', city: 'Oslo', date: '2030-02-02T09:00:00Z', on_sale_from: '2030-02-01T10:00:00.500Z' },
      );
      const at = async (now: string, onSale: 'now' | 'soon') =>
        (await names({ city: 'oslo', onSale }, { now: Date.parse(now) })).join('');
      expect([await at('2030-02-01T09:59:59.999Z', 'now'), await at('2030-02-01T09:59:59.999Z', 'soon')]).toEqual([
        '',
        'yx',
      ]);
      expect([await at('2030-02-01T10:00:00Z', 'now'), await at('2030-02-01T10:00:00Z', 'soon')]).toEqual(['x', 'y']);
      expect([await at('2030-02-01T10:00:00.500Z', 'now'), await at('2030-02-01T10:00:00.500Z', 'soon')]).toEqual([
        'yx',
        '',
      ]);
      expect(await at('2030-02-02T08:59:59.999Z', 'now')).toBe('yx');
      expect(await at('2030-02-02T09:00:00Z', 'now')).toBe('x');
      expect(await at('2030-02-02T10:00:00Z', 'now')).toBe('');
    });

    test('a result by sales says from when on it may be another, and is the same until then', async () => {
      const first = Date.parse('2030-02-01T10:00:00Z');
      for (const filters of [{ onSale: 'now' }, { onSale: 'soon' }, { available: true, onSale: 'now' }] as const) {
        let turn = (await search('', { filters })).firstTurnMs!;
        expect(turn).toBeGreaterThan(now);
        expect(turn).toBeLessThanOrEqual(first);
        const before = await names(filters);
        expect(await names(filters, { now: turn - 1 })).toEqual(before);
        while (turn < first) turn = (await search('', { filters, now: turn })).firstTurnMs!;
        expect(await names(filters, { now: first })).not.toEqual(before);
      }
      expect((await search('', { filters: { available: true } })).firstTurnMs).toBeLessThanOrEqual(
        Date.parse('2030-02-20T10:00:00Z'),
      );
      expect((await search('', { filters: { city: 'berlin' } })).firstTurnMs).toBeUndefined();
    });

    test('a list by sales goes on without those whose sale has ended meanwhile', async () => {
      const sale = { city: 'Oslo', on_sale_until: '2030-02-01T10:00:00Z' };
      await put(...[30, 31, 32, 33].map((id) => ({ id, name: `${id}`, city: 'Oslo', ...(id === 32 && sale) })));
      const filters = { onSale: 'now', city: 'oslo' } as const;
      const first = await search('', { filters, size: 1 });
      const after = { ...first.next! };
      expect((await search('', { filters, after })).hits.map((hit) => hit.name)).toEqual(['31', '32', '33']);
      const late = await search('', { filters, after, now: Date.parse(sale.on_sale_until) });
      expect(late.hits.map((hit) => hit.name)).toEqual(['31', '33']);
    });
  });

  describe('sorts', () => {
    beforeEach(() => put(...catalogue));
    const near = { lat: 48.1, lon: 11.6, radiusKm: 20_000 };

    test.each<[sort: SearchSort, expected: string]>([
      ['relevance', 'abcdef'],
      ['date', 'abcdef'],
      ['price', 'caebdf'],
      ['popularity', 'dabcef'],
      ['on_sale', 'acbdef'],
    ])('by %s, what lacks the value last', async (sort, expected) => {
      const found = await search('', { sort, size: 50 });
      expect(found.hits.map((hit) => hit.name).join('')).toBe(expected);
    });

    test('by distance, the nearest first', async () => {
      expect((await names({ near }, { sort: 'distance' })).join('')).toBe('bcae');
    });

    test('a sort is of all that match the words, and tells their scores', async () => {
      await put({ id: 60, name: 'Opera', price_from: 3 }, { id: 61, name: 'Opera', price_from: 2 });
      const { hits } = await search('opera', { sort: 'price' });
      expect(hits.map((hit) => hit.price_from)).toEqual([2, 3]);
      for (const { score } of hits) expect(score).toBeGreaterThan(0);
    });

    test.each(searchSorts)('a cursor goes through the list by %s without gap or repeat', async (sort) => {
      const filters = { near };
      const whole = await names(filters, { sort });
      for (const view of ['kept', 'lost']) {
        const seen: string[] = [];
        let after: SearchCursor | undefined;
        do {
          const page = await search('', { filters, sort, size: 1, ...(after && { after }) });
          seen.push(...page.hits.map((hit) => hit.name));
          after = page.next && JSON.parse(JSON.stringify(page.next));
          if (after && view === 'lost') delete after.view;
        } while (after && seen.length < 10);
        expect(seen).toEqual(whole);
      }
    });

    test.each(['price', 'popularity', 'on_sale'] as const)(
      'so it does by %s where values are lacking',
      async (sort) => {
        const whole = await names({}, { sort });
        const seen: string[] = [];
        let after: SearchCursor | undefined;
        do {
          const page = await search('', { sort, size: 1, ...(after && { after }) });
          seen.push(...page.hits.map((hit) => hit.name));
          after = page.next && JSON.parse(JSON.stringify(page.next));
          if (after) delete after.view;
        } while (after && seen.length < 10);
        expect(seen).toEqual(whole);
      },
    );

    test('a cursor tells its sort, unless it is the usual one', async () => {
      expect((await search('', { sort: 'price', size: 1 })).next!.sort).toBe('price');
      expect((await search('', { sort: 'relevance', size: 1 })).next).not.toContainKey('sort');
    });
  });

  describe('facets', () => {
    beforeEach(() => put(...catalogue));

    test('only those that are asked for', async () => {
      expect((await search('')).facets).toBeUndefined();
      expect(Object.keys((await search('', { facets: ['month'] })).facets!)).toEqual(['month']);
    });

    test('of all events: the commonest first, months and prices in their order', async () => {
      expect((await search('', { facets: facetNames, size: 1 })).facets).toEqual({
        city: [
          { value: 'München', count: 2 },
          { value: 'Berlin', count: 1 },
        ],
        category: [
          { value: 'music', count: 2 },
          { value: 'Music & Arts', count: 1 },
          { value: 'sport', count: 1 },
        ],
        month: [
          { value: '2030-03', count: 3 },
          { value: '2030-04', count: 1 },
          { value: '2030-05', count: 2 },
        ],
        price: [
          { currency: 'EUR', from: 0, to: 0, count: 1 },
          { currency: 'EUR', from: 2000, to: 4999, count: 1 },
          { currency: 'EUR', from: 5000, to: 9999, count: 1 },
          { currency: 'JPY', from: 2000, to: 4999, count: 1 },
          { currency: 'USD', from: 10_000, to: 19_999, count: 1 },
        ],
        performer: [
          { value: 'Björk', count: 2 },
          { value: 'Tom Weir', count: 2 },
          { value: '!!!', count: 1 },
        ],
      });
    });

    test('under the other filters and the words, without their own', async () => {
      const filters = { city: 'munchen', category: 'music' };
      const { facets, total } = await search('gala', { filters, facets: ['city', 'category', 'performer'] });
      expect(total).toBe(1);
      expect(facets).toEqual({
        city: [
          { value: 'Berlin', count: 1 },
          { value: 'München', count: 1 },
        ],
        category: [
          { value: 'music', count: 1 },
          { value: 'sport', count: 1 },
        ],
        performer: [{ value: 'Tom Weir', count: 1 }],
      });
      expect((await search('xylophone', { filters, facets: ['city'] })).facets).toEqual({ city: [] });
    });

    test('months ignore the dates, and prices the prices and their currency', async () => {
      const filters = { from: '2030-04-01', currency: 'USD', priceMax: 10_000 };
      const { facets, total } = await search('', { filters, facets: ['month', 'price'] });
      expect(total).toBe(1);
      expect(facets!.month).toEqual([{ value: '2030-04', count: 1 }]);
      expect(facets!.price).toEqual([
        { currency: 'JPY', from: 2000, to: 4999, count: 1 },
        { currency: 'USD', from: 10_000, to: 19_999, count: 1 },
      ]);
    });

    test('a filter by sales holds for every facet', async () => {
      const { facets } = await search('', { filters: { onSale: 'now' }, facets: ['category', 'city'] });
      expect(facets).toEqual({ category: [{ value: 'music', count: 1 }], city: [{ value: 'Berlin', count: 1 }] });
    });

    test('twenty values at most: the commonest, and the first months', async () => {
      const many = Array.from({ length: 30 }, (_, i) => ({
        id: 100 + i,
        name: 'many',
        city: `City ${String(i % 25).padStart(2, '0')}`,
        local_date: `20${31 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, '0')}-01`,
      }));
      await put(...many);
      const { facets } = await search('many', { facets: ['city', 'month'] });
      expect(facets!.city).toHaveLength(20);
      expect(facets!.city!.slice(0, 6).map(({ value, count }) => `${value} ${count}`)).toEqual([
        ...['City 00 2', 'City 01 2', 'City 02 2', 'City 03 2', 'City 04 2', 'City 05 1'],
      ]);
      expect(facets!.month!.map(({ value }) => value)).toEqual(
        many.slice(0, 20).map(({ local_date }) => local_date.slice(0, 7)),
      );
    });

    test('what is deleted or changed is no longer counted', async () => {
      await put({ ...catalogue[0]!, city: 'Oslo' });
      expect((await search('', { facets: ['city'] })).facets!.city).toEqual([
        { value: 'München', count: 2 },
        { value: 'Oslo', count: 1 },
      ]);
    });
  });

  test('a name that is too long for a term does no harm', async () => {
    const long = 'x'.repeat(40_000);
    await put({ id: 1, name: 'long', city: long, category: long, performers: [long], venue_name: long, genre: long });
    expect(await names({})).toEqual(['long']);
    expect((await search('', { facets: ['city', 'performer'] })).facets).toEqual({ city: [], performer: [] });
  });
}

const now = Date.parse('2030-01-01T00:00:00Z');

const uuid = (last: string) => `00000000-0000-4000-8000-${last.padStart(12, '0')}`;
const munich = {
  venue_uuid: '00000000-0000-4000-9000-000000000002',
  location: 'Halle, München',
  city: 'München',
  country: 'DE',
  coordinates: { lat: 48.1, lon: 11.6 },
};

/** By date. Every description has one word, so that all of them can be asked for by a word as well. */
const catalogue: (Partial<EventDocument> & { id: number })[] = [
  {
    id: 1,
    name: 'a',
    date: '2030-03-01T19:00:00Z',
    venue_uuid: '00000000-0000-4000-9000-000000000001',
    venue_name: 'Blue Hall',
    location: 'Blue Hall, Berlin',
    city: 'Berlin',
    country: 'DE',
    coordinates: { lat: 52.52, lon: 13.4 },
    performers: ['Björk'],
    performer_uuids: [uuid('a')],
    category: 'music',
    genre: 'pop',
    currency: 'EUR',
    price_from: 2000,
    seats_left: 3,
    popularity: 5,
    on_sale_from: '2029-12-01T10:00:00Z',
    on_sale_until: '2030-02-20T10:00:00Z',
  },
  {
    ...munich,
    id: 2,
    name: 'b',
    date: '2030-03-01T23:30:00Z',
    local_date: '2030-03-02',
    performers: ['Tom Weir'],
    performer_uuids: [uuid('b')],
    category: 'music',
    genre: 'Jazz',
    currency: 'EUR',
    price_from: 5000,
    seats_left: 9,
    popularity: 1,
    on_sale_from: '2030-02-01T10:00:00Z',
  },
  {
    ...munich,
    id: 3,
    name: 'c',
    date: '2030-03-31T19:00:00Z',
    performers: ['Tom Weir', 'Björk'],
    performer_uuids: [uuid('b'), uuid('a')],
    category: 'sport',
    currency: 'EUR',
    price_from: 0,
    seats_left: 4,
    status: 'cancelled',
    on_sale_from: '2029-12-31T10:00:00Z',
  },
  {
    id: 4,
    name: 'd',
    date: '2030-04-01T19:00:00Z',
    performers: ['!!!'],
    category: 'Music & Arts',
    genre: 'jazz',
    currency: 'USD',
    price_from: 10_000,
    seats_left: 5,
    popularity: 7,
    status: 'postponed',
  },
  {
    id: 5,
    name: 'e',
    date: '2030-05-01T19:00:00Z',
    country: 'FJ',
    coordinates: { lat: -16.8, lon: 179.9 },
    currency: 'JPY',
    price_from: 3000,
    seats_left: 0,
    on_sale_until: '2029-12-31T23:59:59Z',
  },
  // As a row in the original's columns is.
  { id: 6, name: 'f', date: '2030-05-02T19:00:00Z', location: 'An Old Place', description: 'Gala' },
].map((event) => someEvent({ ...event, description: 'gala' } as Partial<EventDocument> & { id: number }));
