import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { postgresConfig, postgresVariables, redisConfig, redisVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { type Db, openDb } from '../../shared/db/client.ts';
import { startEmbeddedPostgres } from '../../shared/embedded/postgres.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { redisTicketLocks } from '../../shared/locks/redis.ts';
import type { TicketLocks } from '../../shared/locks/ticket-locks.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { openRedis } from '../../shared/redis/client.ts';
import { dropParts, ownParts, ownRedis } from '../rig/platform-parts.ts';
import { runProcess } from '../rig/process.ts';
import { runners } from '../rig/targets.ts';
import type { Env } from './processes.ts';
import { connectRow, elasticsearchRow, postgresRow, redisRow, type ServerRow } from './servers.ts';

/** The servers that the services need, with a database of the bench's own. */
export type Ground = {
  env: Env;
  locks(db: Db): TicketLocks;
  /** The variables of one more database. */
  newDatabase(name: string): Promise<Env>;
  /** Call it when the database is migrated and seeded. */
  seeded(): Promise<void>;
  /** Each server with its version and settings. */
  servers(): Promise<ServerRow[]>;
  close(): Promise<void>;
};

export type OpenGround = (dir: string) => Promise<Ground>;

/** An embedded PostgreSQL, and nothing else. */
export async function embeddedGround(dir: string): Promise<Ground> {
  const postgres = await startEmbeddedPostgres({ dir: join(dir, 'postgres') });
  const envOf = (database: string): Env => ({
    POSTGRES_HOST: postgres.host,
    POSTGRES_PORT: String(postgres.port),
    POSTGRES_USER: postgres.user,
    POSTGRES_PASSWORD: postgres.password,
    POSTGRES_DBNAME: database,
  });
  const env = envOf(postgres.database);
  return {
    env,
    locks: postgresTicketLocks,
    async newDatabase(name) {
      await asAdmin(env, `create database ${name}`);
      return envOf(name);
    },
    seeded: async () => {},
    servers: async () => [await postgresRow(env)],
    close: () => postgres.stop(),
  };
}

const needed = [
  ...['HOST', 'PORT', 'USER', 'PASSWORD', 'DBNAME'].map((name) => `POSTGRES_${name}`),
  ...['REDIS_ADDR', 'KAFKA_LISTENERS', 'KAFKA_CONNECT_URL', 'ELASTICSEARCH_ADDR'],
];

/** The real servers that the environment names; databases, keys, topics and indexes go when it is closed. */
export async function stackGround(): Promise<Ground> {
  const missing = needed.filter((name) => !process.env[name]);
  if (missing.length > 0)
    throw new UsageError(`Name the real servers in the environment; missing: ${missing.join(', ')}`);
  const name = `bench${randomBytes(4).toString('hex')}`;
  const admin: Env = Object.fromEntries(needed.map((variable) => [variable, process.env[variable]!]));
  const env: Env = { ...admin, POSTGRES_DBNAME: name, ...ownParts(name), REDIS_DB: await ownRedis() };
  const databases = [name];
  await asAdmin(admin, `create database ${name}`);
  const connector = (verb: 'apply' | 'delete') => runProcess([...runners.bun('search'), 'connector', verb], env);
  const redis = openRedis(redisConfig(readConfig(redisVariables, env))!);
  return {
    env,
    locks: () => redisTicketLocks(redis),
    async newDatabase(given) {
      const database = `${name}_${given}`;
      await asAdmin(admin, `create database ${database}`);
      databases.push(database);
      return { POSTGRES_DBNAME: database, ELASTICSEARCH_INDEX: `${name}-${given}` };
    },
    seeded: async () => void (await connector('apply')),
    servers: () => Promise.all([postgresRow(env), redisRow(redis), connectRow(env), elasticsearchRow(env)]),
    async close() {
      await connector('delete').catch(() => {});
      await redis.run(() => redis.client.flushdb()).catch(() => {});
      await redis.close();
      await dropParts(name, env);
      for (const database of databases) await asAdmin(admin, `drop database if exists ${database} with (force)`);
    },
  };
}

async function asAdmin(env: Env, statement: string): Promise<void> {
  const db = openDb(postgresConfig(readConfig(postgresVariables, env), 'onsale-bench'), { max: 1, deadlineMs: 0 });
  await db.sql.unsafe(statement).finally(() => db.close());
}
