import { beforeEach, describe, expect, test } from 'bun:test';
import type { EventDocument } from '../domain/index/event-document.ts';
import { facetNames } from '../domain/query/facets.ts';
import type { SearchFilters } from '../domain/query/filters.ts';
import type { SearchQuery, SearchResult } from '../domain/query/search-query.ts';
import { catalogue } from './search-index.catalogue.conformance.ts';

export type Put = (...events: (Partial<EventDocument> & { id: number })[]) => Promise<unknown>;
export type Search = (text: string, query?: Partial<SearchQuery>) => Promise<SearchResult>;

/** Filters over a small catalogue: every index finds the same. */
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
      [{ city: 'monaco di baviera' }, ['b', 'c']],
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

  test('a name that is too long for a term does no harm', async () => {
    const long = 'x'.repeat(40_000);
    await put({ id: 1, name: 'long', city: long, category: long, performers: [long], venue_name: long, genre: long });
    expect(await names({})).toEqual(['long']);
    expect((await search('', { facets: ['city', 'performer'] })).facets).toEqual({ city: [], performer: [] });
  });
}

const now = Date.parse('2030-01-01T00:00:00Z');
