import type { Metric, MetricObject, MetricObjectWithValues, MetricValueWithName } from 'prom-client';

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Labels = Record<string, string>;
/** The counts of one combination of labels. */
type Series = { labels: Labels; counts: number[]; sum: number };

/**
 * A histogram of seconds for prom-client's registry. That of prom-client sorts and joins the labels at every
 * observation; this one does so once a series.
 */
export function histogram(name: string, help: string) {
  const all: Series[] = [];

  function begin(labels: Labels): Series {
    const one: Series = { labels, counts: new Array(bounds.length + 1).fill(0), sum: 0 };
    all.push(one);
    return one;
  }

  const about = { name, help, type: 'histogram', aggregator: 'sum' } as unknown as MetricObject;
  const get = (): MetricObjectWithValues<MetricValueWithName<string>> => ({
    ...about,
    values: all.flatMap((one) => valuesOf(name, one)),
  });

  return { begin, metric: { name, get } as unknown as Metric };
}

/** Adds one duration to a series. */
export function observe(one: Series, seconds: number): void {
  let bucket = 0;
  while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++;
  one.counts[bucket]!++;
  one.sum += seconds;
}

/** The durations of requests by route, method and status; an observation costs one look-up in a map. */
export function requestHistogram() {
  const { begin, metric } = histogram(
    'http_request_duration_seconds',
    'HTTP requests by route, method and status, with their duration',
  );
  const known = new Map<string, Series>();

  function request(route: string, method: string, status: number, seconds: number): void {
    const key = `${method} ${status} ${route}`;
    let one = known.get(key);
    if (!one) {
      one = begin({ route, method, status: String(status) });
      known.set(key, one);
    }
    observe(one, seconds);
  }

  return { request, metric };
}

/** Returns the values of a series; a bucket counts all durations up to its bound (Prometheus' exposition format). */
function valuesOf(name: string, { labels, counts, sum }: Series): MetricValueWithName<string>[] {
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
