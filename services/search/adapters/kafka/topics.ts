import type { Admin } from 'kafkajs';

/** Partitions of a table's topic, as drizzle/connector.json has them: so many processes can share the work. */
const tablePartitions = 4;
const tables = ['events', 'venues', 'performers', 'event_performers'];

/** Where Debezium writes for one connector. */
export type Topics = {
  tables: string[];
  /** What the connector tells of itself. It has one partition: whoever reads it speaks for the whole group. */
  notifications: string;
};

export const topicsOf = (prefix: string): Topics => ({
  tables: tables.map((table) => `${prefix}.public.${table}`),
  notifications: `${prefix}.notifications`,
});

/** Makes those that are missing, before a first look at one makes it with the server's number of partitions. */
export async function ensureTopics(admin: Admin, topics: Topics): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const wanted = [
    ...topics.tables.map((topic) => ({ topic, numPartitions: tablePartitions, replicationFactor: -1 })),
    { topic: topics.notifications, numPartitions: 1, replicationFactor: -1 },
  ];
  const missing = wanted.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0) await admin.createTopics({ topics: missing });
}
