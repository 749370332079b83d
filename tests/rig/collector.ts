import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** A span as it came to the collector. */
export type Collected = {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  kind: number;
  startMs: number;
  endMs: number;
  isError: boolean;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string; attributes: Record<string, unknown> }[];
};

/** A collector of traces: it takes OTLP as JSON over HTTP, and writes each span to a file as one line of JSON. */
export type Collector = { url: string; headers: Headers[]; spans(): Collected[]; stop(): Promise<void> };

export function startCollector(file: string, port = 0): Collector {
  const headers: Headers[] = [];
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    async fetch(request) {
      if (new URL(request.url).pathname !== '/v1/traces') return new Response(null, { status: 404 });
      headers.push(request.headers);
      const gzipped = request.headers.get('Content-Encoding') === 'gzip';
      const bytes = new Uint8Array(await request.arrayBuffer());
      const text = new TextDecoder().decode(gzipped ? Bun.gunzipSync(bytes) : bytes);
      const lines = spansOf(JSON.parse(text) as Otlp).map((span) => `${JSON.stringify(span)}\n`);
      appendFileSync(file, lines.join(''));
      return Response.json({ partialSuccess: {} });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    headers,
    spans: () => readSpans(file),
    stop: () => server.stop(true),
  };
}

/** Reads the spans of a file that a collector has written. */
export function readSpans(file: string): Collected[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** Returns a trace's spans with their depth, each below its parent, in the order of their beginnings. */
export function spansInOrder(spans: Collected[], traceId: string): { span: Collected; depth: number }[] {
  const ofTrace = spans.filter((span) => span.traceId === traceId).sort((a, b) => a.startMs - b.startMs);
  const ids = new Set(ofTrace.map(({ spanId }) => spanId));
  const parentOf = ({ parentId }: Collected) => (parentId && ids.has(parentId) ? parentId : undefined);
  const below = (parentId: string | undefined, depth: number): { span: Collected; depth: number }[] =>
    ofTrace
      .filter((span) => parentOf(span) === parentId)
      .flatMap((span) => [{ span, depth }, ...below(span.spanId, depth + 1)]);
  return below(undefined, 0);
}

/** Returns a trace as lines, a name each, indented by depth. */
export const treeOf = (spans: Collected[], traceId: string): string[] =>
  spansInOrder(spans, traceId).map(({ span, depth }) => `${'  '.repeat(depth)}${span.name}`);

type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean } & {
  arrayValue?: { values: Value[] };
};
type KeyValue = { key: string; value: Value };
type OtlpLink = { traceId: string; spanId: string; attributes?: KeyValue[] };
type OtlpSpan = OtlpLink & {
  name: string;
  parentSpanId?: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status?: { code?: number };
  links?: OtlpLink[];
};
type Otlp = { resourceSpans: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: OtlpSpan[] }[] }[] };

function spansOf({ resourceSpans }: Otlp): Collected[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(flat(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => collected(service, span)));
  });
}

const collected = (service: string, span: OtlpSpan): Collected => ({
  service,
  name: span.name,
  traceId: span.traceId,
  spanId: span.spanId,
  parentId: span.parentSpanId || undefined,
  kind: span.kind,
  startMs: Number(span.startTimeUnixNano) / 1e6,
  endMs: Number(span.endTimeUnixNano) / 1e6,
  isError: span.status?.code === 2,
  attributes: flat(span.attributes),
  links: (span.links ?? []).map(({ traceId, spanId, attributes }) => ({
    traceId,
    spanId,
    attributes: flat(attributes),
  })),
});

const flat = (attributes: KeyValue[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));

function plain(value: Value): unknown {
  if (value.arrayValue) return value.arrayValue.values.map(plain);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}
