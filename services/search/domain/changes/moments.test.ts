import { expect, test } from 'bun:test';
import { createMoments } from './moments.ts';

test('what has reached a position was whole at the last moment at which the log ended there or before', () => {
  const moments = createMoments();
  expect(moments.lastBefore(100n)).toBeUndefined();
  moments.saw(10n, 1000);
  moments.saw(10n, 2000);
  moments.saw(30n, 3000);
  expect(moments.lastBefore(9n)).toBeUndefined();
  expect(moments.lastBefore(29n)).toBe(2000);
  expect(moments.lastBefore(30n)).toBe(3000);
  moments.saw(40n, 4000);
  expect(moments.lastBefore(35n)).toBe(3000);
});

test('a log that ends earlier than before is another, whose positions count anew', () => {
  const moments = createMoments();
  moments.saw(50n, 1000);
  moments.saw(5n, 2000);
  expect(moments.lastBefore(60n)).toBe(2000);
  moments.saw(70n, 3000);
  expect(moments.lastBefore(60n)).toBe(2000);
});
