import type { Consumer, ISocketFactory } from 'kafkajs';
import { createBackoff } from '../../../../shared/async/backoff.ts';
import { type Clock, sleep as realSleep, systemClock } from '../../../../shared/async/clock.ts';
import type { Db } from '../../../../shared/db/client.ts';
import { untilVisible } from '../../../../shared/db/visibility.ts';
import { reasonOf } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/process/log.ts';
import type {
  Change,
  ChangeHandlers,
  ChangeLag,
  ChangeSource,
  ChangeSourceState,
} from '../../domain/changes/change-source.ts';
import type { KafkaConfig } from '../../kafka-config.ts';
import { onDemand, openKafka } from './client.ts';
import { dropLostSlot, unconfirmedBytes } from './connector-slot.ts';
import type { Portion } from './intake.ts';
import { createAge } from './lag.ts';
import { createMarkers } from './markers.ts';
import { readMessage, tellsOfSnapshot } from './message.ts';
import { behind, readPartitions } from './offsets.ts';
import { type Assignment, isIntact, prepare } from './preparation.ts';
import { runSession } from './session.ts';
import { toldTraces } from './told-traces.ts';
import { topicsOf } from './topics.ts';

export type KafkaSourceOptions = {
  db: Db;
  config: KafkaConfig;
  log: Logger;
  /** Most changes in one batch. */
  maxBatch?: number;
  clock?: Clock;
  sleep?: typeof realSleep;
  /** How connections are made, for tests that break them. */
  socketFactory?: ISocketFactory;
};

export type KafkaChangeSource = ChangeSource & {
  /** Throws `unavailable` while Kafka is away. */
  ping(): Promise<void>;
  /** Closes the connection of `lag` and `ping`. */
  close(): Promise<void>;
};

/** How long to wait for another process that fills a gap before looking again. */
const otherMs = 500;

/** `/readyz` waits for a second, and then has no reason to show. */
const pingMs = 900;

/** The longest pause between tries: a server that is back is to be followed soon. */
const longestWaitMs = 1500;

/**
 * Changes from the topics of Debezium's connector (drizzle/connector.json). Processes of one group share the
 * partitions; each row's changes are in one of them. A snapshot does not tell of rows that have gone, so its end means
 * a gap.
 */
export function kafkaChangeSource(options: KafkaSourceOptions): KafkaChangeSource {
  const { db, config, log, maxBatch = 4000, clock = systemClock, sleep = realSleep, socketFactory } = options;
  const topics = topicsOf(config.topicPrefix);
  const open = () => openKafka(config, log, socketFactory);
  const openAdmin = () => onDemand(open, (kafka) => kafka.admin({ retry: { initialRetryTime: 50, retries: 2 } }));
  const admin = openAdmin();
  const backoff = createBackoff();
  const age = createAge(clock);
  const traces = toldTraces();
  const markers = createMarkers();
  let state: ChangeSourceState = 'stopped';
  let readsNotifications = false;

  async function run(handlers: ChangeHandlers): Promise<void> {
    const { signal } = handlers;
    if (state !== 'stopped') throw new Error('the change source is running already');
    const marking = markers.run({
      db,
      admin,
      group: config.group,
      topics,
      isKeeper: () => readsNotifications && state === 'following',
      onReached: (position) => handlers.onReached?.(position),
      signal,
    });
    while (!signal.aborted) {
      state = 'connecting';
      // A client remembers offsets and brokers, which may be others after what broke the last session.
      const kafka = open();
      const session = runSession({
        kafka,
        admin,
        group: config.group,
        topics,
        maxBatch,
        onAssigned: (consumer, assignment, isOver) => beReady(consumer, assignment, handlers, isOver),
        isIntact: lookAfter,
        onMessages: (portions, isOver) => handle(portions, handlers, isOver),
        signal,
      });
      await session.catch((error) =>
        waitAfter(error, 'connecting again for what is not handled', signal, reasonOf(kafka.explain(error))),
      );
    }
    state = 'stopped';
    await marking;
  }

  async function beReady(consumer: Consumer, assignment: Assignment, handlers: ChangeHandlers, isOver: () => boolean) {
    const { onConnect, signal } = handlers;
    const deps = { admin, openAdmin, consumer, group: config.group, topics, onConnect, now: clock.now, log };
    while (!isOver()) {
      try {
        if (await prepare(deps, assignment)) {
          readsNotifications = (assignment[topics.notifications] ?? []).length > 0;
          isWell();
          return;
        }
        await sleep(otherMs, signal);
      } catch (error) {
        await waitAfter(error, 'preparing again', signal);
      }
    }
  }

  async function lookAfter(assignment: Assignment): Promise<boolean> {
    await dropLostSlot(db, config.slot, log);
    return isIntact({ admin, openAdmin, group: config.group, topics }, assignment);
  }

  /** Tries until the messages are handled: later ones of their partitions wait. */
  async function handle(portions: Portion[], { onConnect, onBatch, signal }: ChangeHandlers, isOver: () => boolean) {
    const { changes, transactions, isSnapshotOver } = read(portions);
    let hasGap = isSnapshotOver;
    for (;;) {
      try {
        if (hasGap) await onConnect({ gap: true });
        hasGap = false;
        if (transactions.size > 0) await untilVisible(db, transactions);
        if (changes.length > 0) await onBatch(changes);
        isWell();
        return;
      } catch (error) {
        if (isOver()) throw error;
        await waitAfter(error, 'handling the same changes again', signal);
        if (isOver()) throw error;
      }
    }
  }

  function read(portions: Portion[]) {
    const changes: Change[] = [];
    const transactions = new Set<number>();
    const isNotified = ({ payload }: Portion) => payload.batch.topic === topics.notifications;
    const notifications = portions.filter(isNotified).flatMap(({ messages }) => messages);
    notifications.forEach(traces.hear);
    notifications.forEach(markers.hear);
    for (const { payload, messages } of portions.filter((one) => !isNotified(one))) {
      const { topic, partition } = payload.batch;
      for (const message of messages) {
        const found = readMessage(topic, partition, message);
        if (found) changes.push(traces.trace(found, message));
        if (found?.transaction !== undefined) transactions.add(found.transaction);
      }
    }
    const isSnapshotOver = notifications.some(tellsOfSnapshot);
    return { changes, transactions, isSnapshotOver };
  }

  async function waitAfter(error: unknown, what: string, signal: AbortSignal, reason = reasonOf(error)): Promise<void> {
    if (signal.aborted) return;
    state = 'waiting';
    log.warn({ err: error, ...(reason && { reason }), group: config.group }, `change source: ${what}`);
    await sleep(Math.min(backoff.next(), longestWaitMs), signal);
  }

  function isWell(): void {
    state = 'following';
    backoff.reset();
  }

  async function lag(): Promise<ChangeLag> {
    const [partitions, bytes] = await Promise.all([
      admin.run((client) => readPartitions(client, config.group, topics.tables)),
      unconfirmedBytes(db, config.slot),
    ]);
    const changes = partitions.reduce((sum, partition) => sum + behind(partition), 0);
    return { ...(bytes !== undefined && { bytes }), changes, seconds: age(partitions) };
  }

  return {
    run,
    state: () => state,
    lag,
    ping: async () => void (await admin.run((client) => client.describeCluster(), pingMs)),
    close: admin.close,
  };
}
