import { Counter, Gauge, Registry } from 'prom-client';
import { withTimeout } from '../async/with-timeout.ts';
import { release, revision } from '../process/build.ts';
import { histogram, observe, requestHistogram } from './histogram.ts';

/**
 * The metrics of one service, in Prometheus' text format at `/metrics`. A gauge is read at each scrape; one that can't
 * be read in time is NaN (`gauges`: is left out), and does not delay the others.
 */
export type Metrics = {
  registry: Registry;
  request(route: string, method: string, status: number, seconds: number): void;
  counter(name: string, help: string): (by?: number) => void;
  /** `values` are 0 from the start: Prometheus sees no increase in a series that begins with 1. */
  labelled<L extends string>(
    name: string,
    help: string,
    label: L,
    values?: string[],
  ): (value: string, by?: number) => void;
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /** Numbers by the value of a label. */
  gauges(name: string, help: string, label: string, read: () => Promised<Record<string, number>>): void;
  /** Counts that are kept elsewhere, by the value of a label. */
  counts(name: string, help: string, label: string, read: () => Record<string, number>): void;
  /** Returns a function that begins a series, and that returns a function to observe one duration. */
  durations(name: string, help: string): (labels: Record<string, string>) => (seconds: number) => void;
};

type Promised<T> = T | Promise<T>;

/** Well below Prometheus' usual 10 s for a scrape. */
const patienceMs = 2000;

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];
  const requests = requestHistogram();
  registry.registerMetric(requests.metric);
  const gauge: Metrics['gauge'] = (name, help, read) => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await withTimeout(read, patienceMs).catch(() => Number.NaN));
      },
    });
  };
  gauge('process_resident_memory_bytes', 'Resident memory of the process', () => process.memoryUsage().rss);
  gauge('process_uptime_seconds', 'Seconds since the process began', () => process.uptime());
  new Gauge({
    name: 'build_info',
    help: 'Which build runs, in its labels; always 1',
    labelNames: ['version', 'revision'],
    registers,
  }).set({ version: release, revision: revision() }, 1);
  return {
    registry,
    request: requests.request,
    counter: (name, help) => {
      const counter = new Counter({ name, help, registers });
      return (by = 1) => counter.inc(by);
    },
    labelled: (name, help, label, values = []) => {
      const counter = new Counter<string>({ name, help, labelNames: [label], registers });
      for (const value of values) counter.inc({ [label]: value }, 0);
      return (value, by = 1) => counter.inc({ [label]: value }, by);
    },
    gauge,
    gauges: (name, help, label, read) => {
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        async collect() {
          const numbers = await withTimeout(read, patienceMs).catch(() => ({}));
          this.reset();
          for (const [value, number] of Object.entries(numbers)) this.set({ [label]: value }, number);
        },
      });
    },
    counts: (name, help, label, read) => {
      new Counter({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          this.reset();
          for (const [value, number] of Object.entries(read())) this.inc({ [label]: value }, number);
        },
      });
    },
    durations: (name, help) => {
      const { begin, metric } = histogram(name, help);
      registry.registerMetric(metric);
      return (labels) => {
        const series = begin(labels);
        return (seconds) => observe(series, seconds);
      };
    },
  };
}

/** Shares a read among the callers that come while it is under way: several metrics of one scrape cost one read. */
export function sharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= read().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
