import type { Comparison, Run } from './compare.ts';
import { merged, percentileOf } from './histogram.ts';
import { median, ratios, type Spread, spread } from './numbers.ts';
import type { Path, Section } from './section.ts';
import { table } from './table.ts';

export type Measured = { path: Path; section: Section };

/** Returns the tables of the results, as Markdown. */
export function tables(measured: Measured[]): string {
  const comparisons = measured.flatMap(({ section }) => section.comparisons);
  const parts = measured.map(({ path, section }) =>
    [`## ${path.name}`, path.about, ...sectionTables(section)].join('\n\n'),
  );
  const summary = comparisons.length > 0 ? ['## Beside the floor', comparisonTable(comparisons)] : [];
  return [...summary, ...parts].join('\n\n');
}

/** Returns whether every aim was met. */
export const allMet = (measured: Measured[]): boolean =>
  measured.every(
    ({ section }) =>
      section.findings.every(({ met }) => met !== false) &&
      section.comparisons.every(({ aim, ours, floor }) => !aim || ratioOf(ours, floor).ofMedians >= aim),
  );

function comparisonTable(comparisons: Comparison[]): string {
  const rows = comparisons.map(({ name, aim, ours, floor }) => {
    const { ofMedians, byRound } = ratioOf(ours, floor);
    const rounds = `${byRound.median.toFixed(2)} (${byRound.min.toFixed(2)}–${byRound.max.toFixed(2)})`;
    const judged = aim ? [`≥ ${aim.toFixed(2)}`, ofMedians >= aim ? 'yes' : '**no**'] : ['–', ''];
    return [name, rates(floor), rates(ours), ofMedians.toFixed(2), rounds, ...judged];
  });
  const head = ['path', 'floor, requests/s', 'Onsale, requests/s', 'ratio', 'ratio by round', 'aim', 'met'];
  return table(head, rows);
}

function sectionTables({ comparisons, findings }: Section): string[] {
  const parts: string[] = [];
  if (comparisons.length > 0) parts.push(costTable(comparisons));
  if (findings.length > 0) {
    const rows = findings.map(({ what, value, aim = '', met }) => [
      what,
      value,
      aim,
      met === undefined ? '' : met ? 'yes' : '**no**',
    ]);
    parts.push(table(['what', 'measured', 'aim', 'met'], rows));
  }
  return parts;
}

function costTable(comparisons: Comparison[]): string {
  const rows = comparisons.flatMap(({ name, connections, bodyBytes, ours, floor }) =>
    (
      [
        ['floor', floor],
        ['Onsale', ours],
      ] as const
    ).map(([who, runs]) => [
      name,
      who,
      String(connections),
      size(bodyBytes),
      cpu(runs),
      ...[0.5, 0.99].map((p) => `${percentileOf(merged(runs.map((run) => run.latency)), p).toFixed(2)} ms`),
      `${Math.round(100 * median(runs.map((run) => run.cpuSeconds / run.seconds)))} %`,
    ]),
  );
  return table(['path', 'server', 'connections', 'body', 'CPU a request', 'p50', 'p99', 'generator'], rows);
}

const ratioOf = (ours: Run[], floor: Run[]) => ratios(rate(ours), rate(floor));
const rate = (runs: Run[]) => runs.map(({ perSecond }) => perSecond);
const rates = (runs: Run[]) => whole(spread(rate(runs)));
const whole = ({ median, min, max }: Spread) => `${count(median)} (${count(min)}–${count(max)})`;
const count = (n: number) => Math.round(n).toLocaleString('en');
const size = (bytes: number) => (bytes < 10_000 ? `${count(bytes)} B` : `${count(bytes / 1000)} kB`);

function cpu(runs: Run[]): string {
  const each = runs.flatMap(({ cpuMsEach }) => cpuMsEach ?? []);
  return each.length === 0 ? '–' : `${count(1000 * median(each))} µs`;
}
