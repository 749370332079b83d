import { type ISocketFactory, Kafka, type LogEntry, logLevel } from 'kafkajs';
import { unavailable } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/log.ts';
import './quiet.ts';

/** kafkajs tries a few times by itself; what outlasts that is left to us. */
const retry = { initialRetryTime: 100, maxRetryTime: 1000, retries: 5, restartOnFailure: async () => false };

/** `socketFactory` makes the connections, for tests that break them. */
export function openKafka(brokers: string[], log: Logger, socketFactory?: ISocketFactory): Kafka {
  return new Kafka({
    clientId: 'onsale-search',
    brokers,
    connectionTimeout: 2000,
    requestTimeout: 10_000,
    retry,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => write(log, entry),
    ...(socketFactory && { socketFactory }),
  });
}

/** What the library calls an error is one that it tries again or throws: whoever catches that logs it for what it is. */
function write(log: Logger, { level, namespace, log: { message, timestamp: _, logger: __, ...details } }: LogEntry) {
  if (level <= logLevel.WARN) log.debug({ kafka: namespace, ...details }, message);
}

type Connected = { connect(): Promise<void>; disconnect(): Promise<void> };

export type OnDemand<C> = {
  /** Throws `unavailable` when the work fails or takes longer than `deadlineMs`. */
  run<T>(work: (client: C) => Promise<T>, deadlineMs?: number): Promise<T>;
  close(): Promise<void>;
};

/** An admin client or a producer that connects when it is first needed, and anew after a failure. */
export function onDemand<C extends Connected>(open: () => C): OnDemand<C> {
  let opened: Promise<C> | undefined;

  async function connect(): Promise<C> {
    const client = open();
    await client.connect();
    return client;
  }

  async function run<T>(work: (client: C) => Promise<T>, deadlineMs = 2000): Promise<T> {
    opened ??= connect();
    const used = opened;
    try {
      return await within(deadlineMs, used.then(work));
    } catch (error) {
      if (opened === used) opened = undefined;
      disconnect(used);
      throw unavailable('Kafka', error);
    }
  }

  return {
    run,
    async close() {
      const used = opened;
      opened = undefined;
      if (used) await disconnect(used);
    },
  };
}

async function disconnect(client: Promise<Connected>): Promise<void> {
  await client.then((connected) => connected.disconnect()).catch(() => {});
}

async function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
