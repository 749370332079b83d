import { beforeEach, describe, expect, test } from 'bun:test';
import { facetNames } from '../domain/query/facets.ts';
import type { SearchFilters } from '../domain/query/filters.ts';
import { type SearchCursor, type SearchQuery, type SearchSort, searchSorts } from '../domain/query/search-query.ts';
import { catalogue } from './search-index.catalogue.conformance.ts';
import type { Put, Search } from './search-index.filters.conformance.ts';

/** Sorts and facets over the catalogue of the filters: every index orders and counts the same. */
export function facetsConformance(put: Put, search: Search): void {
  const names = async (filters: SearchFilters, query: Partial<SearchQuery> = {}) =>
    (await search('', { filters, size: 50, ...query })).hits.map((hit) => hit.name);

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
          { value: 'München', country: 'DE', count: 2 },
          { value: 'Berlin', country: 'DE', count: 1 },
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
          { value: 'Berlin', country: 'DE', count: 1 },
          { value: 'München', country: 'DE', count: 1 },
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

    test('cities of one name are counted by country, and each is found by its own', async () => {
      const cities = [{ country: 'GB' }, { country: 'US' }, { country: 'GB' }, { country: null }];
      await put(...cities.map((where, i) => ({ id: 70 + i, name: 'Opera', city: 'Birmingham', ...where })));
      const found = async (filters: SearchFilters) => {
        const { facets, total } = await search('opera', { filters, facets: ['city', 'category'] });
        return [total, facets!.city] as const;
      };
      const values = [
        { value: 'Birmingham', country: 'GB', count: 2 },
        { value: 'Birmingham', count: 1 },
        { value: 'Birmingham', country: 'US', count: 1 },
      ];
      expect(await found({})).toEqual([4, values]);
      // One that is chosen leaves the others to choose.
      expect(await found({ city: 'birmingham', country: 'GB' })).toEqual([2, values]);
      expect(await found({ city: 'birmingham', country: 'US' })).toEqual([1, values]);
      expect(await found({ country: 'US' })).toEqual([1, [values[2]!]]);
    });

    test('spellings that one filter finds are one value, shown as most write it, then as the first by text', async () => {
      const written: [category: string, city: string][] = [
        ['rock', 'Munich'],
        ['Rock ', 'München'],
        ['Rock', 'MUNCHEN'],
        ['Bálét', 'Łódź'],
        ['balet', 'Lodz'],
        ['balet', 'Łódź'],
        ['\t ', ' '],
      ];
      await put(
        ...written.map(([category, city], i) => ({ id: 80 + i, name: 'Opera', category, city, genre: 'Solo ' })),
      );
      const { facets } = await search('opera', { facets: ['category', 'city'] });
      expect(facets).toEqual({
        category: [
          { value: 'balet', count: 3 },
          { value: 'Rock', count: 3 },
        ],
        city: [
          { value: 'Łódź', count: 3 },
          { value: 'MUNCHEN', count: 3 },
        ],
      });
      for (const name of ['category', 'city'] as const) {
        for (const { value, count } of facets![name]!) {
          expect((await search('opera', { filters: { [name]: value } })).total).toBe(count);
        }
      }
      expect((await search('opera', { filters: { genre: 'sOLO' } })).total).toBe(written.length);
    });

    test('a filter by sales holds for every facet', async () => {
      const { facets } = await search('', { filters: { onSale: 'now' }, facets: ['category', 'city'] });
      expect(facets).toEqual({
        category: [{ value: 'music', count: 1 }],
        city: [{ value: 'Berlin', country: 'DE', count: 1 }],
      });
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
        { value: 'München', country: 'DE', count: 2 },
        { value: 'Oslo', country: 'DE', count: 1 },
      ]);
    });
  });
}
