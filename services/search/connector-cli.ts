import definition from '../../drizzle/connector.json' with { type: 'json' };
import { postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig, textOf, v } from '../../shared/config/environment.ts';
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
    POSTGRES_HOST: config.POSTGRES_CONNECT_HOST || config.POSTGRES_HOST,
    POSTGRES_PORT: String(config.POSTGRES_CONNECT_PORT || config.POSTGRES_PORT),
    POSTGRES_USER: config.POSTGRES_USER,
    POSTGRES_PASSWORD: textOf(config.POSTGRES_PASSWORD),
    POSTGRES_DBNAME: config.POSTGRES_DBNAME,
    POSTGRES_SSLMODE: config.POSTGRES_SSLMODE,
    KAFKA_TOPIC_PREFIX: config.KAFKA_TOPIC_PREFIX,
    KAFKA_CONNECTOR: config.KAFKA_CONNECTOR || `onsale${suffix}`,
    KAFKA_CONNECTOR_SLOT: config.KAFKA_CONNECTOR_SLOT || connectorSlot(config.KAFKA_TOPIC_PREFIX),
  };
  const fill = (text: string) => text.replace(/\$\{(\w+)\}/g, (_, name) => values[name] ?? '');
  const filled = Object.entries(definition.config).map(([key, text]) => [key, fill(text)]);
  return { name: fill(definition.name), config: Object.fromEntries(filled) };
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
