import { expect, test } from 'bun:test';
import { createMetrics } from '../../shared/http/metrics.ts';
import { testClock } from '../../shared/testing/clock.ts';
import { memoryIndex } from './adapters/memory/memory-index.ts';
import type { ChangeLag } from './domain/changes/change-source.ts';
import { followMetrics, indexMetrics } from './metrics.ts';

function start() {
  const metrics = createMetrics('test');
  let reads = 0;
  let answer: () => Promise<ChangeLag> = async () => ({ bytes: 0, seconds: 0 });
  const source = {
    run: async () => {},
    state: () => 'following' as const,
    lag: () => {
      reads++;
      return answer();
    },
  };
  const observe = followMetrics(metrics, source);
  const scrape = async (): Promise<Record<string, number>> => {
    const shown = (await metrics.registry.getMetricsAsJSON()).map(({ name, values }) => [name, values[0]?.value]);
    return Object.fromEntries(shown);
  };
  return {
    scrape,
    observe,
    reads: () => reads,
    lagIs: (next: () => Promise<ChangeLag>) => {
      answer = next;
    },
  };
}

const away = async (): Promise<ChangeLag> => {
  throw new Error('away');
};

test('the lag is read once a scrape, and a part that the source does not know is NaN', async () => {
  const { scrape, lagIs, reads } = start();
  lagIs(async () => ({ bytes: 7, seconds: 3 }));
  expect(await scrape()).toMatchObject({ cdc_lag_bytes: 7, cdc_lag_changes: Number.NaN, cdc_lag_seconds: 3 });
  expect(reads()).toBe(1);
  lagIs(away);
  expect(await scrape()).toMatchObject({ cdc_lag_bytes: Number.NaN, cdc_lag_seconds: Number.NaN });
});

test('changes that were followed are counted', async () => {
  const { scrape, observe } = start();
  observe.applied?.({ changes: 4, upserts: 2, deletes: 1 });
  observe.rebuilt?.({ documents: 10, durationMs: 5 });
  expect(await scrape()).toMatchObject({
    cdc_changes_total: 4,
    cdc_documents_indexed_total: 13,
    cdc_rebuilds_total: 1,
  });
});

test('the documents of the index are counted at each scrape, and it grows older until a note says that it is whole', async () => {
  const metrics = createMetrics('test');
  const clock = testClock(60_000);
  const index = memoryIndex();
  let look = index.lookFreshness;
  indexMetrics(metrics, { ...index, count: async () => 42, lookFreshness: () => look() }, clock);
  const shown = async (name: string) => (await metrics.registry.getSingleMetricAsString(name)).split('} ')[1];
  expect(await shown('search_index_documents')).toBe('42');
  clock.advance(20_000);
  expect(await shown('search_index_age_seconds')).toBe('20');
  await index.reached({ position: 7n, atMs: 70_000 });
  expect(await shown('search_index_age_seconds')).toBe('10');
  look = () => Promise.reject(new Error('away'));
  clock.advance(5000);
  expect(await shown('search_index_age_seconds')).toBe('15');
});
