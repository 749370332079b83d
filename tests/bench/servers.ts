import { postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import type { RedisServer } from '../../shared/redis/client.ts';
import type { Env } from './processes.ts';

/** A server, with its version and the settings that affect durability and speed. */
export type ServerRow = [name: string, how: string];

export async function postgresRow(env: Env): Promise<ServerRow> {
  const db = openDb(postgresConfig(readConfig(postgresVariables, env), 'onsale-bench'), { max: 1, deadlineMs: 0 });
  const read = async () => {
    const [row] = await db.sql<{ version: string; fsync: string; commit: string }[]>`
      select current_setting('server_version') as version, current_setting('fsync') as fsync,
        current_setting('synchronous_commit') as commit`;
    return `${row!.version}, fsync ${row!.fsync}, synchronous_commit ${row!.commit}`;
  };
  return ['PostgreSQL', await read().finally(() => db.close())];
}

export async function redisRow({ client }: RedisServer): Promise<ServerRow> {
  const said = await client.info();
  const value = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(said)?.[1];
  return ['Redis', `${value('redis_version')}, append-only file ${value('aof_enabled') === '1' ? 'on' : 'off'}`];
}

/** Connect comes with Kafka, which does not report its version to clients. */
export async function connectRow({ KAFKA_CONNECT_URL }: Env): Promise<ServerRow> {
  const { version } = (await (await fetch(`${KAFKA_CONNECT_URL}/`)).json()) as { version: string };
  return ['Kafka Connect', version];
}

export async function elasticsearchRow({ ELASTICSEARCH_ADDR }: Env): Promise<ServerRow> {
  type Node = { version: string; jvm: { mem: { heap_max_in_bytes: number }; input_arguments: string[] } };
  const { nodes } = (await (await fetch(`${ELASTICSEARCH_ADDR}/_nodes/jvm`)).json()) as { nodes: Record<string, Node> };
  const [{ version, jvm }] = Object.values(nodes) as [Node];
  const isHeld = jvm.input_arguments.some((argument) => /TieredStopAtLevel|^-Xint/.test(argument));
  const heap = `heap ${Math.round(jvm.mem.heap_max_in_bytes / 1024 ** 2)} MiB`;
  return ['Elasticsearch', `${version}, ${heap}, ${isHeld ? 'not all' : 'all'} JVM compilers on`];
}
