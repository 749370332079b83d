import { expect, test } from 'bun:test';
import type { Run } from './compare.ts';
import { newHistogram, record } from './histogram.ts';
import { allMet, type Measured, tables } from './report.ts';
import { table } from './table.ts';

test('a table', () => {
  expect(
    table(
      ['what', 'n'],
      [
        ['one', '1'],
        ['thirty', '30'],
      ],
    ),
  ).toBe('| what   |   n |\n| ------ | --: |\n| one    |   1 |\n| thirty |  30 |');
});

const run = (perSecond: number): Run => {
  const latency = newHistogram();
  record(latency, 2);
  return { answered: 10, seconds: 1, statuses: {}, bodyBytes: 0, latency, cpuSeconds: 0.4, perSecond, cpuMsEach: 0.02 };
};

const measured = (aim: number): Measured[] => [
  {
    path: { name: 'search-cached', about: 'What it is.', run: () => Promise.reject() },
    section: {
      comparisons: [
        {
          name: 'search, cached',
          connections: 128,
          bodyBytes: 2345,
          aim,
          ours: [run(600), run(300), run(900)],
          floor: [run(1000), run(500), run(1000)],
        },
      ],
      findings: [{ what: 'p99', value: '70 ms', aim: '≤ 80 ms', met: true }],
    },
  },
];

test('a path beside its floor, and the aim that it meets or misses', () => {
  const text = tables(measured(0.6)).replace(/ +/g, ' ');
  expect(text).toContain(
    '| search, cached | 1,000 (500–1,000) | 600 (300–900) | 0.60 | 0.60 (0.60–0.90) | ≥ 0.60 | yes |',
  );
  expect(text).toContain('| search, cached | Onsale | 128 | 2,345 B | 20 µs | 2.01 ms | 2.01 ms | 40 % |');
  expect(text).toContain('| p99 | 70 ms | ≤ 80 ms | yes |');
  expect(tables(measured(0.7))).toContain('**no**');
  expect([0.6, 0.7].map((aim) => allMet(measured(aim)))).toEqual([true, false]);
});
