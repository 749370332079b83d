import { describe, expect, jest, test } from 'bun:test';
import { release } from '../process/build.ts';
import { createMetrics, sharedRead } from './metrics.ts';

describe('metrics', () => {
  test('say which build runs', async () => {
    const text = await createMetrics('test').registry.getSingleMetricAsString('build_info');
    expect(text).toContain(`build_info{version="${release}",revision="unbuilt",service="test"} 1`);
  });

  test('a gauge that can’t be read is NaN, or left out where it has labels, and hides no other', async () => {
    const metrics = createMetrics('test');
    const fail = async () => {
      throw new Error('away');
    };
    metrics.gauge('broken_bytes', 'Broken', fail);
    metrics.gauges('broken_things', 'Broken', 'thing', fail);
    metrics.gauges('fine_things', 'Fine', 'thing', () => ({ a: 1, b: 2 }));
    const text = await metrics.registry.metrics();
    expect(text).toContain('broken_bytes{service="test"} Nan\n');
    expect(text).not.toMatch(/^broken_things\{/m);
    expect(text).toContain('fine_things{thing="b",service="test"} 2\n');
    expect(text).toMatch(/^process_uptime_seconds\{service="test"\} [\d.]+$/m);
  });

  test('a gauge that takes longer than Prometheus would wait is NaN, or left out, too', async () => {
    const metrics = createMetrics('test');
    const never = () => new Promise<never>(() => {});
    metrics.gauge('hung_bytes', 'Hung', never);
    metrics.gauges('hung_things', 'Hung', 'thing', never);
    jest.useFakeTimers();
    try {
      const text = metrics.registry.metrics();
      jest.advanceTimersByTime(5000);
      expect(await text).toContain('hung_bytes{service="test"} Nan\n');
      expect(await text).not.toMatch(/^hung_things\{/m);
    } finally {
      jest.useRealTimers();
    }
  });

  test('a value of a label that has gone is not shown any more', async () => {
    const metrics = createMetrics('test');
    let now: Record<string, number> = { a: 1 };
    metrics.gauges('things', 'Things', 'thing', () => now);
    metrics.counts('made_total', 'Made', 'thing', () => now);
    await metrics.registry.metrics();
    now = { b: 2 };
    const text = await metrics.registry.metrics();
    expect(text.match(/^\w+\{thing.*$/gm)).toEqual([
      'things{thing="b",service="test"} 2',
      'made_total{thing="b",service="test"} 2',
    ]);
  });

  test('values that are known beforehand begin with 0', async () => {
    const metrics = createMetrics('test');
    const count = metrics.labelled('ended_total', 'Ended', 'how', ['well', 'badly']);
    count('badly');
    const text = await metrics.registry.getSingleMetricAsString('ended_total');
    expect(text.match(/^ended.*$/gm)).toEqual([
      'ended_total{how="well",service="test"} 0',
      'ended_total{how="badly",service="test"} 1',
    ]);
  });

  test('durations are a histogram by the labels of their series', async () => {
    const metrics = createMetrics('test');
    const observe = metrics.durations('work_duration_seconds', 'Work')({ kind: 'x' });
    for (const seconds of [0.001, 0.3, 60]) observe(seconds);
    const text = await metrics.registry.metrics();
    for (const [le, count] of [
      ['0.001', 1],
      ['0.25', 1],
      ['0.5', 2],
      ['10', 2],
      ['+Inf', 3],
    ]) {
      expect(text).toContain(`work_duration_seconds_bucket{kind="x",le="${le}",service="test"} ${count}\n`);
    }
    expect(text).toContain('work_duration_seconds_count{kind="x",service="test"} 3\n');
    expect(text).toContain('work_duration_seconds_sum{kind="x",service="test"} 60.301\n');
  });

  test('readers of one moment share a read', async () => {
    let reads = 0;
    const read = sharedRead(async () => ++reads);
    expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
    expect(await read()).toBe(2);
  });
});
