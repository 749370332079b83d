import type { MetricObject, MetricObjectWithValues, MetricValueWithName } from 'prom-client';

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const name = 'http_request_duration_seconds';

type Series = { labels: Record<string, string>; counts: number[]; sum: number };

/**
 * The durations of requests by route, method and status, as a metric of prom-client's registry. Its own histogram sorts
 * and joins the labels anew for every request; this looks one text up.
 */
export function requestHistogram() {
  const series = new Map<string, Series>();

  function observe(route: string, method: string, status: number, seconds: number): void {
    const key = `${method} ${status} ${route}`;
    let one = series.get(key);
    if (!one) {
      one = { labels: { route, method, status: String(status) }, counts: new Array(bounds.length + 1).fill(0), sum: 0 };
      series.set(key, one);
    }
    let bucket = 0;
    while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++;
    one.counts[bucket]!++;
    one.sum += seconds;
  }

  function get(): MetricObjectWithValues<MetricValueWithName<string>> {
    return { ...about, values: [...series.values()].flatMap(valuesOf) };
  }

  return { observe, metric: { name, get, reset: () => series.clear() } };
}

const about = {
  name,
  help: 'HTTP requests by route, method and status, with their duration',
  type: 'histogram',
  aggregator: 'sum',
} as unknown as MetricObject;

/** Buckets count all that took at most so long (Prometheus' exposition format). */
function valuesOf({ labels, counts, sum }: Series): MetricValueWithName<string>[] {
  let total = 0;
  const buckets = counts.map((count, i) => {
    total += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(bounds[i] ?? '+Inf') }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
