import { parser } from '@prometheus-io/lezer-promql';

/** A metric in an expression, with the labels of its selector. */
export type Selected = { metric: string; labels: string[] };

export type Expression = {
  /** The places of syntax errors, with the text that follows; empty when the expression is right. */
  errors: string[];
  selected: Selected[];
  /** The labels by which something is grouped or joined. */
  grouped: string[];
};

/** Reads an expression by Prometheus' own grammar. Grafana's variables stand for a time or a name. */
export function parseExpression(expr: string): Expression {
  const text = expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h');
  const found: Expression = { errors: [], selected: [], grouped: [] };
  parser.parse(text).iterate({
    enter(node) {
      const at = text.slice(node.from, node.to);
      if (node.type.isError) found.errors.push(text.slice(node.from, node.from + 30));
      else if (node.name === 'VectorSelector') found.selected.push({ metric: at.split('{')[0]!.trim(), labels: [] });
      else if (/LabelMatcher$/.test(node.name)) found.selected.at(-1)!.labels.push(/^\w+/.exec(at)![0]);
      else if (node.name === 'LabelName' && node.node.parent?.name === 'GroupingLabels') found.grouped.push(at);
    },
  });
  return found;
}

/** Returns the series of a service's `/metrics`: each name with the names of its labels. */
export function parseMetrics(text: string): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = /^([a-z_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (!name) continue;
    const names = known.get(name) ?? new Set();
    for (const [, label] of labels.matchAll(/(\w+)="/g)) names.add(label!);
    known.set(name, names);
  }
  return known;
}
