import { expect, test } from 'bun:test';
import { merged, newHistogram, percentileOf, record } from './histogram.ts';
import { median, percentile, ratios, spread } from './numbers.ts';

test('medians', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test('percentiles', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([0, 0.5, 0.99, 1].map((p) => percentile(hundred, p))).toEqual([1, 50, 99, 100]);
  expect(percentile([], 0.5)).toBeNaN();
});

test('spread', () => {
  expect(spread([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
});

test('ratios: of the medians, and of each round', () => {
  // The machine was half as fast in the second round, which the ratio of that round ignores.
  expect(ratios([60, 30, 90], [100, 50, 100])).toEqual({
    ofMedians: 0.6,
    byRound: { median: 0.6, min: 0.6, max: 0.9 },
  });
});

test('a histogram keeps durations to 2 %', () => {
  const one = newHistogram();
  for (let ms = 1; ms <= 1000; ms++) record(one, ms);
  const other = newHistogram();
  for (let i = 0; i < 1000; i++) record(other, 0.001);
  for (const [p, ms] of [
    [0.5, 500],
    [0.99, 990],
    [1, 1000],
  ] as const) {
    expect(percentileOf(one, p)).toBeGreaterThanOrEqual(ms);
    expect(percentileOf(one, p)).toBeLessThan(ms * 1.021);
  }
  expect(percentileOf(merged([one, other]), 0.5)).toBeCloseTo(0.001, 6);
  expect(percentileOf(newHistogram(), 0.5)).toBeNaN();
});
