import type { Socket } from 'node:net';
import { type Admin, type Consumer, type ISocketFactory, Kafka, type LogEntry, logLevel, type Producer } from 'kafkajs';
import { sleep } from '../../../../shared/async/clock.ts';
import { withTimeout } from '../../../../shared/async/with-timeout.ts';
import type { AppError } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/process/log.ts';
import type { KafkaAccess } from '../../kafka-config.ts';
import './compression.ts';
import './kafkajs-patches.ts';
import { saslOf } from './login.ts';
import { socketsTo } from './sockets.ts';
import { outageOf } from './trouble.ts';

/**
 * kafkajs retries for some seconds by itself, as the same member: a new one would have to wait for the end of the old
 * one's session.
 */
const retry = { initialRetryTime: 100, maxRetryTime: 1000, retries: 5, restartOnFailure: async () => false };

const connectionTimeoutMs = 1500;
/**
 * A broker that takes longer is taken for hung. The library itself gives more to requests that wait for other members.
 */
const requestTimeoutMs = 2000;
/** How long a client may take to disconnect. */
const leaveMs = 1000;

export type KafkaClient = Pick<Kafka, 'admin' | 'producer' | 'consumer'> & {
  /** Ends every connection at once, and the requests that wait on them. */
  abandon(): void;
  /** Returns the outage that an error of this client means: `Unfit` with a public reason, or `unavailable`. */
  explain(error: unknown): AppError;
};

/**
 * Opens clients of the brokers. A connection on which a request has passed its deadline is destroyed: the broker may
 * hang, and its address lead to another by now. `socketFactory` makes the connections, for tests that break them.
 */
export function openKafka(
  access: KafkaAccess,
  log: Logger,
  socketFactory: ISocketFactory = socketsTo(access.tls, connectionTimeoutMs),
): KafkaClient {
  const sockets = new Map<Socket, string>();
  const answered = new Set<string>();
  let lastTrouble: Error | undefined;

  const remembering: ISocketFactory = (options) => {
    const socket = socketFactory(options);
    sockets.set(socket, `${options.host}:${options.port}`);
    socket.on('error', (error) => {
      lastTrouble = error;
    });
    socket.once('end', () => {
      lastTrouble ??= Object.assign(new Error('Kafka has ended a connection'), { code: 'KAFKA_ENDED' });
    });
    return socket.once('close', () => sockets.delete(socket));
  };

  const kafka = new Kafka({
    clientId: 'onsale-search',
    brokers: access.brokers,
    ...(access.login && { sasl: saslOf(access.login) }),
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => write(log, entry),
    socketFactory: remembering,
  });

  function destroy(isMeant: (broker: string) => boolean, cause: string): void {
    // Without an error the library would not notice.
    for (const [socket, broker] of sockets) if (isMeant(broker)) socket.destroy(new Error(cause));
  }

  function watched<C extends Admin | Producer | Consumer>(client: C): C {
    const { on, events } = client as Admin;
    on(events.REQUEST_TIMEOUT, ({ payload }) => destroy((one) => one === payload.broker, 'a request got no answer'));
    on(events.REQUEST, ({ payload }) => void answered.add(payload.apiName));
    return client;
  }

  return {
    admin: (config) => watched(kafka.admin(config)),
    producer: (config) => watched(kafka.producer(config)),
    consumer: (config) => watched(kafka.consumer(config)),
    abandon: () => destroy(() => true, 'the connection is given up'),
    explain: (error) => outageOf([error, lastTrouble], access, answered),
  };
}

/** The library logs errors that it retries or throws: the caller that catches one knows better what it means. */
function write(log: Logger, { level, namespace, log: { message, timestamp: _, logger: __, ...details } }: LogEntry) {
  if (level <= logLevel.WARN) log.debug({ kafka: namespace, ...details }, message);
}

type Connected = { connect(): Promise<void>; disconnect(): Promise<void> };

export type OnDemand<C> = {
  /** Throws `unavailable` when the work fails or takes longer than `deadlineMs`. */
  run<T>(work: (client: C) => Promise<T>, deadlineMs?: number): Promise<T>;
  close(): Promise<void>;
};

/**
 * An admin client or a producer that connects when it is first needed, and anew after a failure. A client that passes a
 * deadline is cut off, with all that waits for it.
 */
export function onDemand<C extends Connected>(
  openClient: () => KafkaClient,
  open: (kafka: KafkaClient) => C,
): OnDemand<C> {
  type Opened = { kafka: KafkaClient; client: Promise<C> };
  let opened: Opened | undefined;

  function connected(): Opened {
    const kafka = openClient();
    const client = open(kafka);
    return { kafka, client: client.connect().then(() => client) };
  }

  async function run<T>(work: (client: C) => Promise<T>, deadlineMs = 2000): Promise<T> {
    opened ??= connected();
    const used = opened;
    try {
      return await withTimeout(() => used.client.then(work), deadlineMs, used.kafka.abandon);
    } catch (error) {
      if (opened === used) opened = undefined;
      disconnect(used.client);
      throw used.kafka.explain(error);
    }
  }

  return {
    run,
    async close() {
      const used = opened;
      opened = undefined;
      if (!used) return;
      // One that still logs in is not waited for.
      await Promise.race([disconnect(used.client), sleep(leaveMs)]);
      used.kafka.abandon();
    },
  };
}

async function disconnect(client: Promise<Connected>): Promise<void> {
  await client.then((connected) => connected.disconnect()).catch(() => {});
}
