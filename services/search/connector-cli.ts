import definition from '../../drizzle/connector.json' with { type: 'json' };
import { directly, postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { ConfigError, readConfig, textOf, v } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import type { Command, Env } from '../../shared/process/program.ts';
import { dropIdleSlot } from './adapters/connect/idle-slot.ts';
import { type Connect, createConnect } from './adapters/connect/kafka-connect.ts';
import { connectAccess, connectVariables } from './connect-config.ts';
import { connectorSlot, kafkaVariables } from './kafka-config.ts';

export const connectorVariables = {
  ...connectVariables,
  KAFKA_CONNECTOR: v.matching(
    /^[A-Za-z0-9_-]{0,100}$/,
    'must be up to 100 letters, digits, - and _',
    '',
    'Name of the connector; empty: `onsale`, with the topic prefix behind it if that is not pg',
  ),
  POSTGRES_CONNECT_HOST: v.host('', 'PostgreSQL host as Kafka Connect reaches it; empty: POSTGRES_HOST', {
    port: 'POSTGRES_CONNECT_PORT',
    url: 'POSTGRES_CONNECT_HOST and POSTGRES_CONNECT_PORT',
  }),
  POSTGRES_CONNECT_PORT: v.integer(0, 0, 65_535, 'PostgreSQL port as Kafka Connect reaches it; 0: POSTGRES_PORT'),
  POSTGRES_CONNECT_SSLROOTCERT: v.text(
    '',
    'POSTGRES_SSLROOTCERT on Kafka Connect’s machine; empty: the same path. `system`: what its Java knows',
  ),
  POSTGRES_CONNECT_SSLCERT: v.text('', 'POSTGRES_SSLCERT on Kafka Connect’s machine; empty: the same path'),
  POSTGRES_CONNECT_SSLKEY: v.text(
    '',
    'POSTGRES_SSLKEY on Kafka Connect’s machine, which must be PKCS 8 in DER (openssl pkcs8 -topk8 -outform DER -nocrypt); empty: the same path',
  ),
};

/** `search connector`: Debezium's connector, which brings the database's changes to Kafka. */
export const connector: Command = {
  usage: [
    ['connector apply', 'create Debezium’s connector, or bring it to what is in this build, and wait until it runs'],
    ['connector status', 'say how it is; exits with 1 unless it runs'],
    ['connector delete', 'remove it, its offsets and its replication slot: the next apply begins with a snapshot'],
  ],
  run,
};

const verbs = new Map(Object.entries({ apply, status, delete: remove }));

async function run(args: string[], env: Env): Promise<void> {
  const verb = verbs.get(args[0] ?? '');
  if (!verb || args.length > 1) {
    throw new UsageError('search connector takes apply, status or delete. See search --help.');
  }
  const config = readConfig({ ...postgresVariables, ...kafkaVariables, ...connectorVariables }, env);
  const access = connectAccess(config);
  const wanted = connectorOf(config);
  const secrets = [config.POSTGRES_PASSWORD, config.KAFKA_CONNECT_PASSWORD, config.KAFKA_CONNECT_TOKEN].map(textOf);
  const connect = createConnect(access, wanted.name, secrets);
  console.log(await verb(connect, wanted, env));
}

type Config = ReturnType<
  typeof readConfig<typeof postgresVariables & typeof kafkaVariables & typeof connectorVariables>
>;
type Connector = { name: string; config: Record<string, string> & { 'topic.prefix': string; 'slot.name': string } };

/** drizzle/connector.json with its placeholders filled. */
function connectorOf(config: Config): Connector {
  const suffix = config.KAFKA_TOPIC_PREFIX === 'pg' ? '' : `_${config.KAFKA_TOPIC_PREFIX}`;
  const values: Record<string, string> = {
    ...placeOf(config),
    POSTGRES_USER: config.POSTGRES_USER,
    POSTGRES_PASSWORD: textOf(config.POSTGRES_PASSWORD),
    POSTGRES_DBNAME: config.POSTGRES_DBNAME,
    POSTGRES_SSLMODE: postgresConfig(config, 'onsale-tools').sslMode,
    KAFKA_TOPIC_PREFIX: config.KAFKA_TOPIC_PREFIX,
    KAFKA_CONNECTOR: config.KAFKA_CONNECTOR || `onsale${suffix}`,
    KAFKA_CONNECTOR_SLOT: config.KAFKA_CONNECTOR_SLOT || connectorSlot(config.KAFKA_TOPIC_PREFIX),
  };
  const fill = (text: string) => text.replace(/\$\{(\w+)\}/g, (_, name) => values[name] ?? '');
  const filled = Object.entries(definition.config).map(([key, text]) => [key, fill(text)]);
  return { name: fill(definition.name), config: { ...Object.fromEntries(filled), ...tlsOf(config) } };
}

/** Debezium reads the log, which a pooler does not give, of one host. */
function placeOf(config: Config) {
  const { POSTGRES_CONNECT_HOST: host, POSTGRES_CONNECT_PORT: port } = config;
  const usual = postgresConfig(config, 'onsale-tools');
  const direct = host ? usual : directly(usual);
  if (!host && direct.others && direct.others.length > 0)
    throw new ConfigError(['POSTGRES_CONNECT_HOST: Debezium takes one host: write that of the primary, or of a proxy']);
  return { POSTGRES_HOST: host || direct.host, POSTGRES_PORT: String(port || direct.port) };
}

const javasAuthorities = 'org.postgresql.ssl.DefaultJavaSSLFactory';

/** The TLS settings of Debezium's driver, with paths as Connect's machine has them. */
function tlsOf(config: Config): Record<string, string> {
  const { tls } = postgresConfig(config, 'onsale-tools');
  const usual = config.POSTGRES_SSLROOTCERT === 'system' ? 'system' : tls?.ca?.path;
  const root = config.POSTGRES_CONNECT_SSLROOTCERT || usual;
  const cert = config.POSTGRES_CONNECT_SSLCERT || tls?.cert?.path;
  const key = config.POSTGRES_CONNECT_SSLKEY || tls?.key?.path;
  return {
    ...(root === 'system' && { 'database.sslfactory': javasAuthorities }),
    ...(root && root !== 'system' && { 'database.sslrootcert': root }),
    ...(cert && { 'database.sslcert': cert }),
    ...(key && { 'database.sslkey': key }),
  };
}

async function apply(connect: Connect, { name, config }: Connector): Promise<string> {
  await connect.put(config);
  await connect.untilRunning();
  return `${name}: running; topics ${config['topic.prefix']}.public.*, slot ${config['slot.name']}`;
}

async function status(connect: Connect, { name, config }: Connector): Promise<string> {
  const { state, tasks } = await connect.status();
  const lines = tasks.map(
    (task) => `  task ${task.id}: ${task.state.toLowerCase()}${task.cause ? `: ${task.cause}` : ''}`,
  );
  const runs = state === 'RUNNING' && tasks.length > 0 && tasks.every((task) => task.state === 'RUNNING');
  if (!runs) process.exitCode = 1;
  const head = `${name}: ${state.toLowerCase()}${tasks.length === 0 ? ', no task' : ''}; slot ${config['slot.name']}`;
  return [head, ...lines].join('\n');
}

async function remove(connect: Connect, { name, config }: Connector, env: Env): Promise<string> {
  const existed = await connect.remove();
  const slot = config['slot.name'];
  const db = openDb(postgresConfig(readConfig(postgresVariables, env), 'onsale-tools'), { max: 1 });
  try {
    // A slot without a reader would make the server keep its log for ever.
    const outcome = await dropIdleSlot(db, slot);
    return `${name}: ${existed ? 'deleted' : 'was not there'}; slot ${slot}: ${outcome}`;
  } finally {
    await db.close();
  }
}
