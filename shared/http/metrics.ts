import { Counter, Gauge, Histogram, Registry } from 'prom-client';

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
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'HTTP requests by route, method and status, with their duration',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
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
    request: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
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
