import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Admin, type ISocketFactory, Kafka, logLevel } from 'kafkajs';
import { sleep } from '../../../../shared/async/clock.ts';
import { readConfig, textOf } from '../../../../shared/config/environment.ts';
import { silentLog } from '../../../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { stackAddress } from '../../../../shared/testing/stack.ts';
import type { Change } from '../../domain/changes/change-source.ts';
import { type KafkaConfig, kafkaConfig, kafkaVariables } from '../../kafka-config.ts';
import { type KafkaChangeSource, kafkaChangeSource } from './kafka-change-source.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

const soon = (ms: number, signal?: AbortSignal) => sleep(Math.min(ms, 50), signal);

/** A database, with topics, a group and (once applied) a connector of its own. */
export type KafkaStack = {
  database: TestDatabase;
  config: KafkaConfig;
  admin: Admin;
  kafka: Kafka;
  connector(command: 'apply' | 'status' | 'delete'): Promise<string>;
  open(): KafkaChangeSource;
  /** Breaks the connections of the open sources to Kafka. */
  breakConnections(): void;
  /** Takes Kafka away from the open sources, and brings it back. */
  setReachable(isReachable: boolean): void;
  drop(): Promise<void>;
};

export async function startKafkaStack(open: () => Promise<TestDatabase> = testDatabase): Promise<KafkaStack> {
  const brokers = stackAddress('KAFKA_LISTENERS');
  const database = await open();
  const prefix = `t${randomBytes(5).toString('hex')}`;
  const names = { KAFKA_LISTENERS: brokers, KAFKA_TOPIC_PREFIX: prefix, KAFKA_GROUP: prefix };
  const config = kafkaConfig(readConfig(kafkaVariables, names))!;
  const kafka = new Kafka({ brokers: config.brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const sources: KafkaChangeSource[] = [];
  const sockets = new Set<Socket>();
  let kafkaIsThere = true;
  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect(kafkaIsThere ? { host, port } : { host, port: 1 }, onConnect);
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    return socket;
  };

  async function connector(command: string): Promise<string> {
    const { host, port, user, password, database: name } = database.config;
    const env = {
      ...process.env,
      ...names,
      KAFKA_CONNECT_URL: stackAddress('KAFKA_CONNECT_URL'),
      POSTGRES_HOST: host,
      POSTGRES_PORT: String(port),
      POSTGRES_USER: user,
      POSTGRES_PASSWORD: textOf(password),
      POSTGRES_DBNAME: name,
    };
    const program = join(root, 'services', 'search', 'main.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'connector', command], { env });
    return stdout.trim();
  }

  return {
    database,
    config,
    admin,
    kafka,
    connector,
    open() {
      const source = kafkaChangeSource({ db: database.db, config, log: silentLog, sleep: soon, socketFactory });
      sources.push(source);
      return source;
    },
    breakConnections() {
      for (const socket of sockets) socket.destroy();
    },
    setReachable(isReachable) {
      kafkaIsThere = isReachable;
      for (const socket of sockets) socket.destroy();
    },
    async drop() {
      for (const source of sources) await source.close();
      await connector('delete');
      const topics = (await admin.listTopics()).filter((topic) => topic.includes(prefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      const { groups } = await admin.listGroups();
      await admin.deleteGroups(groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(prefix)));
      await admin.disconnect();
      await database.drop();
    },
  };
}

/** Follows a source; `stop` ends it. */
export function follow(
  source: KafkaChangeSource,
  onBatch: (changes: Change[]) => Promise<void> | void = () => {},
  onConnect: (connection: { gap: boolean }) => Promise<void> = async () => {},
) {
  const ending = new AbortController();
  const handled: Change[] = [];
  const gaps: boolean[] = [];
  const ended = source.run({
    async onConnect(connection) {
      gaps.push(connection.gap);
      await onConnect(connection);
    },
    async onBatch(changes) {
      await onBatch(changes);
      handled.push(...changes);
    },
    signal: ending.signal,
  });
  const stop = async () => {
    ending.abort();
    await ended;
  };
  return { source, handled, gaps, stop };
}
