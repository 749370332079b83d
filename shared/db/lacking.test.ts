import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonOf } from '../errors.ts';
import { testClock } from '../testing/clock.ts';
import { type TestDatabase, testDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { startPostgres } from '../testing/postgres-server.ts';
import { type Db, openDb } from './client.ts';

// A server that responds but lacks a resource: space on its disk, connections, memory.

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql.unsafe(`
    create table refused (code text);
    create function refuse() returns trigger language plpgsql as $$
      begin raise sqlstate '53100' using message = 'could not extend file'; end $$;
    create trigger refuse before insert on refused execute function refuse()`);
});
afterAll(() => database.drop());

const reason = (call: Promise<unknown>) =>
  call.then(
    () => 'well',
    (error) => reasonOf(error) ?? error,
  );

describe('a server without room on its disk', () => {
  const noRoom = 'PostgreSQL has no room left on its disk';

  test('is reported for as long as a call may still fail by it, then checked again', async () => {
    const clock = testClock();
    const db = openDb(database.config, { nowMs: clock.now });
    await db.pingWrites();
    expect(await reason(db.run(() => db.sql`insert into refused values ('a')`))).toBe(noRoom);
    clock.advance(4_000);
    for (const ping of [db.ping, db.pingWrites]) expect(await reason(ping())).toBe(noRoom);
    clock.advance(2_000);
    for (const ping of [db.ping, db.pingWrites]) expect(await reason(ping())).toBe('well');
    await db.close();
  });

  const disk = smallDisk();
  // Only who may mount can make a disk small.
  test.skipIf(disk === undefined)('is reported before a call fails by it, until there is room again', async () => {
    const server = await startPostgres({ max_wal_size: '32MB', min_wal_size: '32MB' }, disk);
    const db = openDb(server.config);
    const filler = join(disk!, 'filler');
    try {
      await db.sql`create table app_state (key text primary key, value text not null)`;
      await db.pingWrites();
      for (const bytes of [1024 * 1024, 4096]) expect(() => fill(filler, bytes)).toThrow('ENOSPC');
      await eventually(async () => expect(await reason(db.pingWrites())).toBe(noRoom));
      rmSync(filler);
      await eventually(async () => expect(await reason(db.pingWrites())).toBe('well'));
    } finally {
      await db.close();
      await server.stop();
      execFileSync('umount', [disk!]);
      rmSync(disk!, { recursive: true });
    }
  });
});

function fill(file: string, stepBytes: number): never {
  for (;;) appendFileSync(file, Buffer.alloc(stepBytes));
}

/** A disk of its own in memory, empty, or undefined where this process may not mount one. */
function smallDisk(): string | undefined {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'onsale-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', dir], { stdio: 'ignore' });
    chmodSync(dir, 0o755);
    return dir;
  } catch {
    rmSync(dir, { recursive: true });
    return undefined;
  }
}

describe('a check of writes', () => {
  /** A pool that counts the statements that it sends, once it has met the server. */
  async function counted() {
    const clock = testClock();
    const sent: string[] = [];
    const db = openDb(database.config, { max: 1, nowMs: clock.now, onQuery: (text) => sent.push(text) });
    await db.ping();
    sent.length = 0;
    return { clock, sent, db };
  }

  test('asks once a second, for all callers', async () => {
    const { clock, sent, db } = await counted();
    for (let second = 1; second <= 3; second++) {
      await Promise.all(Array.from({ length: 20 }, () => db.pingWrites()));
      await db.pingWrites();
      expect(sent.length).toBe(second);
      clock.advance(1_001);
    }
    await db.close();
  });

  test('writes the log, needs room on the disk, and leaves no dead row', async () => {
    const { clock, db } = await counted();
    const look = async () => {
      const [row] = await database.sql`
        select pg_current_wal_insert_lsn() as lsn, temp_bytes::int,
          (select n_dead_tup + n_tup_upd + n_tup_del from pg_stat_user_tables where relname = 'app_state')::int as dead
        from pg_stat_database where datname = current_database()`;
      return row!;
    };
    await db.pingWrites();
    clock.advance(1_001);
    const before = await look();
    await db.pingWrites();
    await db.sql`select pg_stat_force_next_flush()`;
    await db.sql`select 1`;
    const after = await look();
    expect(after.lsn > before.lsn).toBe(true);
    expect(after.temp_bytes - before.temp_bytes).toBeGreaterThan(64 * 1024);
    expect(after.temp_bytes - before.temp_bytes).toBeLessThan(1024 * 1024);
    expect(after.dead).toBe(before.dead);
    await db.close();
  });
});

describe('a server without more connections', () => {
  let limited: (connections: number) => Promise<Db>;
  let others = 0;
  beforeAll(() => {
    limited = async (connections) => {
      const role = `limited_${process.pid}_${others++}`;
      await database.sql.unsafe(`
        create role ${role} login password 'x' connection limit ${connections};
        grant all on all tables in schema public to ${role}`);
      return openDb({ ...database.config, user: role, password: 'x' }, { max: 8 });
    };
  });

  const read = (db: Db) => db.run(() => db.sql`select pg_sleep(0.02)`);

  test('serves all calls with the existing connections', async () => {
    const db = await limited(2);
    await read(db);
    await Promise.all(Array.from({ length: 60 }, () => read(db)));
    await db.pingWrites();
    await Promise.all(Array.from({ length: 10 }, () => db.run(() => db.sql.begin((tx) => tx`select pg_sleep(0.01)`))));
    await db.close();
  });

  test('is reported when there is no connection', async () => {
    const db = await limited(0);
    for (const call of [() => read(db), db.ping, db.pingWrites]) {
      expect(await reason(call())).toBe('PostgreSQL takes no more connections');
    }
    await db.close();
  });
});
