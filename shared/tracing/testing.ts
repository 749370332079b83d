import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { readConfig } from '../config/environment.ts';
import { silentLog } from '../process/log.ts';
import { eventually } from '../testing/eventually.ts';
import { tracingConfig, tracingVariables } from './config.ts';
import { createTracing } from './sdk.ts';

/** Traces of a test, kept in memory; `env` has more of OpenTelemetry's variables. */
export function testTracing(env: Record<string, string> = {}) {
  const exporter = new InMemorySpanExporter();
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_BSP_SCHEDULE_DELAY: '1', ...env };
  const tracing = createTracing(tracingConfig(readConfig(tracingVariables, all), 'test')!, silentLog, exporter);
  /** Waits for so many spans, and returns all in the order of their beginnings. */
  const spans = (count: number): Promise<ReadableSpan[]> =>
    eventually(() => {
      const found = exporter.getFinishedSpans();
      return found.length >= count && [...found].sort((a, b) => startOf(a) - startOf(b));
    });
  return { tracing, spans, count: () => exporter.getFinishedSpans().length };
}

const startOf = ({ startTime: [seconds, nanos] }: ReadableSpan) => seconds * 1e9 + nanos;
