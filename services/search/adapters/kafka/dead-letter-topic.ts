import { randomUUID } from 'node:crypto';
import type { Message, Producer } from 'kafkajs';
import type { Logger } from '../../../../shared/process/log.ts';
import type { KafkaConfig } from '../../kafka-config.ts';
import { onDemand, openKafka } from './client.ts';
import type { DeadLetter, DeadRow } from './dead-letter.ts';
import { readDeadLetters } from './read-dead-letters.ts';
import { topicsOf } from './topics.ts';

export type { DeadLetter } from './dead-letter.ts';

/** The dead letters that Kafka keeps, for operators. Throws `unavailable` while Kafka is away. */
export type DeadLetterTopic = {
  /** Every letter that is kept, oldest first. */
  list(onLetter: (letter: DeadLetter) => void): Promise<void>;
  /**
   * Sends every letter since the last replay once more: a message to where it came from, a row as a change of it. One
   * that still cannot be read comes back as a new letter. Returns how many were sent, and how many had nowhere to go.
   */
  replay(onLetter?: (letter: DeadLetter) => void): Promise<{ sent: number; skipped: number }>;
  close(): Promise<void>;
};

const longestMs = 24 * 3600 * 1000;

export function kafkaDeadLetterTopic({ config, log }: { config: KafkaConfig; log: Logger }): DeadLetterTopic {
  const { topicPrefix, group, deadLettersTopic: topic } = config;
  const open = () => openKafka(config, log);
  const kafka = open();
  const admin = onDemand(open, (own) => own.admin());
  const producer = onDemand(open, (own) => own.producer({ allowAutoTopicCreation: false }));

  async function list(onLetter: (letter: DeadLetter) => void): Promise<void> {
    const reader = `${group}-dead-letters-list-${randomUUID()}`;
    const options = {
      kafka,
      topic,
      group: reader,
      remember: false,
      onLetter: async (one: DeadLetter) => onLetter(one),
    };
    await admin.run((client) => readDeadLetters({ ...options, admin: client }), longestMs);
    await admin.run((client) => client.deleteGroups([reader])).catch(() => {});
  }

  async function replay(onLetter: (letter: DeadLetter) => void = () => {}) {
    const counts = { sent: 0, skipped: 0 };
    const send = async (letter: DeadLetter) => {
      const message = againOf(letter, topicPrefix);
      if (message) await producer.run((client) => sendTo(client, message), 10_000);
      counts[message ? 'sent' : 'skipped']++;
      onLetter(letter);
    };
    const options = { kafka, topic, group: `${group}-dead-letters`, remember: true, onLetter: send };
    await admin.run((client) => readDeadLetters({ ...options, admin: client }), longestMs);
    return counts;
  }

  return { list, replay, close: async () => void (await Promise.all([admin.close(), producer.close()])) };
}

type Addressed = { topic: string; message: Message };

const sendTo = async (producer: Producer, { topic, message }: Addressed) =>
  void (await producer.send({ topic, messages: [message] }));

/** The message to send; undefined when the letter came from a topic that is not followed, or is unreadable. */
function againOf({ origin, key, value, replays }: DeadLetter, topicPrefix: string): Addressed | undefined {
  const topics = topicsOf(topicPrefix).tables;
  const headers = { replays: String(replays + 1) };
  const again = origin ? { topic: origin.topic, message: { key, value } } : changeOf(value, topics);
  if (!again || !topics.includes(again.topic)) return undefined;
  return { topic: again.topic, message: { ...again.message, headers } };
}

/** A change of a row that could not be indexed, to be sent once more. */
function changeOf(value: Buffer | null, topics: string[]): Addressed | undefined {
  try {
    const { table, row } = JSON.parse(String(value)) as DeadRow;
    const topic = topics.find((one) => one.endsWith(`.${table}`));
    if (!topic) return undefined;
    const change = { op: 'u', before: null, after: row, source: { table } };
    return { topic, message: { key: JSON.stringify({ id: row.id }), value: JSON.stringify(change) } };
  } catch {
    return undefined;
  }
}
