import { afterAll, beforeAll, expect, test } from 'bun:test';
import { isAppError } from '../errors.ts';
import { type TestDatabase, testDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { type Db, openDb } from './client.ts';
import { shares } from './share.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql`create table counters (id int primary key, n int not null)`;
  await database.sql`insert into counters select i, 0 from generate_series(1, 9) i`;
});
afterAll(() => database.drop());

type Waiting = Promise<unknown>[];

/**
 * A pool whose statements the test counts, while another session has locked the rows with these ids. Statements that
 * still wait for them after `work` end then.
 */
async function withRows(
  ids: number[],
  max: number,
  work: (db: Db, sent: () => number, waiting: Waiting) => Promise<void>,
): Promise<void> {
  let sent = 0;
  const onQuery = (text: string) => {
    if (text.includes('update counters')) sent++;
  };
  const db = openDb(database.config, { max, onQuery });
  const waiting: Waiting = [];
  // A connection gets a statement that is new to it alone anyway.
  await Promise.all(Array.from({ length: 4 * max }, () => db.run(() => add(db.sql, 9))));
  sent = 0;
  const held = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const session = database.sql.begin(async (tx) => {
    await tx`select from counters where id = any(${ids}) for update`;
    held.resolve();
    await over.promise;
  });
  await held.promise;
  try {
    await work(db, () => sent, waiting);
  } finally {
    over.resolve();
    await Promise.allSettled([session, ...waiting]);
    await db.close();
  }
}

const add = async (sql: Db['sql'], id: number) => await sql`update counters set n = n + 1 where id = ${id}`;
const countUp = (db: Db, key: string, id: number) => db.run(() => db.share(key, (sql) => add(sql, id)));

test('a key with locked rows waits on a part of the connections, and all others go on', async () => {
  await withRows([1], 10, async (db, sent, waiting) => {
    for (let i = 0; i < 60; i++) waiting.push(countUp(db, 'a', 1));
    await eventually(() => expect(sent()).toBe(1));
    // More than there are connections, so that the driver would send some behind those that wait.
    await Promise.all(Array.from({ length: 60 }, (_, i) => countUp(db, 'b', 2 + (i % 2))));
    await Promise.all(Array.from({ length: 60 }, () => db.run(() => db.sql`select n from counters where id = 1`)));
    expect(sent()).toBe(1 + 60);
  });
  const [row] = await database.sql`select n from counters where id = 1`;
  expect(row!.n).toBe(60);
}, 30_000);

test.each([3, 4])(
  '%p keys that all wait let another key, and who waits for nobody, through',
  async (count) => {
    const ids = Array.from({ length: count }, (_, i) => 1 + i);
    await withRows(ids, 10, async (db, sent, waiting) => {
      for (const id of ids) for (let i = 0; i < 20; i++) waiting.push(countUp(db, `key ${id}`, id));
      await eventually(() => expect(sent()).toBe(count));
      await Promise.all(Array.from({ length: 60 }, () => countUp(db, 'quick', 8)));
      await Promise.all(Array.from({ length: 60 }, () => db.run(() => db.sql`select n from counters where id = 1`)));
    });
  },
  30_000,
);

test('rows that are locked for longer than an operator’s lock_timeout make an outage, no failure', async () => {
  await database.sql`create role patient login superuser password 'patient'`;
  await database.sql`alter role patient set lock_timeout = 1`;
  const db = openDb({ ...database.config, user: 'patient', password: 'patient' });
  await withRows([1], 2, async () => {
    const refused = await countUp(db, 'a', 1).catch((error) => error);
    expect(isAppError(refused, 'unavailable')).toBe(true);
  });
  await db.close();
  await database.sql`drop role patient`;
});

test('a pool of one connection has a share', async () => {
  const db = openDb(database.config, { max: 1 });
  await Promise.all(Array.from({ length: 5 }, (_, i) => countUp(db, `key ${i}`, 5)));
  await db.close();
});

/** Work of a key that ends when the test says so. */
function work() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const make = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => {
      ends.push(() => resolve(name));
    });
  };
  return { begun, make, endFirst: () => ends.shift()!() };
}

test('queued work runs in its order, keys in turn, and a failure frees its place', async () => {
  const share = shares(database.sql, { max: 2, deadlineMs: 0, nowMs: () => 0 });
  const { begun, make, endFirst } = work();
  const all = [
    share('a', () => Promise.reject(new Error('failed'))).catch((error) => error.message),
    ...['a1', 'a2', 'b1', 'c1', 'a3', 'c2'].map((name) => share(name[0]!, make(name))),
  ];
  for (let i = 0; i < 6; i++) {
    await eventually(() => expect(begun.length).toBeGreaterThan(i));
    endFirst();
  }
  expect(await Promise.all(all)).toEqual(['failed', 'a1', 'a2', 'b1', 'c1', 'a3', 'c2']);
  expect(begun).toEqual(['b1', 'a1', 'c1', 'a2', 'c2', 'a3']);
});

test('queued work is refused at the deadline, and not begun', async () => {
  let now = 0;
  const share = shares(database.sql, { max: 3, deadlineMs: 1000, nowMs: () => now });
  const { begun, make, endFirst } = work();
  const first = share('a', make('first'));
  const late = Array.from({ length: 5000 }, () => share('a', make('late')).catch((error) => error));
  now = 500;
  const next = share('a', make('next'));
  now = 1000;
  endFirst();
  expect(await first).toBe('first');
  expect((await Promise.all(late)).every((error) => isAppError(error, 'unavailable'))).toBe(true);
  endFirst();
  expect(await next).toBe('next');
  expect(begun).toEqual(['first', 'next']);
});

/** Shares of ten connections with a deadline of 900 ms. */
function tenConnections() {
  let now = 0;
  const share = shares(database.sql, { max: 10, deadlineMs: 900, nowMs: () => now });
  const { begun, make, endFirst } = work();
  let ended = 0;
  return {
    begun,
    advance: (ms: number) => {
      now += ms;
    },
    ask: (key: string, calls: number) => Array.from({ length: calls }, () => share(key, make(key))),
    /** Ends so many, the oldest first. */
    async end(count: number) {
      for (let i = 0; i < count; i++, ended++) {
        await eventually(() => expect(begun.length).toBeGreaterThan(ended));
        endFirst();
      }
      await Bun.sleep(1);
    },
    underWay: () => begun.length - ended,
  };
}

test('a key starts with one connection, and earns two thirds by quick work, until it is idle', async () => {
  const { ask, end, underWay } = tenConnections();
  for (let burst = 0; burst < 2; burst++) {
    const all = ask('a', 30);
    const seen = [underWay()];
    for (let i = 0; i < 6; i++) {
      await end(1);
      seen.push(underWay());
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 6]);
    await end(24);
    await Promise.all(all);
  }
});

test('a key has one third once its work is slow, and for a while after', async () => {
  const { ask, end, advance, underWay } = tenConnections();
  /** Returns how many are under way after ten have ended that took so long each. */
  async function afterTen(ms: number): Promise<number> {
    const all = ask('a', 30);
    for (let i = 0; i < 10; i++) {
      advance(i === 0 ? ms : 0);
      await end(1);
    }
    const found = underWay();
    await end(20);
    await Promise.all(all);
    return found;
  }
  expect(await afterTen(0)).toBe(6);
  expect(await afterTen(299)).toBe(6);
  expect(await afterTen(300)).toBe(3);
  advance(3599);
  expect(await afterTen(0)).toBe(3);
  advance(2);
  expect(await afterTen(0)).toBe(6);
});

test('a key starts no more than a third while some of its work is slow', async () => {
  const { ask, end, advance, begun, underWay } = tenConnections();
  const all = ask('a', 7);
  await end(3);
  expect(underWay()).toBe(4);
  advance(300);
  all.push(...ask('a', 5));
  expect(begun.length).toBe(7);
  await end(2);
  expect(underWay()).toBe(3);
  await end(7);
  await Promise.all(all);
});

test.each([2, 3, 4, 8])('%p slow keys have half of the connections together', async (keys) => {
  const { ask, end, advance, begun, underWay } = tenConnections();
  const names = Array.from({ length: keys }, (_, i) => `slow ${i}`);
  const first = names.flatMap((name) => ask(name, 1));
  advance(300);
  await end(keys);
  await Promise.all(first);
  const all = names.flatMap((name) => ask(name, 10));
  expect(underWay()).toBe(5);
  const quick = ask('quick', 10);
  expect(begun.at(-1)).toBe('quick');
  expect(underWay()).toBe(6);
  await end(10 * keys + 10);
  await Promise.all([...all, ...quick]);
});
