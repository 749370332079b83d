import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig, textOf } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { freePort } from '../../shared/process/free-port.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type OwnPostgres, startPostgres } from '../../shared/testing/postgres-server.ts';
import { postgresEnv, startServices } from '../rig/targets.ts';
import { buySeats, freshDatabase, kinds, refused } from './postgres.harness.ts';

setDefaultTimeout(90_000);

let first: OwnPostgres;
let standby: OwnPostgres;
let readOnly: OwnPostgres;

beforeAll(async () => {
  first = await startPostgres();
  const { host, port, user, password: secret } = first.config;
  const primary = `host=${host} port=${port} user=${user} password=${textOf(secret)}`;
  [standby, readOnly] = (await first.restartWith(
    { standby: true, settings: { primary_conninfo: primary } },
    { settings: { default_transaction_read_only: 'on' } },
  )) as [OwnPostgres, OwnPostgres];
});
afterAll(async () => {
  for (const one of [first, standby, readOnly]) await one?.stop();
});

const hosts = (...ports: number[]) => ports.map((port) => `127.0.0.1:${port}`).join(',');
const env = (list: string, attrs = 'any') => ({
  ...postgresEnv(first.config),
  POSTGRES_PORT: '1',
  POSTGRES_HOST: list,
  POSTGRES_TARGET_SESSION_ATTRS: attrs,
});
async function portOf(variables: Record<string, string>): Promise<number> {
  const db = openDb(postgresConfig(readConfig(postgresVariables, variables), 'onsale-test'));
  try {
    await db.ping();
    const [row] = await db.sql`select inet_server_port() as port`;
    return row?.port;
  } finally {
    await db.close();
  }
}

test('of several hosts one that is away and a standby are passed over', async () => {
  const list = hosts(await freePort(), standby.config.port, first.config.port);
  expect(await portOf(env(list))).toBe(first.config.port);
});

test('of several hosts one that is read-only by its settings is passed over by read-write alone', async () => {
  const list = hosts(readOnly.config.port, first.config.port);
  expect(await portOf(env(list))).toBe(readOnly.config.port);
  expect(await portOf(env(list, 'primary'))).toBe(readOnly.config.port);
  expect(await portOf(env(list, 'read-write'))).toBe(first.config.port);
});

test('of several hosts one that hangs is passed over', async () => {
  const variables = env(hosts(first.config.port, readOnly.config.port));
  const db = openDb(postgresConfig(readConfig(postgresVariables, variables), 'onsale-test'));
  first.hang();
  try {
    await eventually(() => db.ping());
    const [row] = await db.sql`select inet_server_port() as port`;
    expect(row?.port).toBe(readOnly.config.port);
  } finally {
    first.wake();
    await db.close();
  }
});

test('of several hosts none that will do is told, with what the others said before the standby', async () => {
  const away = await freePort();
  expect(await refused(env(hosts(standby.config.port, standby.config.port)))).toBe(
    'A PostgreSQL that can be written is needed; this is a standby',
  );
  const wrong = { ...env(hosts(first.config.port, standby.config.port)), POSTGRES_PASSWORD: 'wrong' };
  expect(await refused(wrong)).toBe('PostgreSQL refuses the password of this service: mend POSTGRES_PASSWORD');
  const begun = performance.now();
  expect(await refused(env(hosts(away, standby.config.port)))).not.toContain('standby');
  expect(performance.now() - begun).toBeLessThan(1500);
});

test.each(kinds)('a platform finds the primary, for its sales and for the log (%s)', async (kind) => {
  const admin = openDb(first.config, { max: 1, deadlineMs: 30_000 });
  const list = hosts(standby.config.port, first.config.port);
  const open = async () => {
    const made = await freshDatabase(admin, first.config);
    const there = { ...env(hosts(standby.config.port)), POSTGRES_DBNAME: made.config.database };
    await eventually(async () => (await refused(there)).includes('this is a standby'));
    return made;
  };
  try {
    const target = await startServices(kind, open, () => ({ POSTGRES_HOST: list }));
    await buySeats(target).finally(target.stop);
  } finally {
    await admin.close();
  }
});
