import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { stackAddress } from '../../shared/testing/stack.ts';

/** Names that keep topics and documents of others untouched. */
export const ownParts = (name: string) => ({
  REDIS_ADDR: stackAddress('REDIS_ADDR'),
  KAFKA_LISTENERS: stackAddress('KAFKA_LISTENERS'),
  KAFKA_CONNECT_URL: stackAddress('KAFKA_CONNECT_URL'),
  KAFKA_TOPIC_PREFIX: name,
  KAFKA_GROUP: name,
  ELASTICSEARCH_ADDR: stackAddress('ELASTICSEARCH_ADDR'),
  ELASTICSEARCH_INDEX: name,
});

/** Returns an empty Redis database that no other test of this run uses. */
export async function ownRedis(): Promise<string> {
  const [host = '', port = ''] = stackAddress('REDIS_ADDR').split(':');
  const redis = new Redis({ host, port: Number(port) });
  const database = 1 + ((await redis.incr('onsale:tests')) % 15);
  await redis.select(database);
  await redis.flushdb();
  await redis.quit();
  return String(database);
}

/** Deletes the topics, consumer groups and indexes of a platform of this name. */
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
