import { Counter, Gauge, type Metric, Registry } from 'prom-client';
import { requestHistogram } from './request-histogram.ts';

/** The metrics of one service, shown at `/metrics` in Prometheus' text format. */
export type Metrics = {
  registry: Registry;
  request(route: string, method: string, status: number, seconds: number): void;
  counter(name: string, help: string): (by?: number) => void;
  labelled<L extends string>(name: string, help: string, label: L): (value: string, by?: number) => void;
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
};

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];
  const requests = requestHistogram();
  registry.registerMetric(requests.metric as unknown as Metric);
  const gauge: Metrics['gauge'] = (name, help, read) => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
  };
  gauge('process_resident_memory_bytes', 'Resident memory of the process', () => process.memoryUsage().rss);
  gauge('process_uptime_seconds', 'Seconds since the process began', () => process.uptime());
  return {
    registry,
    request: requests.observe,
    counter: (name, help) => {
      const counter = new Counter({ name, help, registers });
      return (by = 1) => counter.inc(by);
    },
    labelled: (name, help, label) => {
      const counter = new Counter<string>({ name, help, labelNames: [label], registers });
      return (value, by = 1) => counter.inc({ [label]: value }, by);
    },
    gauge,
  };
}
