import { expect, test } from 'bun:test';
import { testTracing } from '../../shared/tracing/testing.ts';
import type { Change, ChangeSource } from './domain/changes/change-source.ts';
import { tracedSource } from './traced-source.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

const change = (given: Partial<Change>): Change => ({
  table: 'events',
  op: 'u',
  row: { id: 1 },
  position: '0/1',
  ...given,
});

/** Hands these changes to a follower that does nothing, and returns the tracing that saw it. */
async function deliver(changes: Change[], group?: string, env: Record<string, string> = {}) {
  const testing = testTracing({ OTEL_TRACES_SAMPLER: 'parentbased_always_off', ...env });
  const source = {
    run: ({ onBatch }: { onBatch(changes: Change[]): Promise<void> }) => onBatch(changes),
  } as unknown as ChangeSource;
  await tracedSource(source, testing.tracing, group).run({
    onConnect: async () => {},
    onBatch: async () => {},
    signal: new AbortController().signal,
  });
  return testing;
}

test('a batch of the log links to each trace of its changes, once', async () => {
  const changes = [
    change({ traceparent, position: '0/1' }),
    change({ table: 'venues', row: { id: 7 }, traceparent, position: '0/2' }),
    change({ table: 'event_performers', row: { event_id: 9 }, position: '0/3' }),
  ];
  const [root] = await (await deliver(changes)).spans(1);
  expect(root?.links.map(({ context }) => context.traceId)).toEqual([traceId]);
  expect({ name: root?.name, ...root?.attributes } as object).toEqual({
    name: 'process',
    'db.system.name': 'postgresql',
    'onsale.changes': 3,
    'onsale.tables': ['event_performers', 'events', 'venues'],
    'onsale.rows': ['event_performers 9', 'events 1', 'venues 7'],
    'onsale.position.first': '0/1',
    'onsale.position.last': '0/3',
  });
});

test('a batch of Kafka has the members of the semantic conventions of messaging', async () => {
  const position = 'pg.public.events/2@154';
  const [root] = await (await deliver([change({ traceparent, position })], 'group')).spans(1);
  expect({ name: root?.name, ...root?.attributes }).toMatchObject({
    name: 'process pg.public.events',
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': 'pg.public.events',
    'messaging.consumer.group.name': 'group',
    'messaging.batch.message_count': 1,
  });
});

test('a batch without a trace is traced by the sampler’s chance', async () => {
  expect((await deliver([change({})])).count()).toBe(0);
  const traced = await deliver([change({})], undefined, { OTEL_TRACES_SAMPLER: 'always_on' });
  expect(await traced.spans(1)).toMatchObject([{ name: 'process events', links: [] }]);
});
