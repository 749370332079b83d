import OffsetManager from 'kafkajs/src/consumer/offsetManager/index.js';

/**
 * Told that there is no such message, kafkajs commits that nothing was handled: then what the group knew is gone, even when
 * the broker was only one that did not know yet that another leads. Here the reader goes to the oldest message without a
 * commit, and whether anything was lost is seen from the offsets (`preparation.ts`, `continuity.ts`).
 */
OffsetManager.prototype.setDefaultOffset = async function goToOldest({ topic, partition }) {
  await this.cluster.refreshMetadata();
  const [found] = await this.cluster.fetchTopicsOffset([{ topic, fromBeginning: true, partitions: [{ partition }] }]);
  const oldest = found?.partitions[0];
  if (oldest) this.resolvedOffsets[topic]![partition] = oldest.offset;
};
