import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { connect, createServer, type Socket } from 'node:net';
import type { ISocketFactory, Producer } from 'kafkajs';
import { readConfig } from '../../../../shared/config/environment.ts';
import { type Logger, silentLog } from '../../../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { kafkaConfig, kafkaVariables } from '../../kafka-config.ts';
import { openKafka } from './client.ts';
import { type KafkaCluster, startKafkaCluster } from './cluster.harness.ts';
import { kafkaChangeSource } from './kafka-change-source.ts';
import { follow } from './stack.harness.ts';
import { topicsOf } from './topics.ts';

setDefaultTimeout(120_000);

const restarts = 30;
const prefix = 'brokers';
const topics = topicsOf(prefix).tables;

let cluster: KafkaCluster;
let database: TestDatabase;
let producer: Producer;
const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  [cluster, database] = await Promise.all([startKafkaCluster(), testDatabase()]);
  producer = openKafka({ brokers: cluster.brokers }, silentLog).producer({ retry: { retries: 20 } });
  await producer.connect();
});
afterAll(async () => {
  await producer?.disconnect();
  await Promise.all(stops.map((stop) => stop()));
  await Promise.all([cluster?.stop(), database?.drop()]);
});

/** A process that follows; it also says what it has logged. */
function start(options: { socketFactory?: ISocketFactory } = {}) {
  const names = { KAFKA_LISTENERS: cluster.brokers.join(), KAFKA_TOPIC_PREFIX: prefix, KAFKA_GROUP: prefix };
  const config = kafkaConfig(readConfig(kafkaVariables, names))!;
  const said: string[] = [];
  const warn = (what: { err?: { message?: string } }, text: string) => said.push(`${text}: ${what.err?.message ?? ''}`);
  const log = { ...silentLog, debug() {}, warn } as unknown as Logger;
  const source = kafkaChangeSource({ db: database.db, config, log, ...options });
  const follower = follow(source);
  let isStopped = false;
  async function stop(): Promise<void> {
    if (isStopped) return;
    isStopped = true;
    await follower.stop();
    await source.close();
  }
  stops.push(stop);
  /** How many rows have come, from this one on: what the follower before had not committed at its end comes again. */
  const cameFrom = (from: number) =>
    new Set(follower.handled.map(({ row }) => Number(row.id)).filter((id) => id >= from)).size;
  return { ...follower, said, stop, cameFrom };
}

/** A change of each of so many rows, in every table's topic. */
async function write(from: number, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, i) => {
    const change = { op: 'u', before: null, after: { id: from + i }, source: { table: 'events' } };
    return { key: String(from + i), value: JSON.stringify(change) };
  });
  for (const topic of topics) await producer.send({ topic, messages });
}

test(`a consumer that is restarted ${restarts} times goes on each time where it was`, async () => {
  const first = start();
  await eventually(() => first.source.state() === 'following', 30_000);
  await write(0, 40);
  await eventually(() => first.cameFrom(0) === 40, 30_000);
  await eventually(async () => (await first.source.lag()).changes === 0);
  await first.stop();
  const gaps: boolean[] = [];
  for (let n = 0; n < restarts; n++) {
    const again = start();
    await eventually(() => again.source.state() === 'following', 30_000);
    gaps.push(...again.gaps);
    await again.stop();
    expect(again.handled.length).toBe(0);
  }
  expect(gaps).toEqual(Array.from({ length: restarts }, () => false));
});

describe('every change comes, and none is said to be missing, when', () => {
  let written = 1000;

  /** Writes before and while something is the matter; resolves to what the follower, and one after it, have said. */
  async function expectAll(trouble: () => Promise<void> | void, end: () => Promise<void> | void): Promise<void> {
    const follower = start();
    await eventually(() => follower.source.state() === 'following', 30_000);
    const before = follower.said.length;
    const said = () => follower.said.slice(before);
    const from = written;
    written += 400;
    await write(from, 200);
    await trouble();
    await write(from + 200, 200);
    await eventually(() => follower.cameFrom(from) === 400, 60_000);
    await end();
    await follower.stop();
    const later = start();
    await eventually(() => later.source.state() === 'following', 30_000);
    await later.stop();
    expect([...follower.gaps.slice(1), ...later.gaps]).not.toContain(true);
    expect([...said(), ...later.said].filter((text) => /missing|went before/.test(text))).toEqual([]);
  }

  test('a broker is killed', () =>
    expectAll(
      () => cluster.kill(1),
      () => cluster.restart(1),
    ));

  test('a broker hangs, is replaced by the others and wakes', () =>
    expectAll(
      () => cluster.hang(2),
      () => cluster.wake(2),
    ));
});

test('stranded connections are destroyed, and the brokers behind the same addresses are followed', async () => {
  const ways = await Promise.all(cluster.brokers.map(async (broker) => [broker, await openWay(broker)] as const));
  const wayTo = new Map(ways);
  const socketFactory: ISocketFactory = ({ host, port, onConnect }) =>
    connect({ host: '127.0.0.1', port: wayTo.get(`${host}:${port}`)!.port }, onConnect);
  const follower = start({ socketFactory });
  await eventually(() => follower.source.state() === 'following', 30_000);
  await write(10_000, 40);
  await eventually(() => follower.cameFrom(10_000) === 40, 30_000);
  for (const [, way] of ways) way.strand();
  await write(10_040, 40);
  // After one deadline of a request; where connections are kept it takes ten seconds and more.
  await eventually(() => follower.cameFrom(10_000) === 80, 8000);
  await eventually(() => follower.source.ping(), 8000);
  await follower.stop();
  for (const [, way] of ways) way.close();
});

/** A way to a broker on which connections can be stranded: they stay open, and nothing comes any more. */
async function openWay(broker: string) {
  const [host, port] = broker.split(':');
  const pairs = new Set<{ near: Socket; far: Socket; isStranded: boolean }>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    const pair = { near, far, isStranded: false };
    pairs.add(pair);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      socket
        .on('error', () => {})
        .on('close', () => {
          if (socket === far && pair.isStranded) return;
          pairs.delete(pair);
          near.destroy();
          far.destroy();
        });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    strand() {
      for (const pair of pairs) {
        pair.isStranded = true;
        pair.near.unpipe();
        pair.far.unpipe();
        // Bytes that are sent are taken and go nowhere.
        pair.near.resume();
      }
    },
    stranded: () => [...pairs].filter(({ isStranded }) => isStranded).length,
    close() {
      server.close();
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.destroy();
    },
  };
}
