import type { Admin, EachBatchPayload } from 'kafkajs';
import type { OnDemand } from './client.ts';
import type { Portion } from './intake.ts';

/**
 * Notices when messages are missing between two batches of a partition: kafkajs itself goes on with the oldest that is
 * left, and says nothing. Messages that come once more are not missing: a broker that takes over, or a new turn of the
 * group, brings those that were handled and not committed yet.
 */
export function createContinuity(admin: OnDemand<Admin>) {
  const next = new Map<string, bigint>();

  async function holds({ batch }: EachBatchPayload): Promise<boolean> {
    const first = BigInt(batch.firstOffset() ?? -1);
    const expected = next.get(keyOf(batch)) ?? first;
    if (first === expected) return true;
    const ranges = await admin.run((client) => client.fetchTopicOffsets(batch.topic));
    const range = ranges.find(({ partition }) => partition === batch.partition);
    if (!range) throw new Error(`Kafka has not told of ${keyOf(batch)}`);
    // A log that ends before what was handled is that of a topic that was made anew.
    if (first < expected) return BigInt(range.high) >= expected;
    // Numbers are also skipped for marks of transactions and by compaction.
    return BigInt(range.low) <= expected;
  }

  function handled(portions: Portion[]): void {
    for (const { payload, messages } of portions) {
      const last = messages.at(-1)!.offset;
      // Behind the last message there may be such marks.
      const isAll = last === payload.batch.messages.at(-1)!.offset;
      const handledTo = BigInt(isAll ? payload.batch.lastOffset() : last) + 1n;
      const known = next.get(keyOf(payload.batch)) ?? handledTo;
      next.set(keyOf(payload.batch), handledTo > known ? handledTo : known);
    }
  }

  return { holds, handled, reset: () => next.clear() };
}

const keyOf = ({ topic, partition }: { topic: string; partition: number }) => `${topic}/${partition}`;
