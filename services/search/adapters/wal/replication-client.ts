import type { PostgresConfig } from '../../../../shared/config/config.ts';
import { type Db, openDb } from '../../../../shared/db/client.ts';
import { type PostgresTls, tlsOf } from '../../../../shared/db/tls.ts';

/** The options of the `pg` driver for the same connection that the pool makes. */
export async function replicationClient(db: Db, config: PostgresConfig): Promise<Record<string, unknown>> {
  const { host, port } = await fitHost(config);
  return {
    host,
    port,
    user: config.user,
    password: config.password,
    database: config.database,
    ssl: await tls(db, config),
    application_name: `${config.applicationName}-changes`,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  };
}

/** `pg` knows one host: the first of several that the pool would take. Throws as `Db.run` if none will do. */
async function fitHost(config: PostgresConfig): Promise<{ host: string; port: number }> {
  const { others = [] } = config;
  let refusal: unknown;
  for (const place of others.length === 0 ? [] : [config, ...others]) {
    const { host, port } = place;
    const db = openDb({ ...config, host, port, others: [] }, { max: 1 });
    const error = await db.ping().then(
      () => undefined,
      (reason) => reason,
    );
    await db.close();
    if (!error) return { host, port };
    refusal ??= error;
  }
  if (refusal) throw refusal;
  return config;
}

/** `pg` has no "prefer": where the pool may choose, its choice is taken over. */
async function tls(db: Db, config: PostgresConfig): Promise<PostgresTls> {
  const wanted = tlsOf(config);
  if (typeof wanted !== 'string') return wanted;
  const [row] = await db.run(() => db.sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`);
  return row?.ssl ? { rejectUnauthorized: false } : false;
}
