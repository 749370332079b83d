import { expect, test } from 'bun:test';
import type { SearchFilters } from './filters.ts';
import { queryKey } from './search-query.ts';

const keyOf = (text: string, filters?: object) =>
  queryKey({ text, ...(filters && { filters: filters as SearchFilters }) });

test('the key of a query without filters is its text', () => {
  expect([keyOf('opera'), keyOf('opera', {}), keyOf('opera', { city: undefined })]).toEqual([
    'opera',
    'opera',
    'opera',
  ]);
});

test('queries that differ only in their filters share no key', () => {
  const filters = [{}, { city: 'Rome' }, { city: 'rome' }, { city: 'Rome', from: 1 }, { town: 'Rome' }, { from: '1' }];
  const keys = filters.map((one) => keyOf('opera', one));
  expect(new Set(keys).size).toBe(filters.length);
});

test('no text makes the key of a query with filters', () => {
  expect(keyOf('opera [["city","rome"]]')).not.toBe(keyOf('opera', { city: 'rome' }));
});

test('the order of filters makes no other key', () => {
  expect(keyOf('opera', { city: 'Rome', from: 1 })).toBe(keyOf('opera', { from: 1, city: 'Rome' }));
});
