import { expect, test } from 'bun:test';
import type { KafkaMessage } from 'kafkajs';
import { toldTraces } from './told-traces.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const message = (value: unknown, headers = {}) =>
  ({ value: Buffer.from(JSON.stringify(value)), headers }) as KafkaMessage;
const told = (prefix: string) => ({
  op: 'm',
  source: { txId: 7 },
  message: { prefix, content: Buffer.from(traceparent).toString('base64') },
});
const read = (transaction?: number) => ({
  change: { table: 'events', op: 'u' as const, row: {}, position: 'x/0@1' },
  ...(transaction !== undefined && { transaction }),
});

test.each([told('traceparent'), { schema: {}, payload: told('traceparent') }])(
  'a transaction’s logical message gives its changes their trace',
  (value) => {
    const traces = toldTraces();
    traces.hear(message(value));
    expect(traces.trace(read(7), message({}))).toMatchObject({ traceparent });
    expect(traces.trace(read(8), message({}))).not.toHaveProperty('traceparent');
    expect(traces.trace(read(), message({}))).not.toHaveProperty('traceparent');
  },
);

test('a record’s own header goes before it', () => {
  const traces = toldTraces();
  traces.hear(message(told('traceparent')));
  const other = traceparent.replace('b7', 'c8');
  expect(traces.trace(read(7), message({}, { traceparent: Buffer.from(other) }))).toMatchObject({ traceparent: other });
});

test('other messages of the topic tell no trace', () => {
  const traces = toldTraces();
  for (const value of [told('other'), { aggregate_type: 'Initial Snapshot' }, null, 1]) traces.hear(message(value));
  traces.hear({ value: Buffer.from('no JSON') } as KafkaMessage);
  traces.hear({ value: null } as KafkaMessage);
  expect(traces.trace(read(7), message({}))).not.toHaveProperty('traceparent');
});
