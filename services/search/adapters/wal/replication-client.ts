import type { PostgresConfig } from '../../../../shared/config/config.ts';
import type { Db } from '../../../../shared/db/client.ts';

/** The options of the `pg` driver for the same connection that the pool makes. */
export async function replicationClient(db: Db, config: PostgresConfig): Promise<Record<string, unknown>> {
  return {
    host: config.host,
    port: config.port,
    user: config.user,
    password: config.password,
    database: config.database,
    ssl: await tls(db, config),
    application_name: `${config.applicationName}-changes`,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  };
}

/** `pg` has no "prefer": where the pool may choose, its choice is taken over. */
async function tls(db: Db, { sslMode }: PostgresConfig): Promise<boolean | { rejectUnauthorized: false }> {
  if (sslMode === 'disable') return false;
  if (sslMode === 'verify-full') return true;
  if (sslMode === 'require') return { rejectUnauthorized: false };
  const [row] = await db.run(() => db.sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`);
  return row?.ssl ? { rejectUnauthorized: false } : false;
}
