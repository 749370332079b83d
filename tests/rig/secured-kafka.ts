import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { freePorts } from '../../shared/process/free-port.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import type { Certificates, KeyPair } from './certificates.ts';

/**
 * Ways into the broker. `plain` has neither TLS nor a login; `tls` has TLS, `mutual` also asks for a certificate, and
 * `misnamed` shows one for another host. `users` takes PLAIN and SCRAM over TLS, `scram` SCRAM-SHA-512 alone, `bearer`
 * OAUTHBEARER over TLS with unsigned tokens, and `open` takes PLAIN without TLS.
 */
const ways = ['plain', 'tls', 'mutual', 'misnamed', 'users', 'scram', 'bearer', 'open'] as const;
export type Way = (typeof ways)[number];

/** A broker of one test's own, which asks for TLS and logins. */
export type SecuredKafka = {
  /** host:port of each way in. */
  at: Record<Way, string>;
  user: { name: string; password: string };
  admin: Admin;
  kafka: Kafka;
  hang(): void;
  wake(): void;
  stop(): Promise<void>;
};

const protocols: Record<Way, string> = {
  plain: 'PLAINTEXT',
  tls: 'SSL',
  mutual: 'SSL',
  misnamed: 'SSL',
  users: 'SASL_SSL',
  scram: 'SASL_SSL',
  bearer: 'SASL_SSL',
  open: 'SASL_PLAINTEXT',
};

const heap = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Starts the Kafka whose jars KAFKA_LIB names by the program that KAFKA_JVM names, on free ports. */
export async function startSecuredKafka(certificates: Certificates): Promise<SecuredKafka> {
  const { KAFKA_LIB: lib, KAFKA_JVM: java } = process.env;
  if (!lib || !java) throw new Error('KAFKA_LIB and KAFKA_JVM name no Kafka: `npm run test:stack` needs one to start');
  const dir = await mkdtemp(join(tmpdir(), 'onsale-secured-kafka-'));
  const user = { name: 'seller', password: 'hush= %1' };
  const [controller = 0, ...ports] = await freePorts(ways.length + 1);
  // One by an address and the others by a name, for a certificate has both.
  const at = Object.fromEntries(
    ways.map((way, i) => [way, `${way === 'tls' ? '127.0.0.1' : 'localhost'}:${ports[i]}`]),
  ) as Record<Way, string>;
  const file = (name: string) => join(dir, name);
  const run = (...args: string[]) => [...heap, '-cp', join(lib, '*'), ...args];

  const chain = async ({ cert, key }: KeyPair) => `${await readFile(key, 'utf8')}${await readFile(cert, 'utf8')}`;
  await writeFile(file('server.pem'), await chain(certificates.server));
  await writeFile(file('misnamed.pem'), await chain(certificates.misnamed));
  await writeFile(file('log.properties'), 'rootLogger.level=off\n');
  await writeFile(file('broker.properties'), properties(dir, at, controller, certificates.ca, user));
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${user.name},password=${user.password}]`,
  ]);
  const format = run('kafka.tools.StorageTool', 'format', '-t', id, '-c', file('broker.properties'), ...scram);
  await promisify(execFile)(java, format);
  const args = run(`-Dlog4j2.configurationFile=${file('log.properties')}`, 'kafka.Kafka', file('broker.properties'));
  const child: ChildProcess = spawn(java, args, { cwd: dir, stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('exit', resolve));

  async function stop(): Promise<void> {
    await admin.disconnect().catch(() => {});
    child.kill('SIGKILL');
    await exited;
    await rm(dir, { recursive: true, force: true });
  }

  const kafka = new Kafka({ brokers: [at.plain], logLevel: logLevel.NOTHING });
  const admin = kafka.admin({ retry: { retries: 0 } });
  await eventually(() => admin.connect(), 60_000).catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    at,
    user,
    admin,
    kafka,
    hang: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    stop,
  };
}

function properties(
  dir: string,
  at: SecuredKafka['at'],
  controller: number,
  ca: string,
  { name, password }: SecuredKafka['user'],
): string {
  const listeners = ways.map((way) => `${way.toUpperCase()}://127.0.0.1:${at[way].split(':')[1]}`);
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${name}="${password}";`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const bearer = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;';
  return `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=${listeners.join()},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=${ways.map((way) => `${way.toUpperCase()}://${at[way]}`).join()}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,${ways.map((way) => `${way.toUpperCase()}:${protocols[way]}`).join()}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
log.dirs=${join(dir, 'data')}
ssl.keystore.type=PEM
ssl.keystore.location=${join(dir, 'server.pem')}
ssl.truststore.type=PEM
ssl.truststore.location=${ca}
listener.name.mutual.ssl.client.auth=required
listener.name.misnamed.ssl.keystore.type=PEM
listener.name.misnamed.ssl.keystore.location=${join(dir, 'misnamed.pem')}
sasl.enabled.mechanisms=PLAIN
listener.name.users.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.users.plain.sasl.jaas.config=${plain}
listener.name.users.scram-sha-256.sasl.jaas.config=${scram}
listener.name.users.scram-sha-512.sasl.jaas.config=${scram}
listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.scram.scram-sha-512.sasl.jaas.config=${scram}
listener.name.bearer.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.bearer.oauthbearer.sasl.jaas.config=${bearer}
listener.name.bearer.oauthbearer.connections.max.reauth.ms=12000
listener.name.open.plain.sasl.jaas.config=${plain}
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
num.network.threads=1
num.io.threads=2
log.cleaner.enable=false
`;
}
