import type { Admin } from 'kafkajs';
import { KafkaJSError } from 'kafkajs/src/errors.js';
import { sleep } from '../../../../shared/async/clock.ts';

export type Place = { topic: string; partition: number; offset: bigint };

/** A partition's messages are those from `low` to before `high`; the group has handled all before `committed`. */
export type PartitionState = {
  topic: string;
  partition: number;
  low: bigint;
  high: bigint;
  committed: bigint | undefined;
};

const attempts = 5;
const firstPauseMs = 50;

/**
 * Returns the messages that there are, and those that the group has handled, of every partition of the topics. "None"
 * always comes from the group's coordinator: kafkajs leaves out the partitions of a topic that is missing in its
 * metadata, which lookups at the same time overwrite. It is asked again then, and when the coordinator is loading or
 * has moved.
 */
export async function readPartitions(admin: Admin, groupId: string, topics: string[]): Promise<PartitionState[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(admin, groupId, topics);
    } catch (error) {
      if (attempt === attempts || !(error instanceof KafkaJSError && error.retriable)) throw error;
      await sleep(firstPauseMs * 2 ** (attempt - 1));
    }
  }
}

async function readOnce(admin: Admin, groupId: string, topics: string[]): Promise<PartitionState[]> {
  const committed = new Map<string, bigint>();
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics })) {
    for (const { partition, offset } of partitions) committed.set(`${topic}/${partition}`, BigInt(offset));
  }
  const ranges = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
  return topics.flatMap((topic, at) => {
    const partitions = ranges[at]!;
    if (partitions.length === 0) throw noReply(topic);
    return partitions.map(({ partition, low, high }) => {
      const offset = committed.get(`${topic}/${partition}`);
      if (offset === undefined) throw noReply(`${topic}/${partition}`);
      // A negative one stands for none.
      const known = offset < 0n ? undefined : offset;
      return { topic, partition, low: BigInt(low), high: BigInt(high), committed: known };
    });
  });
}

const noReply = (what: string) => new KafkaJSError(`Kafka has not told of ${what}`, { retriable: true });

/**
 * Returns whether changes may be missing: none was read yet, or some went before they were read (retention), or the
 * topic was made anew.
 */
export const isLost = ({ low, high, committed }: PartitionState) =>
  committed === undefined || committed < low || committed > high;

/** How many messages are not handled yet. */
export const behind = ({ low, high, committed = low }: PartitionState) =>
  Number(high - (committed < low || committed > high ? low : committed));

/** Returns where the messages since `sinceMs` begin, in these partitions. */
export async function placesSince(admin: Admin, partitions: PartitionState[], sinceMs: number): Promise<Place[]> {
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  const wanted = new Set(partitions.map(({ topic, partition }) => `${topic}/${partition}`));
  const found = await Promise.all(
    topics.map(async (topic) => {
      const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, sinceMs);
      return offsets.map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) }));
    }),
  );
  return found.flat().filter(({ topic, partition }) => wanted.has(`${topic}/${partition}`));
}
