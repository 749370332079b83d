import { Kafka, logLevel } from 'kafkajs';

/** Deletes what a platform of this name has left on the servers: topics, consumer groups and indexes. */
export async function dropParts(name: string, env: Record<string, string>): Promise<void> {
  const kafka = new Kafka({ brokers: env.KAFKA_LISTENERS!.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.includes(name));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  const { groups } = await admin.listGroups();
  const own = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(name));
  await admin.deleteGroups(own).catch(() => {});
  await admin.disconnect();

  const elasticsearch = env.ELASTICSEARCH_ADDR!;
  const listed = await fetch(`${elasticsearch}/_cat/indices/${name}*?format=json&h=index&expand_wildcards=all`);
  for (const { index } of (await listed.json()) as { index: string }[]) {
    await fetch(`${elasticsearch}/${index}`, { method: 'DELETE' });
  }
}
