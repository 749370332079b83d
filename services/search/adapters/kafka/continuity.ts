import type { Admin, EachBatchPayload } from 'kafkajs';
import type { OnDemand } from './client.ts';
import type { Portion } from './intake.ts';

/**
 * Sees when messages are missing between two batches of a partition: kafkajs itself goes on with the oldest that is left,
 * and says nothing.
 */
export function createContinuity(admin: OnDemand<Admin>) {
  const next = new Map<string, bigint>();

  async function holds({ batch }: EachBatchPayload): Promise<boolean> {
    const first = BigInt(batch.firstOffset() ?? -1);
    const expected = next.get(keyOf(batch)) ?? first;
    if (first <= expected) return first === expected;
    // Numbers are also skipped for marks of transactions and by compaction.
    const ranges = await admin.run((client) => client.fetchTopicOffsets(batch.topic));
    const low = ranges.find(({ partition }) => partition === batch.partition)?.low ?? '0';
    return BigInt(low) <= expected;
  }

  function handled(portions: Portion[]): void {
    for (const { payload, messages } of portions) {
      const last = messages.at(-1)!.offset;
      // Behind the last message there may be such marks.
      const isAll = last === payload.batch.messages.at(-1)!.offset;
      next.set(keyOf(payload.batch), BigInt(isAll ? payload.batch.lastOffset() : last) + 1n);
    }
  }

  return { holds, handled, reset: () => next.clear() };
}

const keyOf = ({ topic, partition }: { topic: string; partition: number }) => `${topic}/${partition}`;
