import type { Admin, Consumer } from 'kafkajs';
import type { KafkaClient } from './client.ts';
import { type DeadLetter, fromMessage } from './dead-letter.ts';
import { behind, readPartitions } from './offsets.ts';

export type ReadOptions = {
  kafka: KafkaClient;
  admin: Admin;
  topic: string;
  /** Remembers how far it came, if `remember`. */
  group: string;
  remember: boolean;
  onLetter(letter: DeadLetter): Promise<void>;
};

const patienceMs = 60_000;

/** Reads the letters that are there now and that the group has not seen; rejects with what `onLetter` throws. */
export async function readDeadLetters(options: ReadOptions): Promise<void> {
  const { kafka, admin, topic, group } = options;
  if (!(await admin.listTopics()).includes(topic)) return;
  const partitions = await readPartitions(admin, group, [topic]);
  const ends = new Map(partitions.filter((one) => behind(one) > 0).map(({ partition, high }) => [partition, high]));
  if (ends.size === 0) return;
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  const done = Promise.withResolvers<void>();
  const tooLong = setTimeout(() => done.reject(new Error(`read no letter for ${patienceMs / 1000} s`)), patienceMs);
  consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consume(consumer, options, ends, done, () => tooLong.refresh());
    await done.promise;
  } finally {
    clearTimeout(tooLong);
    await consumer.disconnect().catch(() => {});
  }
}

async function consume(
  consumer: Consumer,
  { topic, remember, onLetter }: ReadOptions,
  ends: Map<number, bigint>,
  done: PromiseWithResolvers<void>,
  onProgress: () => void,
): Promise<void> {
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    async eachBatch({ batch: { partition, messages }, resolveOffset, commitOffsetsIfNecessary, heartbeat }) {
      const end = ends.get(partition) ?? 0n;
      for (const message of messages) {
        const next = BigInt(message.offset) + 1n;
        if (next > end) break;
        await onLetter(fromMessage(message)).catch((error) => {
          done.reject(error);
          throw error;
        });
        resolveOffset(message.offset);
        const partitions = [{ partition, offset: String(next) }];
        if (remember) await commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
        onProgress();
        await heartbeat();
        if (next === end) ends.delete(partition);
      }
      if (ends.size === 0) done.resolve();
    },
  });
}
