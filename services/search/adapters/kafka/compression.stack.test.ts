import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { silentLog } from '../../../../shared/process/log.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { stackAddress } from '../../../../shared/testing/stack.ts';
import { openKafka } from './client.ts';

setDefaultTimeout(60_000);

const brokers = stackAddress('KAFKA_LISTENERS').split(',');
const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
const kafka = openKafka({ brokers }, silentLog);
beforeAll(() => admin.connect());
afterAll(() => admin.disconnect());

/** Values that compress well, badly and not at all; one is larger than a block of any format. */
const values = [
  Buffer.from('seat '.repeat(100_000)),
  randomBytes(100_000),
  Buffer.from(JSON.stringify(Array.from({ length: 3000 }, (_, id) => ({ id, name: `Concert ${id % 70}` })))),
  Buffer.alloc(0),
  Buffer.from('x'),
];

test.each(['snappy', 'lz4', 'zstd', 'gzip'])(
  'messages that Kafka compresses by %s are read as they were',
  async (by) => {
    const topic = `t${randomBytes(5).toString('hex')}`;
    const configEntries = [{ name: 'compression.type', value: by }];
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
    const producer = kafka.producer();
    const consumer = kafka.consumer({ groupId: topic });
    try {
      await producer.connect();
      // One batch.
      await producer.send({ topic, messages: values.map((value) => ({ value })) });
      const read: Buffer[] = [];
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ eachMessage: async ({ message }) => void read.push(message.value!) });
      await eventually(() => read.length === values.length, 20_000);
      expect(read.map((value, i) => value.equals(values[i]!))).toEqual(values.map(() => true));
    } finally {
      await Promise.all([producer.disconnect(), consumer.disconnect()]);
      await admin.deleteTopics({ topics: [topic] });
    }
  },
);
