import { Kafka, KafkaJSProtocolError, logLevel } from 'kafkajs';
import { sleep } from '../../../../shared/async/clock.ts';
import type { World } from '../../world.ts';

/** The topic of the table of events, as Debezium fills it and the processes of the service read it. */
export type EventTopic = {
  /** Returns how many messages it has had. */
  end(): Promise<number>;
  /** Waits until it has had so many. */
  reaches(end: number): Promise<void>;
  /** Waits until the group has handled all messages. */
  isHandled(): Promise<void>;
};

const lookEveryMs = 50;

/** Connects to Kafka for the topic until `work` is done. */
export async function withEventTopic<T>({ databaseEnv }: World, work: (topic: EventTopic) => Promise<T>): Promise<T> {
  const kafka = new Kafka({ brokers: databaseEnv.KAFKA_LISTENERS!.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const topic = `${databaseEnv.KAFKA_TOPIC_PREFIX}.public.events`;
  const end = async () => sum((await admin.fetchTopicOffsets(topic).catch(unlessNew)).map(({ high }) => high));
  const committed = async () => {
    const [found] = await admin.fetchOffsets({ groupId: databaseEnv.KAFKA_GROUP!, topics: [topic] });
    // An unread partition has -1.
    return sum((found?.partitions ?? []).map(({ offset }) => offset).filter((offset) => offset !== '-1'));
  };
  await admin.connect();
  try {
    return await work({
      end,
      async reaches(wanted) {
        while ((await end()) < wanted) await sleep(lookEveryMs);
      },
      async isHandled() {
        while ((await committed()) < (await end())) await sleep(lookEveryMs);
      },
    });
  } finally {
    await admin.disconnect();
  }
}

const sum = (offsets: string[]) => offsets.reduce((all, offset) => all + Number(offset), 0);

/** The connector's first message makes the topic. */
function unlessNew(error: unknown): { high: string }[] {
  if (error instanceof KafkaJSProtocolError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
  throw error;
}
