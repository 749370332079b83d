import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { client } from '../contract/client.ts';
import { startServices, type Target } from '../rig/targets.ts';
import { type Resource, render } from './manifests.ts';
import { type Expression, parseExpression, parseMetrics } from './promql.ts';
import { counted } from './report.ts';

const root = join(import.meta.dirname, '..', '..');
const resources = await render(join(root, 'k8s/overlays/prod-monitored'));
const runbook = await Bun.file(join(root, 'docs/operations.md')).text();

type Rule = { alert: string; expr: string; labels: { severity: string }; annotations: Record<string, string> };
type Panel = {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig?: { defaults: { unit?: string } };
  targets?: { expr: string }[];
};

const rules = resources
  .filter(({ kind }) => kind === 'PrometheusRule')
  .flatMap(({ spec }) => (spec as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules));
const dashboard = JSON.parse(
  (
    resources.find(({ metadata }) => metadata.name === 'onsale-dashboard') as Resource & {
      data: Record<string, string>;
    }
  ).data['onsale.json']!,
) as { panels: Panel[]; templating: { list: { type: string; query: unknown }[] } };
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions: [string, Expression][] = [
  ...rules.map(({ alert, expr }): [string, Expression] => [alert, parseExpression(expr)]),
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }): [string, Expression] => [title, parseExpression(expr)]),
  ),
];

/** Prometheus' own metrics, and the labels that it adds to each series. */
const prometheus = { metrics: ['up', 'ALERTS'], labels: ['job', 'namespace', 'pod', 'instance'] };

/** A histogram is several series. */
const series = (metric: string) => metric.replace(/_(bucket|count|sum)$/, '');

let target: Target;
/** The names in `dependency_up`; the platform of this test has no Redis and no Elasticsearch. */
const dependencies = new Set(['redis', 'index_writes']);
const shown = new Map<string, Set<string>>();
const unknown = ({ selected, grouped }: Expression): string[] => {
  const ours = selected.filter(({ metric }) => !prometheus.metrics.includes(metric));
  const labels = new Set([...prometheus.labels, ...ours.flatMap(({ metric }) => [...(shown.get(metric) ?? [])])]);
  return [
    ...ours.filter(({ metric }) => !shown.has(metric)).map(({ metric }) => metric),
    ...ours.flatMap(({ metric, labels: used }) =>
      used
        .filter((label) => !prometheus.labels.includes(label) && !shown.get(metric)?.has(label))
        .map((label) => `${metric}{${label}}`),
    ),
    ...(ours.length > 0 ? grouped.filter((label) => !labels.has(label)).map((label) => `by ${label}`) : []),
  ];
};

beforeAll(async () => {
  target = await startServices('bun');
  const api = client(target);
  const { event, seats } = await api.freeSeats(1);
  for (let times = 0; times < 2; times++) {
    await api.event(event.uuid);
    await api.search('?q=a');
  }
  await api.reserve(seats[0]!.uuid, randomUUID());
  for (const base of [target.events, target.booking, target.search]) {
    await fetch(`${base}/readyz`);
    const text = await (await fetch(`${base}/metrics`)).text();
    for (const [, name] of text.matchAll(/^dependency_up\{dependency="(\w+)"/gm)) dependencies.add(name!);
    const metrics = parseMetrics(text);
    for (const [name, labels] of metrics) shown.set(name, new Set([...(shown.get(name) ?? []), ...labels]));
  }
}, 60_000);
afterAll(async () => {
  await target.stop();
  const named = new Set(expressions.flatMap(([, { selected }]) => selected.map(({ metric }) => metric)));
  counted(
    `monitoring: ${rules.length} alerts, ${panels.length} panels, ${expressions.length} expressions, ${named.size} metrics`,
  );
});

describe('a wrong expression is found', () => {
  test('an expression that does not parse', () => {
    expect(parseExpression('sum(rate(up[5m])').errors).not.toEqual([]);
    expect(parseExpression('sum(rate(up[5m]))').errors).toEqual([]);
  });

  test('an unknown metric, label and grouping', () => {
    expect(unknown(parseExpression('rate(tickets_lost_total[5m])'))).toEqual(['tickets_lost_total']);
    expect(unknown(parseExpression('tickets_sold_total{colour="red"}'))).toEqual(['tickets_sold_total{colour}']);
    expect(unknown(parseExpression('sum by (colour) (tickets_sold_total)'))).toEqual(['by colour']);
    expect(unknown(parseExpression('sum by (job) (tickets_sold_total{pod="x"})'))).toEqual([]);
  });
});

test.each(expressions)('%s uses existing metrics', (_, expression) => {
  expect(expression.errors).toEqual([]);
  expect(expression.selected.length).toBeGreaterThan(0);
  expect(unknown(expression)).toEqual([]);
});

describe('alerts', () => {
  test('have names of their own, a severity, words, and a place in the runbook', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    const anchors = [...runbook.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title!.toLowerCase().replaceAll(' ', '-'));
    for (const { alert, labels, annotations } of rules) {
      expect([alert, ['page', 'warn'].includes(labels.severity)]).toEqual([alert, true]);
      expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook', 'summary']);
      const [page, anchor = ''] = annotations.runbook!.split('#');
      expect([alert, page, anchors.includes(anchor)]).toEqual([alert, 'docs/operations.md', true]);
    }
  });

  test('name existing dependencies, and payments as no server', () => {
    const namedIn = (expr: string) => [...expr.matchAll(/dependency(!?=)"(\w+)"/g)].map(([, how, name]) => [how, name]);
    const named = rules.flatMap(({ expr }) => namedIn(expr));
    expect(named.map(([, name]) => name).filter((name) => !dependencies.has(name!))).toEqual([]);
    const of = (alert: string) => namedIn(rules.find((rule) => rule.alert === alert)!.expr);
    expect(of('OnsaleDependencyAway')).toEqual([['!=', 'payments']]);
    expect(of('OnsalePaymentsElsewhere')).toContainEqual(['=', 'payments']);
  });

  test('name limits of memory that are the deployments’ own', () => {
    const { expr } = rules.find(({ alert }) => alert === 'OnsaleMemory')!;
    for (const [, job, mebibytes] of expr.matchAll(/job="([\w-]+)"\} > 0.9 \* (\d+)/g)) {
      const deployment = resources.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === job);
      expect([job, JSON.stringify(deployment).includes(`"limits":{"memory":"${mebibytes}Mi"}`)]).toEqual([job, true]);
    }
  });
});

describe('the dashboard', () => {
  test('shows every metric of ours', () => {
    const seen = new Set(
      panels.flatMap(({ targets = [] }) =>
        targets.flatMap(({ expr }) => parseExpression(expr).selected.map(({ metric }) => series(metric))),
      ),
    );
    const missing = [...shown.keys()].map(series).filter((metric) => !seen.has(metric));
    expect([...new Set(missing)]).toEqual([]);
  });

  test('has titles, words, units and ids of their own', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, description, fieldConfig, targets = [] } of panels) {
      const unit = fieldConfig?.defaults.unit;
      expect([title, Boolean(description), Boolean(unit), targets.length > 0]).toEqual([title, true, true, true]);
    }
  });

  test('lays no panel over another', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.some((cell) => Number(cell.split(' ')[0]) >= 24)).toBe(false);
  });

  test('names no data source by its id', () => {
    expect(dashboard.templating.list.map(({ type }) => type)).toContain('datasource');
    for (const [, uid] of JSON.stringify(dashboard).matchAll(/"datasource":\{[^}]*"uid":"([^"]*)"/g)) {
      expect(uid).toMatch(/^\$|^-- Grafana --$/);
    }
  });
});
