import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { sleep } from '../../../../shared/async/clock.ts';
import { freePorts } from '../../../../shared/process/free-port.ts';

/** Three brokers of one test's own. The first is the controller, and is left alone. */
export type KafkaCluster = {
  brokers: string[];
  hang(at: 1 | 2): void;
  wake(at: 1 | 2): void;
  kill(at: 1 | 2): Promise<void>;
  /** Starts one that was killed, with all it had. */
  restart(at: 1 | 2): Promise<void>;
  stop(): Promise<void>;
};

const heap = ['-Xms64m', '-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const patienceMs = 60_000;

/** Starts the Kafka whose jars KAFKA_LIB names by the program that KAFKA_JVM names, three times, on free ports. */
export async function startKafkaCluster(): Promise<KafkaCluster> {
  const lib = process.env.KAFKA_LIB;
  const java = process.env.KAFKA_JVM;
  if (!lib || !java) throw new Error('KAFKA_LIB and KAFKA_JVM name no Kafka: `npm run test:stack` needs one to break');
  const dir = await mkdtemp(join(tmpdir(), 'onsale-kafka-'));
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const [controller = 0, ...ports] = await freePorts(4);
  const brokers = ports.map((port) => `127.0.0.1:${port}`);
  const run = (...args: string[]) => [...heap, '-cp', join(lib, '*'), ...args];
  const children: ChildProcess[] = [];

  async function format(node: number): Promise<void> {
    await writeFile(fileOf(node), properties(node, ports[node - 1]!, controller, join(dir, `data-${node}`)));
    await promisify(execFile)(java!, run('kafka.tools.StorageTool', 'format', '-t', id, '-c', fileOf(node)));
  }

  function launch(node: number): void {
    const args = run(`-Dlog4j2.configurationFile=${join(dir, 'log.properties')}`, 'kafka.Kafka', fileOf(node));
    children[node - 1] = spawn(java!, args, { cwd: dir, stdio: 'ignore' });
  }

  async function kill(node: number): Promise<void> {
    const child = children[node - 1];
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }

  async function stop(): Promise<void> {
    await Promise.all([1, 2, 3].map(kill));
    await rm(dir, { recursive: true, force: true });
  }

  const fileOf = (node: number) => join(dir, `node-${node}.properties`);

  await writeFile(join(dir, 'log.properties'), 'rootLogger.level=off\n');
  await Promise.all([1, 2, 3].map(format));
  for (const node of [1, 2, 3]) launch(node);
  await untilThere(brokers, 3).catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    brokers,
    hang: (at) => void children[at]!.kill('SIGSTOP'),
    wake: (at) => void children[at]!.kill('SIGCONT'),
    kill: (at) => kill(at + 1),
    async restart(at) {
      launch(at + 1);
      await untilThere([brokers[at]!], 3);
    },
    stop,
  };
}

const properties = (node: number, port: number, controller: number, data: string) => `
process.roles=${node === 1 ? 'broker,controller' : 'broker'}
node.id=${node}
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port}${node === 1 ? `,CONTROLLER://127.0.0.1:${controller}` : ''}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${data}
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
offsets.topic.num.partitions=6
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=1
num.io.threads=2
num.replica.fetchers=1
log.cleaner.enable=false
`;

/** Until each of them knows of so many. */
async function untilThere(addresses: string[], count: number): Promise<void> {
  const until = Date.now() + patienceMs;
  for (const address of addresses) {
    while ((await known(address)) < count) {
      if (Date.now() > until) throw new Error(`${address} does not know ${count} brokers after ${patienceMs / 1000} s`);
      await sleep(200);
    }
  }
}

async function known(address: string): Promise<number> {
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length;
  } catch {
    return 0;
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
