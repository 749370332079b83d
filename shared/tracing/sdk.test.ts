import { expect, test } from 'bun:test';
import { SpanStatusCode } from '@opentelemetry/api';
import { AppError, unavailable } from '../errors.ts';
import { rootSpan, span } from './span.ts';
import { testTracing } from './testing.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const header = (flags: string, id = traceId) => `00-${id}-b7ad6b7169203331-${flags}`;

test.each([
  ['parentbased_always_off', header('01'), true],
  ['parentbased_always_on', header('00'), false],
  ['parentbased_always_on', 'no traceparent', true],
  ['parentbased_always_on', header('00', '0'.repeat(32)), true],
  ['parentbased_always_off', undefined, false],
  ['always_off', header('01'), false],
  ['always_on', header('00'), true],
])('%s samples a request with %s: %j', (OTEL_TRACES_SAMPLER, traceparent, expected) => {
  expect(testTracing({ OTEL_TRACES_SAMPLER }).tracing.samples(traceparent)).toBe(expected);
});

test('traceidratio decides alike in each service: by the trace’s id', () => {
  const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' };
  const [one, other] = [testTracing(env), testTracing(env)];
  const headers = Array.from({ length: 200 }, () => header('00', crypto.randomUUID().replaceAll('-', '')));
  const decided = headers.map((traceparent) => one.tracing.samples(traceparent));
  expect(decided).toEqual(headers.map((traceparent) => other.tracing.samples(traceparent)));
  expect(new Set(decided).size).toBe(2);
});

test('parentbased_traceidratio takes its part of the requests without a traceparent', () => {
  const { tracing } = testTracing({
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
  });
  const taken = Array.from({ length: 10_000 }, () => tracing.samples()).filter(Boolean).length;
  expect(taken).toBeGreaterThan(2000);
  expect(taken).toBeLessThan(3000);
});

test('a trace goes on under the caller’s span, with its state', async () => {
  const { tracing, spans } = testTracing();
  tracing.begin('GET', { kind: 'server' }, { traceparent: header('01'), tracestate: 'vendor=1' }).end();
  const [root] = await spans(1);
  expect(root?.spanContext()).toMatchObject({ traceId, traceFlags: 1 });
  expect(root?.spanContext().traceState?.get('vendor')).toBe('1');
  expect(root?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
});

test.each([
  ['conflict', SpanStatusCode.UNSET, new AppError('conflict', 'sold')],
  ['unavailable', SpanStatusCode.ERROR, unavailable('PostgreSQL', undefined)],
  ['23505', SpanStatusCode.ERROR, Object.assign(new Error('row (secret) …'), { code: '23505' })],
  ['TypeError', SpanStatusCode.ERROR, new TypeError('a bug')],
])('a span that ends with an error has its type (%s), the status %d, and no text of it', async (type, code, error) => {
  const { tracing, spans } = testTracing();
  const work = rootSpan(tracing.begin('root', {}), () => Promise.reject(error));
  expect(work).rejects.toThrow(error.message);
  const [root] = await spans(1);
  expect(root?.attributes).toEqual({ 'error.type': type });
  expect(root?.status).toEqual({ code });
  expect(root?.events).toEqual([]);
});

test('what goes on after the first span has ended adds nothing to the trace', async () => {
  const { tracing, spans } = testTracing();
  const later = Promise.withResolvers<void>();
  let after: Promise<void> | undefined;
  await rootSpan(tracing.begin('root', {}), async () => {
    after = later.promise.then(() => span('late', {}, async () => {}));
    await span('in time', {}, async () => {});
  });
  await rootSpan(tracing.begin('another', {}), async () => {
    later.resolve();
    await after;
  });
  // Batches may come in any order.
  expect((await spans(3)).map(({ name }) => name).sort()).toEqual(['another', 'in time', 'root']);
});

test('links are made to sampled spans alone', () => {
  const { tracing } = testTracing();
  expect(tracing.linkTo(header('01'), { at: '0/1' })?.context.traceId).toBe(traceId);
  for (const none of [undefined, 'nonsense', header('00')]) expect(tracing.linkTo(none)).toBeUndefined();
});
