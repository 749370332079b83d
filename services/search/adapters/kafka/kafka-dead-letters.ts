import type { Message, Producer } from 'kafkajs';
import { type Clock, systemClock } from '../../../../shared/async/clock.ts';
import { causesOf } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/process/log.ts';
import type { DeadLetters } from '../../domain/changes/dead-letters.ts';
import type { KafkaConfig } from '../../kafka-config.ts';
import { onDemand, openKafka } from './client.ts';
import { toMessage } from './dead-letter.ts';
import { ensureDeadLetterTopic } from './topics.ts';

export type KafkaDeadLetters = DeadLetters & { close(): Promise<void> };

const deadlineMs = 5000;

/** Dead letters in a topic: each is the message as it came, with cause, origin and time in its headers. */
export function kafkaDeadLetters(options: { config: KafkaConfig; log: Logger; clock?: Clock }): KafkaDeadLetters {
  const { config, log, clock = systemClock } = options;
  const topic = config.deadLettersTopic;
  const open = () => openKafka(config, log);
  const admin = onDemand(open, (kafka) => kafka.admin());
  const producer = onDemand(open, (kafka) => kafka.producer({ allowAutoTopicCreation: false }));
  let isThere = false;

  async function send(message: Message): Promise<void> {
    if (!isThere) await admin.run((client) => ensureDeadLetterTopic(client, topic), deadlineMs);
    isThere = true;
    await producer
      .run((client) => sendFitting(client, topic, message), deadlineMs)
      .catch((error) => {
        isThere = false;
        throw error;
      });
  }

  return {
    put: (change, cause) => send(toMessage(change, cause, clock.now())),
    close: async () => void (await Promise.all([admin.close(), producer.close()])),
  };
}

/** A message of the largest size has no room for headers; its beginning and where it stood are better than nothing. */
async function sendFitting(producer: Producer, topic: string, message: Message): Promise<void> {
  try {
    await producer.send({ topic, messages: [message] });
  } catch (error) {
    if (!isTooLarge(error) || !message.value) throw error;
    const headers = { ...message.headers, cut: String(message.value.length) };
    await producer.send({ topic, messages: [{ ...message, value: message.value.slice(0, 100_000), headers }] });
  }
}

const isTooLarge = (error: unknown): boolean =>
  causesOf(error).some((one) => 'type' in one && /^(MESSAGE|RECORD_LIST)_TOO_LARGE$/.test(String(one.type)));
