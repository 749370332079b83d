import { expect, test } from 'bun:test';
import { searchInput } from './search-input.ts';

const refused = (asked: Record<string, string>) =>
  searchInput.safeParse(asked).error?.issues.map(({ path }) => path.join('.')) ?? [];

test.each([
  ['2030-02-01', '2030-02-01', []],
  ['2030-02-02', '2030-02-01', ['to']],
  ['2030-02-01T00:00:00Z', '2030-02-01T00:00:00Z', []],
  ['2030-02-01T00:00:00.001Z', '2030-02-01T00:00:00Z', ['to']],
  ['2030-02-01T01:00:00+01:00', '2030-02-01T00:00:00Z', []],
  // A day ends at 12:00 UTC of the next where it ends last, and begins at 10:00 UTC of the one before where first.
  ['2030-02-02T12:00:00Z', '2030-02-01', []],
  ['2030-02-02T12:00:01Z', '2030-02-01', ['to']],
  ['2030-02-02', '2030-02-01T10:00:00Z', []],
  ['2030-02-02', '2030-02-01T09:59:59Z', ['to']],
])('from %s to %s: refused are %j', (from, to, paths) => {
  expect(refused({ from, to })).toEqual(paths);
});

test.each(['', ' ', '\u200b', '\u00ad\u2060', '\u0301'])('a name that shows nothing, %j, is refused', (city) => {
  expect(refused({ city })).toEqual(['city']);
});
