import type { Admin, Consumer } from 'kafkajs';
import { sleep } from '../../../../shared/async/clock.ts';
import type { KafkaClient, OnDemand } from './client.ts';
import { createContinuity } from './continuity.ts';
import { createIntake, type Intake, type Portion } from './intake.ts';
import type { Assignment } from './preparation.ts';
import { ensureTopics, type Topics } from './topics.ts';

export type SessionOptions = {
  kafka: KafkaClient;
  admin: OnDemand<Admin>;
  group: string;
  topics: Topics;
  maxBatch: number;
  /** Called for every assignment, before its first messages; stops when `isOver`. */
  onAssigned(consumer: Consumer, assignment: Assignment, isOver: () => boolean): Promise<void>;
  /** Checks now and then that a prepared assignment still is ready. */
  isIntact(assignment: Assignment): Promise<boolean>;
  /** Handles messages; gives up, by throwing, only when `isOver`. */
  onMessages(portions: Portion[], isOver: () => boolean): Promise<void>;
  signal: AbortSignal;
};

const sessionTimeoutMs = 6000;
const heartbeatMs = 1500;
/** A fetch holds up the end, and on some connections a commit, for so long. */
const longestFetchMs = 100;
const lookMs = 10_000;
/** How long a member may take to leave; its session's end tells the group of one that could not. */
const leaveMs = 1000;
/** A fetch of this size comes within a request's deadline over any line that is fit for the work. */
const fetchBytes = 4 * 1024 * 1024;

/** Runs one member of the consumer group, from its first join to its end; rejects with the error that ended it. */
export async function runSession(options: SessionOptions): Promise<void> {
  const { kafka, admin, group, topics, signal } = options;
  // A login may take long, and the end does not wait for it.
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([admin.run((client) => ensureTopics(client, topics), 10_000), aborted]);
  if (signal.aborted) return;
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatMs,
    maxWaitTimeInMs: longestFetchMs,
    maxBytes: fetchBytes,
    allowAutoTopicCreation: false,
  });
  const intake = createIntake(options.maxBatch);
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {});
  const continuity = createContinuity(admin);
  let assignment: Assignment = {};
  let prepared: Promise<void> = Promise.resolve();
  let isReady = false;
  let joins = 0;

  function getReady(): void {
    const join = joins;
    const isOver = () => join !== joins || signal.aborted;
    isReady = false;
    // One after another: the work of an earlier assignment is not begun a second time beside it.
    prepared = prepared.then(() => options.onAssigned(consumer, assignment, isOver));
    prepared.then(() => {
      isReady = !isOver();
    }, ended.reject);
  }

  async function lookAfter(): Promise<void> {
    const join = joins;
    const isIntact = !isReady || (await options.isIntact(assignment));
    if (!isIntact && isReady && join === joins) getReady();
  }

  consumer.on(consumer.events.CRASH, ({ payload }) => ended.reject(payload.error));
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    joins++;
    assignment = payload.memberAssignment;
    continuity.reset();
    getReady();
  });
  const beat = setInterval(() => intake.first()?.heartbeat().catch(intake.refuse), heartbeatMs / 2);
  const look = setInterval(() => lookAfter().catch(() => {}), lookMs);
  const working = work(intake, () => prepared, options.onMessages, continuity.handled);
  working.catch(ended.reject);
  aborted.then(ended.resolve);

  async function begin(): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics.tables, topics.notifications], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1000,
      async eachBatch(payload) {
        if (await continuity.holds(payload)) return intake.put(payload);
        ended.reject(new Error(`messages of ${payload.batch.topic} went before they were read`));
      },
    });
  }

  try {
    await Promise.race([begin(), ended.promise]);
    await ended.promise;
  } finally {
    joins++;
    intake.close();
    await working.catch(() => {});
    clearInterval(beat);
    clearInterval(look);
    await Promise.race([consumer.disconnect().catch(() => {}), sleep(leaveMs)]);
    kafka.abandon();
    await prepared.catch(() => {});
  }
}

async function work(
  intake: Intake,
  prepared: () => Promise<void>,
  onMessages: SessionOptions['onMessages'],
  onHandled: (portions: Portion[]) => void,
): Promise<void> {
  // A commit may have to wait behind a fetch on its connection; the next messages are handled meanwhile.
  let committing: Promise<void> = Promise.resolve();
  while (await intake.arrival()) {
    await Promise.race([prepared(), intake.refused()]);
    const portions = intake.take();
    try {
      if (portions.length > 0) {
        await onMessages(portions, intake.isRefused);
        onHandled(portions);
        await committing;
        committing = commit(portions);
        committing.catch(intake.refuse);
      }
      intake.finish(portions);
    } catch (error) {
      intake.finish(portions, { error });
    }
  }
  await committing;
}

async function commit(portions: Portion[]): Promise<void> {
  const topics = portions.map(({ payload: { batch }, messages }) => {
    const offset = String(BigInt(messages.at(-1)!.offset) + 1n);
    return { topic: batch.topic, partitions: [{ partition: batch.partition, offset }] };
  });
  await portions[0]?.payload.commitOffsetsIfNecessary({ topics });
}
