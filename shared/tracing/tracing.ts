import type { Logger } from '../process/log.ts';
import type { TracingConfig } from './config.ts';
import type { Span, SpanOptions } from './span.ts';
import { turnTracingOn } from './span.ts';

/** The traces of one service. */
export type Tracing = {
  /** Returns whether to trace a request, which may have a `traceparent`. */
  samples(traceparent?: string): boolean;
  /** Begins a trace, or continues the one that the headers name (W3C Trace Context). */
  begin(name: string, options: SpanOptions, parent?: TraceHeaders): Span;
  /** Returns a link to the span that a `traceparent` names; undefined for none, a wrong or an unsampled one. */
  linkTo(traceparent: string | undefined, attributes?: SpanOptions['attributes']): Link | undefined;
  /** Sends what waits, for at most two seconds. */
  close(): Promise<void>;
};

export type TraceHeaders = { traceparent?: string | undefined; tracestate?: string | undefined };

type Link = NonNullable<SpanOptions['links']>[number];

/** Starts the traces of a service; without a configuration none, and then no code of OpenTelemetry is loaded. */
export async function openTracing(config: TracingConfig | undefined, log: Logger): Promise<Tracing | undefined> {
  if (!config) return undefined;
  const { createTracing } = await import('./sdk.ts');
  turnTracingOn();
  return createTracing(config, log);
}
