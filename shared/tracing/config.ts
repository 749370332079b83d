import { ConfigError, type Secret, textOf, type Values, v } from '../config/environment.ts';
import { type PemFile, pemVariable } from '../config/tls.ts';

/** OpenTelemetry's own names, those of the environment variables that its specification has. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: v.url(
    'Collector of traces (OTLP over HTTP, such as http://collector:4318; spans go to /v1/traces there). Empty, as OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, makes no traces',
    { example: 'http://collector:4318' },
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: v.url('The whole address that spans go to, in place of the one above', {
    query: true,
    example: 'http://collector:4318/v1/traces',
  }),
  // As in the specification, the name for traces alone goes before the one for all signals.
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: {
    ...v.secret('', 'Headers for the collector, such as a key: name=value, several with commas, percent-encoded'),
    also: ['OTEL_EXPORTER_OTLP_HEADERS'],
  },
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: pemVariable(
    'certificate',
    'File of the authorities of an https collector; empty: those that the runtime knows',
    ['OTEL_EXPORTER_OTLP_CERTIFICATE'],
  ),
  OTEL_EXPORTER_OTLP_TIMEOUT: v.integer(10_000, 1, 600_000, 'Milliseconds that the collector has for one request'),
  OTEL_EXPORTER_OTLP_COMPRESSION: v.oneOf(['none', 'gzip'], 'none', 'Compression of what is sent to the collector'),
  OTEL_EXPORTER_OTLP_PROTOCOL: v.text('', 'How spans are sent: http/json alone'),
  OTEL_TRACES_EXPORTER: v.oneOf(['otlp', 'none'], 'otlp', '`none` makes no traces'),
  OTEL_SDK_DISABLED: v.flag(false, 'true makes no traces'),
  OTEL_TRACES_SAMPLER: v.oneOf(
    [
      'parentbased_always_on',
      'parentbased_traceidratio',
      'parentbased_always_off',
      'always_on',
      'traceidratio',
      'always_off',
    ],
    'parentbased_always_on',
    'Which requests are traced. parentbased_: as the `traceparent` header of the request says, if it has one',
  ),
  OTEL_TRACES_SAMPLER_ARG: v.matching(
    /^(0(\.\d+)?|1(\.0+)?)$/,
    'must be a number from 0 to 1',
    '1',
    'Which part of them the samplers with `traceidratio` take, such as 0.01',
  ),
  OTEL_SERVICE_NAME: v.text('', 'Name in the traces; empty: onsale-events, onsale-booking and onsale-search'),
  OTEL_RESOURCE_ATTRIBUTES: v.text('', 'Attributes of all spans: name=value, several with commas, percent-encoded'),
  OTEL_BSP_SCHEDULE_DELAY: v.integer(5000, 1, 600_000, 'Milliseconds that spans wait for others to be sent together'),
  OTEL_BSP_EXPORT_TIMEOUT: v.integer(30_000, 1, 600_000, 'Milliseconds after which spans that can’t be sent are lost'),
  OTEL_BSP_MAX_QUEUE_SIZE: v.integer(2048, 1, 1_000_000, 'Most spans that wait; more are lost'),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: v.integer(512, 1, 1_000_000, 'Most spans of one request to the collector'),
};

/** Times are in milliseconds. */
export type TracingConfig = {
  url: string;
  headers(): Record<string, string>;
  ca?: PemFile | undefined;
  timeoutMs: number;
  compression: 'none' | 'gzip';
  /** The sampler: the caller's decision may count, and a part of the other requests is traced. */
  sampling: { parentBased: boolean; ratio: number };
  resource: Record<string, string>;
  batch: { delayMs: number; exportTimeoutMs: number; maxQueued: number; maxBatch: number };
};

/** Returns the configuration of a service's traces; undefined when it makes none. Throws `ConfigError`. */
export function tracingConfig(values: Values<typeof tracingVariables>, service: string): TracingConfig | undefined {
  const base = values.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '');
  const url = values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || (base && `${base}/v1/traces`);
  if (!url || values.OTEL_SDK_DISABLED || values.OTEL_TRACES_EXPORTER === 'none') return undefined;
  if (!['', 'http/json'].includes(values.OTEL_EXPORTER_OTLP_PROTOCOL)) {
    throw new ConfigError([
      `OTEL_EXPORTER_OTLP_PROTOCOL=${values.OTEL_EXPORTER_OTLP_PROTOCOL}: must be http/json, which the port for HTTP of every collector takes (4318)`,
    ]);
  }
  const { OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers, OTEL_TRACES_SAMPLER: sampler } = values;
  pairsOf('OTEL_EXPORTER_OTLP_HEADERS', textOf(headers));
  const given = pairsOf('OTEL_RESOURCE_ATTRIBUTES', values.OTEL_RESOURCE_ATTRIBUTES);
  return {
    url,
    headers: () => pairsOf('OTEL_EXPORTER_OTLP_HEADERS', textOf(headers as Secret)),
    ca: values.OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE,
    timeoutMs: values.OTEL_EXPORTER_OTLP_TIMEOUT,
    compression: values.OTEL_EXPORTER_OTLP_COMPRESSION,
    sampling: {
      parentBased: sampler.startsWith('parentbased_'),
      ratio: ratioOf(sampler, Number(values.OTEL_TRACES_SAMPLER_ARG)),
    },
    resource: {
      'service.name': values.OTEL_SERVICE_NAME || given['service.name'] || `onsale-${service}`,
      ...rest(given),
    },
    batch: {
      delayMs: values.OTEL_BSP_SCHEDULE_DELAY,
      exportTimeoutMs: values.OTEL_BSP_EXPORT_TIMEOUT,
      maxQueued: values.OTEL_BSP_MAX_QUEUE_SIZE,
      maxBatch: values.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
    },
  };
}

const rest = ({ 'service.name': _, ...others }: Record<string, string>) => others;

function ratioOf(sampler: string, given: number): number {
  if (sampler.endsWith('traceidratio')) return given;
  return sampler.endsWith('always_on') ? 1 : 0;
}

/** Returns the pairs of `name=value,name=value`. A wrong text is not shown: it may hold a key. */
function pairsOf(variable: string, text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const name = pair.slice(0, at).trim();
      if (at < 1 || name === '') throw new ConfigError([`${variable}: must be name=value, several with commas`]);
      return [name, decoded(variable, pair.slice(at + 1).trim())];
    }),
  );
}

function decoded(variable: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConfigError([`${variable}: a value is wrongly percent-encoded`]);
  }
}
