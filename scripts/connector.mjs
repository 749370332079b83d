// `npm run connector -- apply|status|delete`: Debezium's connector, which brings the database's changes to Kafka.
import { readFileSync } from 'node:fs';
import { createConnect } from './connect.mjs';

const usage = `Usage: npm run connector -- COMMAND
  apply    create the connector from drizzle/connector.json, or bring it to what is there, and wait until it runs
  status   say how it is; ends with 1 unless it runs
  delete   remove it, its offsets and its replication slot: the next apply begins with a snapshot

It needs KAFKA_CONNECT_URL (http://host:port) and POSTGRES_*, as Kafka Connect reaches the database; POSTGRES_CONNECT_HOST and
POSTGRES_CONNECT_PORT take precedence. KAFKA_TOPIC_PREFIX, KAFKA_CONNECTOR and KAFKA_CONNECTOR_SLOT change the names.`;

const { env } = process;
const commands = { apply, status, delete: remove };

/** What the file's placeholders stand for. The services know the slot by the same rule (shared/config.ts). */
function valuesOf() {
  const prefix = env.KAFKA_TOPIC_PREFIX || 'pg';
  const suffix = prefix === 'pg' ? '' : `_${prefix.toLowerCase().replaceAll('-', '_')}`;
  return {
    POSTGRES_HOST: env.POSTGRES_CONNECT_HOST || env.POSTGRES_HOST || '127.0.0.1',
    POSTGRES_PORT: env.POSTGRES_CONNECT_PORT || env.POSTGRES_PORT || '5432',
    POSTGRES_USER: env.POSTGRES_USER || 'postgres',
    POSTGRES_PASSWORD: env.POSTGRES_PASSWORD || '',
    POSTGRES_DBNAME: env.POSTGRES_DBNAME || 'onsale',
    POSTGRES_SSLMODE: env.POSTGRES_SSLMODE || 'disable',
    KAFKA_TOPIC_PREFIX: prefix,
    KAFKA_CONNECTOR: env.KAFKA_CONNECTOR || `onsale${suffix}`,
    KAFKA_CONNECTOR_SLOT: env.KAFKA_CONNECTOR_SLOT || `onsale_connect${suffix}`,
  };
}

function connectorOf(values) {
  const text = readFileSync(new URL('../drizzle/connector.json', import.meta.url), 'utf8');
  const fill = (value) => value.replace(/\$\{(\w+)\}/g, (_, name) => values[name]);
  const { name, config } = JSON.parse(text);
  return { name: fill(name), config: Object.fromEntries(Object.entries(config).map(([key, v]) => [key, fill(v)])) };
}

async function apply(connect, { name, config }) {
  await connect.put(config);
  await connect.untilRunning();
  return `${name}: running; topics ${config['topic.prefix']}.public.*, slot ${config['slot.name']}`;
}

async function status(connect, { name, config }) {
  const { state, tasks } = await connect.status();
  const lines = tasks.map(
    (task) => `  task ${task.id}: ${task.state.toLowerCase()}${task.cause ? `: ${task.cause}` : ''}`,
  );
  const runs = state === 'RUNNING' && tasks.length > 0 && tasks.every((task) => task.state === 'RUNNING');
  if (!runs) process.exitCode = 1;
  const head = `${name}: ${state.toLowerCase()}${tasks.length === 0 ? ', no task' : ''}; slot ${config['slot.name']}`;
  return [head, ...lines].join('\n');
}

async function remove(connect, { name, config }) {
  const existed = await connect.remove();
  const slot = await dropSlot(config['slot.name']);
  return `${name}: ${existed ? 'deleted' : 'was not there'}; slot ${config['slot.name']}: ${slot}`;
}

/** A slot without a reader would make the server keep its log for ever. */
async function dropSlot(slot) {
  const { default: postgres } = await import('postgres');
  const sql = postgres({
    host: env.POSTGRES_HOST || '127.0.0.1',
    port: Number(env.POSTGRES_PORT || 5432),
    user: env.POSTGRES_USER || 'postgres',
    password: env.POSTGRES_PASSWORD || '',
    database: env.POSTGRES_DBNAME || 'onsale',
    ssl: !env.POSTGRES_SSLMODE || env.POSTGRES_SSLMODE === 'disable' ? false : env.POSTGRES_SSLMODE,
    connect_timeout: 5,
    max: 1,
  });
  try {
    for (let tries = 0; ; tries++) {
      const [row] = await sql`select active from pg_replication_slots where slot_name = ${slot}`;
      if (!row) return tries === 0 ? 'was not there' : 'dropped';
      // Connect's connection ends a moment after the connector.
      if (row.active && tries < 50) await new Promise((resolve) => setTimeout(resolve, 100));
      else if (row.active) throw new Error(`The slot ${slot} is in use. End what reads it, then run delete again.`);
      else await sql`select pg_drop_replication_slot(${slot})`;
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function main() {
  const command = commands[process.argv[2]];
  if (!command) throw new Error(usage);
  if (!env.KAFKA_CONNECT_URL)
    throw new Error('KAFKA_CONNECT_URL is not set: give Kafka Connect’s address, http://host:port.');
  const connector = connectorOf(valuesOf());
  const connect = createConnect(env.KAFKA_CONNECT_URL, connector.name, [env.POSTGRES_PASSWORD]);
  console.log(await command(connect, connector));
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
