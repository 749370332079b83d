// All of OpenTelemetry's code: it is loaded only where traces are made.

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  SamplingDecision,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { withTimeout } from '../async/with-timeout.ts';
import { AppError, codeOf } from '../errors.ts';
import { release } from '../process/build.ts';
import type { Logger } from '../process/log.ts';
import type { TracingConfig } from './config.ts';
import type { Attributes, Kind, Span, SpanOptions } from './span.ts';
import type { TraceHeaders, Tracing } from './tracing.ts';

const kinds: Record<Kind, SpanKind> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
};

const closeMs = 2000;

/** The traces of one service, sent to its collector. `exporter` takes them instead, in tests. */
export function createTracing(config: TracingConfig, log: Logger, exporter = otlp(config)): Tracing {
  const { batch, sampling } = config;
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.version': release, ...config.resource })),
    // An unsampled request never comes here: that is decided before a span is made.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reporting(exporter, config.url, log),
        scheduledDelayMillis: batch.delayMs,
        exportTimeoutMillis: batch.exportTimeoutMs,
        maxQueueSize: batch.maxQueued,
        maxExportBatchSize: Math.min(batch.maxBatch, batch.maxQueued),
      }),
    ],
  });
  const tracer = provider.getTracer('onsale', release);
  return {
    samples: sampler(sampling),
    begin(name, options, parent) {
      const context = parent?.traceparent ? contextOf(parent) : ROOT_CONTEXT;
      const state = { isOpen: true, originMs: Date.now() - performance.now() };
      return started(tracer, context, name, options, state, true);
    },
    linkTo(traceparent, attributes = {}) {
      if (!traceparent || !isSampled(traceparent)) return undefined;
      const context = trace.getSpanContext(contextOf({ traceparent }));
      return context && { context, attributes: defined(attributes) };
    },
    close: () => withTimeout(() => provider.shutdown(), closeMs).catch(() => {}),
  };
}

type Sampling = TracingConfig['sampling'];

/**
 * Returns which requests to trace. Most have no `traceparent`: they are decided by chance, before they get a trace id,
 * for making one costs more than all else that is done for a request without a trace.
 */
function sampler({ parentBased, ratio }: Sampling): Tracing['samples'] {
  const byId = new TraceIdRatioBasedSampler(ratio);
  return (traceparent) => {
    const isGiven = traceparent !== undefined && traceparentForm.test(traceparent);
    if (!isGiven) return ratio > 0 && Math.random() < ratio;
    if (parentBased) return isSampled(traceparent);
    const traceId = traceparent.slice(3, 35);
    return byId.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED;
  };
}

const traceparentForm = /^[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}/;

const isSampled = (traceparent: string): boolean =>
  traceparentForm.test(traceparent) && (Number.parseInt(traceparent.slice(53, 55), 16) & 1) === 1;

const propagator = new W3CTraceContextPropagator();

const contextOf = (headers: TraceHeaders) =>
  propagator.extract(ROOT_CONTEXT, headers, {
    get: (carrier, name) => (carrier as Record<string, string | undefined>)[name],
    keys: (carrier) => Object.keys(carrier),
  });

/**
 * What all spans of a trace have in common here. None begins after the first has ended; and their times are of one clock,
 * which the SDK would read in whole milliseconds.
 */
type State = { isOpen: boolean; readonly originMs: number };

function started(
  tracer: Tracer,
  parent: typeof ROOT_CONTEXT,
  name: string,
  { kind = 'internal', attributes = {}, links = [] }: SpanOptions,
  state: State,
  isFirst: boolean,
): Span {
  const nowMs = () => state.originMs + performance.now();
  const made = tracer.startSpan(
    name,
    { kind: kinds[kind], attributes: defined(attributes), links, startTime: nowMs() },
    parent,
  );
  const context = made.spanContext();
  const below = trace.setSpan(parent, made);
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    link: { context },
    set: (more) => void made.setAttributes(defined(more)),
    rename: (other) => void made.updateName(other),
    child: (other, options = {}) => started(tracer, below, other, options, state, false),
    end(error) {
      if (isFirst) state.isOpen = false;
      if (error !== undefined) {
        made.setAttribute('error.type', typeOf(error));
        if (!isExpected(error)) made.setStatus({ code: SpanStatusCode.ERROR });
      }
      made.end(nowMs());
    },
    isOpen: () => state.isOpen,
  };
}

const defined = (attributes: Attributes) =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

/** A refusal is a usual end: the seat was sold, the card declined. */
const isExpected = (error: unknown): boolean =>
  error instanceof AppError && error.kind !== 'internal' && error.kind !== 'unavailable';

/** The kind of an error. Its message stays out of the traces: a driver's may show values of a row. */
function typeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  return codeOf(error) || (error instanceof Error ? error.name : typeof error);
}

function otlp({ url, headers, ca, timeoutMs, compression }: TracingConfig): SpanExporter {
  return new OTLPTraceExporter({
    url,
    headers: async () => headers(),
    timeoutMillis: timeoutMs,
    compression: compression as NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>['compression'] & string,
    httpAgentOptions: { keepAlive: true, ...(ca && { ca: ca.text() }) },
  });
}

/** Logs that spans are lost when that begins and not each time, and that they arrive again. */
function reporting(exporter: SpanExporter, url: string, log: Logger): SpanExporter {
  let isLost = false;
  function heard({ code, error }: ExportResult): void {
    const failed = code !== ExportResultCode.SUCCESS;
    if (failed && !isLost)
      log.warn({ err: error, url: new URL(url).origin }, 'traces are lost: no collector takes them');
    if (!failed && isLost) log.info('the collector takes traces again');
    isLost = failed;
  }
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        heard(result);
        done({ code: ExportResultCode.SUCCESS });
      }),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush!() }),
  };
}
