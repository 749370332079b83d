import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { isAppError, reasonOf } from '../errors.ts';
import { postgresSeatFeed } from '../feed/postgres.ts';
import { silentLog } from '../process/log.ts';
import { eventually } from '../testing/eventually.ts';
import { type Forwarder, startForwarder } from '../testing/forwarder.ts';
import { type OwnPostgres, startPostgres } from '../testing/postgres-server.ts';
import { type Db, type OpenOptions, openDb } from './client.ts';
import { migrate } from './migrate.ts';
import { asOutage } from './outage.ts';

// One address, behind which a server hangs, or is no primary, and another takes its place. Silent connections stay
// open.

let first: OwnPostgres;
let second: OwnPostgres;
let standby: OwnPostgres;
let readOnly: OwnPostgres;
let address: Forwarder;
let pools: Db[] = [];

beforeAll(async () => {
  first = await startPostgres();
  const db = openDb(first.config);
  await db.sql`create table numbers (n int)`;
  await db.sql`create table app_state (key text primary key, value text not null)`;
  await db.close();
  const copies = await first.restartWith({}, { standby: true }, { settings: { default_transaction_read_only: 'on' } });
  [second, standby, readOnly] = copies as [OwnPostgres, OwnPostgres, OwnPostgres];
});
afterAll(() => Promise.all([first, second, standby, readOnly].map((server) => server.stop())));

beforeEach(async () => {
  address = await startForwarder(first.config.port);
});
afterEach(async () => {
  first.wake();
  await Promise.all(pools.map((db) => db.close()));
  pools = [];
  await address.stop();
});

function open(options: OpenOptions = {}): Db {
  const db = openDb({ ...first.config, port: address.port }, { deadlineMs: 300, max: 4, ...options });
  pools.push(db);
  return db;
}

const portOf = (db: Db) =>
  db.run(async () => (await db.sql<{ port: number }[]>`select inet_server_port() as port`)[0]!.port);
const insert = (db: Db, n: number) => db.run(() => db.sql`insert into numbers values (${n})`);
const isAway = (error: unknown) => (isAppError(error, 'unavailable') ? ('away' as const) : Promise.reject(error));
const times = <T>(n: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)));

/** Opens every connection of a pool, and leaves them idle; a slow machine needs more than one deadline for it. */
const fill = (db: Db, connections = 4) =>
  eventually(() => times(connections, () => db.run(() => db.sql`select pg_sleep(0.05)`)));

async function numbersOf(server: OwnPostgres): Promise<number[]> {
  const db = openDb(server.config);
  const rows = await db.sql<{ n: number }[]>`select n from numbers order by n`;
  await db.close();
  return rows.map(({ n }) => n);
}

describe('a server that hangs', () => {
  test('fails the calls under way, and the next ones reach the server that took its place', async () => {
    const db = open();
    await fill(db);
    first.hang();
    expect(new Set(await times(40, () => portOf(db).catch(isAway)))).toEqual(new Set(['away']));
    address.leadTo(second.config.port);
    await eventually(async () => expect(await portOf(db)).toBe(second.config.port));
    expect(new Set(await times(40, () => portOf(db)))).toEqual(new Set([second.config.port]));
  });

  test('works again once it goes on', async () => {
    const db = open();
    await fill(db);
    first.hang();
    await times(40, () => portOf(db).catch(isAway));
    first.wake();
    await eventually(async () => expect(await portOf(db)).toBe(first.config.port));
    expect(new Set(await times(40, () => portOf(db)))).toEqual(new Set([first.config.port]));
  });

  test('lets no call do its work after it has failed', async () => {
    const db = open();
    await fill(db);
    first.hang();
    // A connection takes a hundred behind the one under way; the others wait for their turn.
    const told = await times(1000, (i) => insert(db, 1000 + i).catch(isAway));
    expect(new Set(told)).toEqual(new Set(['away']));
    address.leadTo(second.config.port);
    await eventually(() => insert(db, 1));
    expect((await numbersOf(second)).filter((n) => n >= 1000)).toEqual([]);
  });

  test('costs few calls, however many idle connections lead to it, and none of other pools', async () => {
    const [db, beside] = [open({ max: 20 }), open({ max: 20 })];
    await Promise.all([fill(db, 20), fill(beside, 20)]);
    first.hang();
    address.leadTo(second.config.port);
    let failed = 0;
    while ((await portOf(db).catch(isAway)) === 'away') failed++;
    // Its deadline ends a call before its connection is given up, two or three of them; then all that are idle go.
    expect(failed).toBeLessThan(10);
    expect(await portOf(beside)).toBe(second.config.port);
  });

  test('ends a transaction as a whole, and its connection does not come back', async () => {
    const db = open({ max: 1 });
    const failed = db.run(() =>
      db.sql.begin(async (tx) => {
        await tx`insert into numbers values (50)`;
        first.hang();
        address.leadTo(second.config.port);
        await tx`insert into numbers values (51)`;
      }),
    );
    expect(await failed.catch(isAway)).toBe('away');
    await eventually(() => insert(db, 52));
    first.wake();
    expect((await numbersOf(first)).filter((n) => n >= 50 && n < 60)).toEqual([]);
    expect(new Set((await numbersOf(second)).filter((n) => n >= 50 && n < 60))).toEqual(new Set([52]));
  });

  test('loses its listeners to the server that took its place', async () => {
    const feed = postgresSeatFeed(open(), silentLog);
    const sender = openDb(second.config);
    pools.push(sender);
    const [heard, gaps]: [string[], number[]] = [[], []];
    await feed.subscribe({ onChange: (uuid) => heard.push(uuid), onGap: () => gaps.push(1) });
    first.hang();
    address.leadTo(second.config.port);
    await eventually(() => gaps.length > 0);
    const other = postgresSeatFeed(sender, silentLog);
    other.publish('from the second');
    await eventually(() => heard.includes('from the second'));
    expect(gaps).toEqual([1]);
    await Promise.all([feed.close(), other.close()]);
  });

  test('ends a migration, which has no deadline, when another has taken its place', async () => {
    const other = open({ max: 1 });
    // As a migration of another starter has it.
    await other.sql`select pg_advisory_lock(7263001)`;
    const migrating = migrate({ ...first.config, port: address.port }, { watchMs: 20 }).catch(asOutage);
    await eventually(async () => {
      const rows = await other.sql`select from pg_locks where locktype = 'advisory' and not granted`;
      expect(rows).toHaveLength(1);
    });
    first.hang();
    address.leadTo(second.config.port);
    expect(isAppError(await migrating, 'unavailable')).toBe(true);
  });

  test('does not keep a pool from closing', async () => {
    const db = open();
    await fill(db);
    first.hang();
    await db.close();
    await eventually(() => address.connections() === 0);
  });
});

describe('a server that is no primary', () => {
  test('is a standby: unfit for reads and writes, until the address leads to the primary', async () => {
    address.leadTo(standby.config.port);
    const db = open();
    const reason = 'A PostgreSQL that can be written is needed; this is a standby';
    for (const call of [() => portOf(db), () => insert(db, 60), () => db.ping(), () => db.pingWrites()]) {
      expect(reasonOf(await call().catch((error: unknown) => error))).toBe(reason);
    }
    address.leadTo(first.config.port);
    await eventually(() => insert(db, 61));
    await db.pingWrites();
  });

  test('is read-only: read and not written, until the address leads to another', async () => {
    address.leadTo(readOnly.config.port);
    const db = open();
    await fill(db);
    expect(await portOf(db)).toBe(readOnly.config.port);
    await db.ping();
    for (const call of [() => insert(db, 70), () => db.pingWrites()]) {
      expect(reasonOf(await call().catch((error: unknown) => error))).toBe('PostgreSQL is read-only');
    }
    address.leadTo(first.config.port);
    await eventually(() => insert(db, 71));
    await db.pingWrites();
  });

  test('refuses a write in a transaction, which ends the connection, too', async () => {
    address.leadTo(readOnly.config.port);
    const db = open({ max: 1 });
    const write = () => db.run(() => db.sql.begin((tx) => tx`insert into numbers values (72)`));
    expect(reasonOf(await write().catch((error) => error))).toBe('PostgreSQL is read-only');
    address.leadTo(first.config.port);
    await eventually(write);
  });

  test('is an old release: unfit', async () => {
    const db = open({ oldest: 99 });
    const reason = reasonOf(await portOf(db).catch((error) => error));
    expect(reason).toMatch(/^PostgreSQL 99 or newer is needed; this is 1\d\.\d+$/);
    expect(reasonOf(await db.ping().catch((error) => error))).toBe(reason);
  });
});
