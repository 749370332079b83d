import type { Admin, ITopicConfig } from 'kafkajs';

/** Partitions of a table's topic, as drizzle/connector.json has them: so many processes can share the work. */
const tablePartitions = 4;
const tables = ['events', 'venues', 'performers', 'event_performers'];

/** Where Debezium writes for one connector. */
export type Topics = {
  tables: string[];
  /**
   * The connector's own notifications. It has one partition, and the member that reads it looks after the whole
   * group's.
   */
  notifications: string;
};

export const topicsOf = (prefix: string): Topics => ({
  tables: tables.map((table) => `${prefix}.public.${table}`),
  notifications: `${prefix}.notifications`,
});

/** Makes the topics that are missing: the first look at one would make it with the server's number of partitions. */
export async function ensureTopics(admin: Admin, topics: Topics): Promise<void> {
  await ensure(admin, [
    ...topics.tables.map((topic) => ({ topic, numPartitions: tablePartitions })),
    { topic: topics.notifications, numPartitions: 1 },
  ]);
}

/** Dead letters wait for people, so they are kept for ninety days. */
export async function ensureDeadLetterTopic(admin: Admin, topic: string): Promise<void> {
  const configEntries = [{ name: 'retention.ms', value: String(90 * 24 * 3600 * 1000) }];
  await ensure(admin, [{ topic, numPartitions: 1, configEntries }]);
}

async function ensure(admin: Admin, wanted: ITopicConfig[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = wanted.filter(({ topic }) => !existing.has(topic));
  const topics = missing.map((topic) => ({ ...topic, replicationFactor: -1 }));
  if (topics.length > 0) await admin.createTopics({ topics });
}
