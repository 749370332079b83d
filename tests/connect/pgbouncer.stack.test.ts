import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { PostgresConfig } from '../../shared/config/config.ts';
import { type Db, openDb, sqlState } from '../../shared/db/client.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type OwnPostgres, startPostgres } from '../../shared/testing/postgres-server.ts';
import { contractSuite } from '../contract/suite.ts';
import { postgresEnv, startServices } from '../rig/targets.ts';
import { type PgBouncer, startPgBouncer } from './pgbouncer.harness.ts';
import { buySeats, freshDatabase, kinds, readSeats, refusalOf } from './postgres.harness.ts';

setDefaultTimeout(90_000);

/** Fewer than the platform has connections to the pooler. */
const connections = 5;
let server: OwnPostgres;
let pooler: PgBouncer;
let admin: Db;

beforeAll(async () => {
  server = await startPostgres();
  pooler = await startPgBouncer(server.config, connections);
  admin = openDb(server.config, { max: 2, deadlineMs: 30_000 });
});
afterAll(async () => {
  await admin?.close();
  await pooler?.stop();
  await server?.stop();
});

const pooled = (config: PostgresConfig): PostgresConfig => ({ ...config, port: pooler.port, pooled: true });
const open = () => freshDatabase(admin, server.config);
const variables = ({ port }: PostgresConfig) => ({
  POSTGRES_PORT: String(pooler.port),
  POSTGRES_POOLED: 'transaction',
  POSTGRES_DIRECT_PORT: String(port),
});

contractSuite('three processes behind PgBouncer', () => startServices('bun', open, variables));

describe.each(kinds)('%s behind PgBouncer', (kind) => {
  test('migrates, sells, shows the seats live and follows the log', async () => {
    const target = await startServices(kind, open, variables);
    try {
      const live = await readSeats(target);
      await buySeats(target);
      await live.sees(2);
      const names = async (where: string) => {
        const rows = await admin.sql<{ name: string }[]>`
          select distinct application_name as name from pg_stat_activity a
          where application_name like 'onsale-%' and application_name <> 'onsale-test'
            and (${where} = 'listen') = (query like 'listen %') and (${where} = 'log') = (backend_type = 'walsender')`;
        return rows.map(({ name }) => name).sort();
      };
      await eventually(async () => {
        expect(await names('listen')).toEqual(['onsale-events']);
        expect(await names('log')).toEqual(['onsale-search-changes']);
      });
      await live.close();
    } finally {
      await target.stop();
    }
  });

  test('says what to set', async () => {
    const env = { ...postgresEnv(server.config), ...variables(server.config) };
    const said = await Promise.all([
      refusalOf(kind, { ...env, POSTGRES_POOLED: '', POSTGRES_DIRECT_PORT: '' }),
      refusalOf(kind, { ...env, POSTGRES_PASSWORD: 'wrong' }),
    ]);
    expect(said[0]).toContain('At POSTGRES_HOST is a pooler such as PgBouncer: set POSTGRES_POOLED=transaction');
    expect(said[1]).toContain(
      'PostgreSQL, or a pooler before it, refuses this service: mend POSTGRES_USER and POSTGRES_PASSWORD',
    );
  });
});

describe('a pool behind PgBouncer', () => {
  let db: Db;
  let other: Db;

  beforeAll(() => {
    db = openDb(pooled(server.config), { asWritten: true, deadlineMs: 400 });
    other = openDb(pooled(server.config), { deadlineMs: 5000, max: connections });
  });
  afterAll(() => Promise.all([db.close(), other.close()]));

  const settings = (sql: Db['sql']) => sql`
    select current_setting('statement_timeout') as deadline, current_setting('enable_seqscan') as scans,
      current_setting('idle_in_transaction_session_timeout') as idle, ${1}::int as one`;
  const own = { deadline: '400ms', scans: 'off', idle: '10s', one: 1 };
  const others = { deadline: '5s', scans: 'on', idle: '10s', one: 1 };

  test('has its own settings in each statement and transaction, and leaves none to others', async () => {
    for (let i = 0; i < 3; i++) {
      const both = await Promise.all([
        ...Array.from({ length: 20 }, () => settings(db.sql)),
        ...Array.from({ length: 20 }, () => settings(other.sql)),
      ]);
      for (const [n, [row]] of both.entries()) expect(row).toEqual(n < 20 ? own : others);
    }
    const rows = await db.sql.begin(async (tx) => [
      ...(await settings(tx as unknown as Db['sql'])),
      ...(await settings(tx as unknown as Db['sql'])),
    ]);
    expect(rows).toEqual([own, own]);
    const [simple] = await db.sql.unsafe(`select current_setting('statement_timeout') as deadline`);
    expect(simple?.deadline).toBe('400ms');
    const bare = await admin.sql`select current_setting('enable_seqscan') as scans`;
    expect([...bare]).toEqual([{ scans: 'on' }]);
  });

  test('has its statements ended by the server at their deadline', async () => {
    for (const work of [
      () => db.sql`select pg_sleep(${5}::int)`,
      () => db.sql.unsafe('select pg_sleep(5)'),
      () => db.sql.begin((tx) => tx`select pg_sleep(5)`),
    ]) {
      const error = await Promise.resolve(work()).catch((reason) => reason);
      expect(sqlState(error)).toBe('57014');
    }
    const busy = await admin.sql`select from pg_stat_activity where query like '%pg_sleep%' and state = 'active'
      and pid <> pg_backend_pid()`;
    expect(busy.length).toBe(0);
  });

  test('goes on after a statement that fails, and leaves no prepared statement', async () => {
    await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const failing = await db.sql`select ${i}::int / 0`.catch((error) => error);
        expect(sqlState(failing)).toBe('22012');
        expect([...(await db.sql`select ${[`${i}`]}::text[] as list`)]).toEqual([{ list: [`${i}`] }]);
      }),
    );
    const found = await Promise.all(
      Array.from({ length: connections }, () =>
        other.sql.begin((tx) => tx`select count(*)::int as n, pg_sleep(0.1) from pg_prepared_statements`),
      ),
    );
    expect(found.map(([row]) => row?.n)).toEqual(Array.from({ length: connections }, () => 0));
  });
});
