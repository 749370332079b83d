import type { Clock } from '../../../../shared/async/clock.ts';
import { behind, type PartitionState } from './offsets.ts';

/** Since when messages wait, as far as earlier looks can tell, in seconds. */
export function createAge(clock: Clock) {
  const seen: { ends: Map<string, bigint>; atMs: number }[] = [];

  return function age(partitions: PartitionState[]): number {
    const newest = seen.at(-1)?.ends;
    // Ends that have gone back are those of a topic that was made anew: nothing will reach the earlier ones.
    if (partitions.some((one) => one.high < (newest?.get(keyOf(one)) ?? 0n))) seen.length = 0;
    const handled = new Map(partitions.map((one) => [keyOf(one), one.high - BigInt(behind(one))]));
    const isHandled = ({ ends }: { ends: Map<string, bigint> }) =>
      [...ends].every(([key, end]) => (handled.get(key) ?? end) >= end);
    while (seen[0] && isHandled(seen[0])) seen.shift();
    const nowMs = clock.now();
    const seconds = seen[0] ? (nowMs - seen[0].atMs) / 1000 : 0;
    if (seen.length < 1000) seen.push({ ends: new Map(partitions.map((one) => [keyOf(one), one.high])), atMs: nowMs });
    return seconds;
  };
}

const keyOf = ({ topic, partition }: PartitionState) => `${topic}/${partition}`;
