import { expect, test } from 'bun:test';
import { createMetrics } from '../../shared/http/metrics.ts';
import { testClock } from '../../shared/testing/clock.ts';
import type { ChangeLag } from './domain/changes/change-source.ts';
import { followMetrics, indexMetrics } from './metrics.ts';

function start() {
  const metrics = createMetrics('test');
  const clock = testClock();
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
  const observe = followMetrics(metrics, source, clock);
  const scrape = async (): Promise<Record<string, number>> => {
    const shown = (await metrics.registry.getMetricsAsJSON()).map(({ name, values }) => [name, values[0]?.value]);
    return Object.fromEntries(shown);
  };
  return {
    scrape,
    clock,
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

test('the index is as old as the last look whose changes are known to be in it', async () => {
  const { scrape, clock, lagIs } = start();
  const age = async () => (await scrape()).search_index_age_seconds;
  lagIs(async () => ({ seconds: 1 }));
  clock.advance(20_000);
  expect(await age()).toBe(20);
  clock.advance(10_000);
  lagIs(async () => ({ seconds: 0 }));
  // Changes of ten seconds ago are in it; later ones may not be.
  expect(await age()).toBe(10);
  clock.advance(10_000);
  lagIs(away);
  expect(await age()).toBe(20);
  clock.advance(60_000);
  expect(await age()).toBe(80);
  lagIs(async () => ({ seconds: 0 }));
  expect(await age()).toBe(70);
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

test('the documents of the index are counted at each scrape', async () => {
  const metrics = createMetrics('test');
  let documents = 0;
  indexMetrics(metrics, { count: async () => documents });
  documents = 42;
  const text = await metrics.registry.getSingleMetricAsString('search_index_documents');
  expect(text).toContain('search_index_documents{service="test"} 42');
});
