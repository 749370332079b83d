import { expect, test } from 'bun:test';
import { currentSpan, rootSpan, sharedSpan, span, spanIds, tracedPort, turnTracingOn } from './span.ts';
import { testTracing } from './testing.ts';

test('without a trace there is only the work', async () => {
  expect(span('work', {}, () => 1)).toBe(1);
  expect(await span('work', {}, async () => currentSpan())).toBeUndefined();
  expect(spanIds()).toEqual({});
});

test('spans nest with the work, also of calls that return no promise', async () => {
  const { tracing, spans } = testTracing();
  await rootSpan(tracing.begin('root', {}), async () => {
    await Promise.all([span('a', {}, async () => span('a1', {}, () => 1)), span('b', {}, async () => {})]);
  });
  const [root, a, a1, b] = await spans(4);
  const parents = [root, a, a1, b].map((one) => one?.parentSpanContext?.spanId);
  expect(parents).toEqual([undefined, root, a, root].map((one) => one?.spanContext().spanId));
});

test('the log’s members name the span of the work', async () => {
  const { tracing } = testTracing();
  const root = tracing.begin('root', {});
  expect(await rootSpan(root, async () => spanIds())).toEqual({ trace_id: root.traceId, span_id: root.spanId });
});

test('work for several callers is a span of the first, with links to the others', async () => {
  const { tracing, spans } = testTracing();
  const [one, two, three] = ['one', 'two', 'three'].map((name) => tracing.begin(name, {}));
  await rootSpan(three!, () =>
    rootSpan(two!, () => rootSpan(one!, () => sharedSpan('statement', [undefined, two, one, three], async () => {}))),
  );
  const shared = (await spans(4)).find(({ name }) => name === 'statement');
  expect(shared?.parentSpanContext?.spanId).toBe(two!.spanId);
  expect(shared?.links.map(({ context }) => context.traceId)).toEqual([one!.traceId, three!.traceId]);
  expect(shared?.attributes).toEqual({ 'db.operation.batch.size': 4 });
});

test('work for callers without a trace is of none, though a traced one has started it', async () => {
  const { tracing } = testTracing();
  await rootSpan(tracing.begin('root', {}), async () => {
    expect(sharedSpan('statement', [undefined], currentSpan)).toBeUndefined();
    expect(currentSpan()).toBeDefined();
  });
});

test('a port’s calls are spans; while no traces are made it is the port itself', async () => {
  const port = { name: 'port', add: async (a: number, b: number) => a + b };
  expect(tracedPort('sum', port)).toBe(port);
  const turnOff = turnTracingOn();
  const traced = tracedPort('sum', port, { by: 'us' });
  turnOff();
  const { tracing, spans } = testTracing();
  expect(traced.name).toBe('port');
  expect(await rootSpan(tracing.begin('root', {}), () => traced.add(1, 2))).toBe(3);
  expect((await spans(2))[1]).toMatchObject({ name: 'sum.add', attributes: { by: 'us' } });
});
