import type { RequestName } from './thresholds.ts';

/** The results of k6 at the end of a run, as far as they are used here. */
export type Results = { metrics: Record<string, Metric | undefined> };
type Metric = { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> };

/** Returns a line for each failed threshold. */
export function failedThresholds({ metrics }: Results): string[] {
  return Object.entries(metrics).flatMap(([name, metric]) =>
    Object.entries(metric?.thresholds ?? {})
      .filter(([, { ok }]) => !ok)
      .map(([bound]) => `${name}: ${bound} does not hold, ${was(metric!, bound)}`),
  );
}

/** The number and the times of each kind of request, in milliseconds. */
export function table(results: Results): string {
  const names = requestNames(results);
  const rows = names.map((name) => {
    const { count } = values(results, `http_reqs{name:${name}}`);
    const times = values(results, `http_req_duration{name:${name}}`);
    return [name, String(count), ...['p(50)', 'p(99)', 'max'].map((stat) => ms(times[stat]))];
  });
  return [['', 'requests', 'p50', 'p99', 'slowest'], ...rows]
    .map(([first, ...rest]) => `${first!.padEnd(12)}${rest.map((cell) => cell.padStart(11)).join('')}`)
    .join('\n');
}

/** The summary of a run of `browse` or `search`. */
export function visitsLine(name: string, results: Results): string {
  const names = requestNames(results);
  const total = names.reduce((sum, request) => sum + count(results, `http_reqs{name:${request}}`), 0);
  const visits = `${count(results, 'iterations')} visits, ${total} requests`;
  return [`${name}: ${visits}`, ...names.map((request) => `p99 ${request} ${p99(results, request)}`)].join(', ');
}

/** The summary of a run of `onsale`. */
export function saleLine(results: Results, sale: { seats: number; sold: number; soldTwice: number }): string {
  const { seats, sold, soldTwice } = sale;
  const buyers = `${count(results, 'buyers')} buyers, ${seats} seats, ${sold} sold, ${soldTwice} sold twice`;
  return `onsale: ${buyers}, p99 reserve ${p99(results, 'reserve')}`;
}

/** Returns the value of a counter. */
export const count = (results: Results, metric: string): number => values(results, metric).count ?? 0;

const p99 = (results: Results, name: RequestName) => ms(values(results, `http_req_duration{name:${name}}`)['p(99)']);

const values = (results: Results, metric: string) => results.metrics[metric]?.values ?? {};

const requestNames = (results: Results) =>
  Object.keys(results.metrics).flatMap(
    (metric) => (/^http_reqs\{name:(.+)\}$/.exec(metric)?.[1] ?? []) as RequestName[],
  );

/** Returns the value that a bound such as `p(99)<1000` is about. */
function was({ values }: Metric, bound: string): string {
  const stat = /^[a-z]+(\(\d+\))?/.exec(bound)?.[0] ?? '';
  return `it was ${values[stat]}`;
}

const ms = (time = 0) => `${time < 10 ? time.toFixed(1) : time.toFixed(0)} ms`;
