import { expect, test } from 'bun:test';
import { someEvent } from '../../testing.ts';
import { distanceKm } from './distance.ts';
import { facetValues, toFacets } from './facets.ts';
import { filterKey, filterTerms } from './filters.ts';

test('an event of the original’s columns has the terms of its place and line-up alone', () => {
  const terms = filterTerms(someEvent({ id: 1, location: 'Café  Central, Wien', performers: ['MØ', 'mø'] }));
  const none = { city: [], country: [], category: [], genre: [], currency: [] };
  expect(terms).toEqual({ ...none, venue: ['cafe central, wien'], performer: ['mo'] });
  expect(filterKey(' Café Central,\tWIEN')).toBe('cafe central, wien');
});

test.each([
  [0, 0, 0],
  [1, 1, 1],
  [2, 2, 4],
  [4999, 2000, 4999],
  [5000, 5000, 9999],
  [9_999_999, 5_000_000, 9_999_999],
  [10_000, 10_000, 19_999],
])('the price %i is in the range from %i to %i', (price_from, from, to) => {
  const { price } = facetValues(someEvent({ id: 1, currency: 'EUR', price_from }));
  expect(toFacets({ price: price.map((value) => ({ value, count: 1 })) }).price).toEqual([
    { currency: 'EUR', from, to, count: 1 },
  ]);
});

test('a price without a currency is in no range', () => {
  expect(facetValues(someEvent({ id: 1, price_from: 5 })).price).toEqual([]);
});

test('distances are those of a ball of the earth’s size', () => {
  const [london, newYork] = [
    { lat: 51.5074, lon: -0.1278 },
    { lat: 40.7128, lon: -74.006 },
  ];
  expect(distanceKm(london, newYork)).toBeCloseTo(5570.2, 0);
  expect(distanceKm({ lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 })).toBeCloseTo(111.2, 1);
  expect(distanceKm(london, london)).toBe(0);
});
