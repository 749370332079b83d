import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { isAppError } from '../../../../shared/errors.ts';
import { silentLog } from '../../../../shared/process/log.ts';
import { testClock } from '../../../../shared/testing/clock.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import type { Change } from '../../domain/changes/change-source.ts';
import { type DeadLetter, type DeadLetterTopic, kafkaDeadLetterTopic } from './dead-letter-topic.ts';
import { type KafkaDeadLetters, kafkaDeadLetters } from './kafka-dead-letters.ts';
import { follow, type KafkaStack, startKafkaStack } from './stack.harness.ts';

setDefaultTimeout(60_000);

let stack: KafkaStack;
let letters: KafkaDeadLetters;
let kept: DeadLetterTopic;
beforeAll(async () => {
  stack = await startKafkaStack();
  letters = kafkaDeadLetters({ config: stack.config, log: silentLog, clock: testClock() });
  kept = kafkaDeadLetterTopic({ config: stack.config, log: silentLog });
});
afterAll(async () => {
  await Promise.all([letters.close(), kept.close()]);
  await stack.drop();
});

async function listed(): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  await kept.list((letter) => found.push(letter));
  return found;
}

test('before the first letter there is none to list or replay', async () => {
  expect(await listed()).toEqual([]);
  expect(await kept.replay()).toEqual({ sent: 0, skipped: 0 });
});

test('an unreadable message is kept as it came, and comes back when it is replayed in vain', async () => {
  const seen: Change[] = [];
  const { source, stop } = follow(stack.open(), async (changes) => {
    for (const change of changes) {
      seen.push(change);
      if (change.unreadable !== undefined) await letters.put(change, change.unreadable);
    }
  });
  await eventually(() => source.state() === 'following');
  const topic = `${stack.config.topicPrefix}.public.venues`;
  const [key, value] = [Buffer.from([1, 0, 255]), Buffer.from([0xff, 0x00, 0x7b])];
  const producer = stack.kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ partition: 2, key, value }] });
  await producer.disconnect();
  await eventually(async () => (await listed()).length === 1);

  const [letter] = await listed();
  expect(letter).toEqual({
    offset: '0',
    time: '2030-01-01T00:00:00.000Z',
    cause: seen[0]!.unreadable!,
    position: `${topic}/2@0`,
    origin: { topic, partition: 2, offset: '0' },
    replays: 0,
    key,
    value,
  });
  expect(await kept.replay()).toEqual({ sent: 1, skipped: 0 });
  await eventually(async () => (await listed()).length === 2);
  expect((await listed()).map(({ replays }) => replays)).toEqual([0, 1]);
  // The first is not sent again, its return is.
  expect(await kept.replay()).toEqual({ sent: 1, skipped: 0 });
  await eventually(async () => (await listed()).map(({ replays }) => replays).join() === '0,1,2');
  expect(await kept.replay((one) => expect(one.replays).toBe(2))).toEqual({ sent: 1, skipped: 0 });
  expect(seen.every((change) => change.original?.value && Buffer.from(change.original.value).equals(value))).toBe(true);
  await stop();
});

test('a row that the index refused is announced once more', async () => {
  const { source, handled, stop } = follow(stack.open());
  await eventually(() => source.state() === 'following');
  const refused: Change = { table: 'events', op: 'u', row: { id: 41n }, position: 'event 41' };
  await letters.put(refused, 'too long');
  await letters.put({ ...refused, table: 'nobody’s' }, 'from elsewhere');
  const before = handled.length;
  expect(await kept.replay()).toMatchObject({ skipped: 1 });
  await eventually(() => handled.slice(before).some(({ table, row }) => table === 'events' && Number(row.id) === 41));
  const last = (await listed()).at(-2);
  expect([last?.position, last?.cause, last?.origin]).toEqual(['event 41', 'too long', undefined]);
  await stop();
});

test('a message as large as Kafka takes is kept in part', async () => {
  const value = Buffer.alloc(1_048_000, 'x');
  const original = { key: null, value };
  const position = `${stack.config.topicPrefix}.public.events/0@9`;
  await letters.put({ table: '', op: 'u', row: {}, unreadable: 'x', position, original }, 'y'.repeat(2000));
  expect((await listed()).at(-1)?.value?.length).toBe(100_000);
});

test('no letter counts as kept while Kafka is away', async () => {
  const config = { ...stack.config, brokers: ['127.0.0.1:1'] };
  const away = kafkaDeadLetters({ config, log: silentLog });
  const change: Change = { table: 'events', op: 'u', row: { id: 1 }, position: 'event 1' };
  const failure = await away.put(change, 'cause').catch((error) => error);
  expect(isAppError(failure, 'unavailable')).toBe(true);
  await away.close();
});
