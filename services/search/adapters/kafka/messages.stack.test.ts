import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { Message } from 'kafkajs';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makeVenue } from '../../testing.ts';
import { follow, type KafkaStack, startKafkaStack } from './stack.harness.ts';

setDefaultTimeout(60_000);

let stack: KafkaStack;
beforeAll(async () => {
  stack = await startKafkaStack();
});
afterAll(() => stack.drop());

const topicOf = (table: string) => `${stack.config.topicPrefix}.public.${table}`;

async function send(table: string, ...messages: Message[]): Promise<void> {
  const producer = stack.kafka.producer();
  await producer.connect();
  await producer.send({ topic: topicOf(table), messages: messages.map((one) => ({ partition: 0, ...one })) });
  await producer.disconnect();
}

async function followed() {
  const follower = follow(stack.open());
  await eventually(() => follower.source.state() === 'following');
  return follower;
}

const bare = (change: object) => JSON.stringify(change);
const enveloped = (change: object) => JSON.stringify({ schema: { type: 'struct' }, payload: change });
const source = { table: 'events', txId: null };

test('every kind of change is read, with and without its schema; tombstones are passed over', async () => {
  const { handled, stop } = await followed();
  for (const wrap of [bare, enveloped]) {
    handled.length = 0;
    await send(
      'events',
      { value: wrap({ op: 'r', before: null, after: { id: 1 }, source }) },
      { value: wrap({ op: 'c', before: null, after: { id: 2 }, source }) },
      { value: wrap({ op: 'u', before: { id: 2 }, after: { id: 3 }, source }) },
      { value: wrap({ op: 'u', before: null, after: { id: 4 } }) },
      { value: wrap({ op: 'd', before: { id: 5 }, after: null, source }), key: '{"id":5}' },
      { value: null, key: '{"id":5}' },
      { value: wrap({ op: 't', source }) },
    );
    await eventually(() => handled.length >= 6);
    expect(handled.map(({ table, op, row, before }) => ({ table, op, row, before }))).toEqual([
      { table: 'events', op: 'r', row: { id: 1 }, before: undefined },
      { table: 'events', op: 'c', row: { id: 2 }, before: undefined },
      { table: 'events', op: 'u', row: { id: 3 }, before: { id: 2 } },
      { table: 'events', op: 'u', row: { id: 4 }, before: undefined },
      { table: 'events', op: 'd', row: { id: 5 }, before: undefined },
      { table: 'events', op: 't', row: {}, before: undefined },
    ]);
  }
  await stop();
});

test('a message that cannot be read is handed on as it came, between its neighbours', async () => {
  const { handled, stop } = await followed();
  const good = (id: number) => ({ value: bare({ op: 'c', after: { id }, source }) });
  const poison = ['not JSON', '', '[]', '"text"', '{"op":7}', '{"op":"x"}', '{"op":"c"}', '{"op":"d","before":[1]}'];
  const bytes = Buffer.from([0xff, 0x00, 0xfe]);
  await send('venues', good(1), ...poison.map((value) => ({ key: 'k', value })), { value: bytes }, good(2));
  await eventually(() => handled.some((change) => change.row.id === 2));
  const unreadable = handled.filter((change) => change.unreadable !== undefined);
  expect(handled.length).toBe(unreadable.length + 2);
  expect(handled.map((change) => change.row.id ?? 'poison').slice(0, 2)).toEqual([1, 'poison']);
  // An empty value is as good as none.
  expect(unreadable.map(({ original }) => Buffer.from(original!.value!).toString('latin1'))).toEqual([
    ...poison.filter((text) => text !== ''),
    bytes.toString('latin1'),
  ]);
  expect(Buffer.from(unreadable[0]!.original!.key!).toString()).toBe('k');
  expect(unreadable[0]!.position).toMatch(new RegExp(`^${topicOf('venues')}/0@\\d+$`));
  expect(unreadable.find(({ original }) => String(original?.value) === '{"op":"x"}')?.unreadable).toContain('"x"');
  await stop();
});

test('a transaction that is not of this server is not waited for', async () => {
  const { handled, stop } = await followed();
  const [row] = await stack.database.sql`select pg_current_xact_id()::text::int as transaction`;
  const ids = [row?.transaction + 1_000_000, 99_999_999_999, 1.5, '1e400', -5];
  for (const [at, txId] of ids.entries()) {
    const id = 1000 + at;
    await send('events', { value: `{"op":"c","after":{"id":${id}},"source":{"txId":${txId}}}` });
    await eventually(() => handled.some((change) => change.row.id === id));
  }
  await stop();
});

test('a change waits until its transaction can be seen', async () => {
  const { handled, stop } = await followed();
  const writer = await stack.database.sql.reserve();
  await writer`begin`;
  const [row] = await writer`select pg_current_xact_id()::text::int as transaction`;
  const value = bare({ op: 'c', after: { id: 77 }, source: { table: 'performers', txId: row?.transaction } });
  await send('performers', { value });
  await send('event_performers', { value: bare({ op: 'c', after: { event_id: 78 }, source: { txId: null } }) });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(handled.some((change) => change.row.id === 77)).toBe(false);
  await writer`commit`;
  writer.release();
  await eventually(() => handled.some((change) => change.row.id === 77));
  await stop();
});

test('rows of the first snapshot come before what is written after it', async () => {
  const { handled, gaps, stop } = await followed();
  await makeVenue(stack.database.sql, 'there before');
  handled.length = 0;
  await stack.connector('apply');
  await makeVenue(stack.database.sql, 'made later');
  await eventually(() => handled.length >= 2);
  await eventually(() => gaps.filter((gap) => gap).length >= 1);
  expect(handled.map(({ op, row }) => [op, row.location]).sort()).toEqual([
    ['c', 'made later'],
    ['r', 'there before'],
  ]);
  await stop();
});
