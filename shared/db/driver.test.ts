import { afterAll, beforeAll, expect, test } from 'bun:test';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import postgres from 'postgres';
import type { PostgresConfig } from '../config/config.ts';
import { testDatabase } from '../testing/database.ts';
import { type Db, openDb } from './client.ts';

// The fixes of `patches/postgres@3.4.9.patch` for connections that end at a bad moment, until a release has them. Its
// fixes for servers that hang, are no primary or take no more connections are in `failover.test.ts` and
// `lacking.test.ts`.

let config: PostgresConfig;
let admin: Db;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ config, db: admin, drop } = await testDatabase());
  await admin.sql`create table numbers (n int)`;
});
afterAll(() => drop());

const terminate = (pid: number) => admin.sql`select pg_terminate_backend(${pid}, 5000)`;
const numbers = async () => (await admin.sql`select n from numbers order by n`).map(({ n }) => n);

/** Two of each, as a broken connection may do one more. */
async function works({ sql }: Db) {
  for (let i = 0; i < 2; i++) expect([...(await sql`select ${i}::int as n`)]).toEqual([{ n: i }]);
  for (let i = 0; i < 2; i++) expect(await sql.begin(async (tx) => (await tx`select 1 as n`)[0]!.n)).toBe(1);
}

// github.com/porsager/postgres/issues/1181
test('after a read that failed among its rows, the next one has its own rows, from the first', async () => {
  const db = openDb(config, { max: 1 });
  const failed = db.sql`select 1 / (3 - n) from generate_series(1, 5) n`.then(
    () => 'read',
    (error: Error) => error.message,
  );
  const next = db.sql<{ n: number }[]>`select n from generate_series(1, 2) n`;
  expect(await failed).toBe('division by zero');
  expect([...(await next)].map((row) => row?.n)).toEqual([1, 2]);
  await db.close();
});

// github.com/porsager/postgres/issues/1209: it ended the process.
test('a transaction whose connection ends in the middle of a statement fails, and the next ones work', async () => {
  const db = openDb(config, { max: 1 });
  const failed = db.sql.begin(async (tx) => {
    const [{ pid } = { pid: 0 }] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await tx`insert into numbers values (1)`;
    await Promise.all([tx`select pg_sleep(10)`, terminate(pid)]);
  });
  await expect(failed).rejects.toThrow('CONNECTION_CLOSED');
  await works(db);
  expect(await numbers()).toEqual([]);
  await db.close();
});

// github.com/porsager/postgres/issues/1216
test('a transaction whose connection ends between statements writes nothing more, not on another connection either', async () => {
  const db = openDb(config, { max: 1 });
  const late = Promise.withResolvers<unknown>();
  const failed = db.sql.begin(async (tx) => {
    const [{ pid } = { pid: 0 }] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await tx`insert into numbers values (1)`;
    await terminate(pid);
    // Meanwhile another transaction gets its former connection.
    await db.sql.begin((other) => other`insert into numbers values (2)`).catch(() => {});
    tx`insert into numbers values (3)`.then(late.resolve, late.reject);
  });
  await expect(failed).rejects.toThrow('CONNECTION_CLOSED');
  await expect(late.promise).rejects.toThrow('CONNECTION_CLOSED');
  await works(db);
  expect(await numbers()).not.toContain(1);
  expect(await numbers()).not.toContain(3);
  await db.close();
});

// github.com/porsager/postgres/pull/1215
test('a transaction whose connection is reset fails, and the next ones work', async () => {
  const { db, clients, close } = await throughProxy();
  const failed = db.sql.begin(async (tx) => {
    await tx`select 1`;
    const sleeping = tx`select pg_sleep(10)`.execute();
    clients.forEach((client) => void client.resetAndDestroy());
    await sleeping;
  });
  await expect(failed).rejects.toThrow();
  await works(db);
  await close();
});

// github.com/porsager/postgres/issues/1192: it ended the process.
test('a connection that can’t learn the types is opened anew', async () => {
  const { db, close } = await throughProxy(refuseTypesOnce((client) => client.write(statementTimeout)));
  const read = () => db.sql<{ n: number[] }[]>`select array[1, 2] as n`;
  await expect(read()).rejects.toThrow('statement timeout');
  await read().catch(() => {});
  expect([...(await read())]).toEqual([{ n: [1, 2] }]);
  await works(db);
  await close();
});

// github.com/porsager/postgres/issues/1223
test('a connection that ends while it learns the types is opened anew, and its first query succeeds', async () => {
  const { db, close } = await throughProxy(refuseTypesOnce((client) => client.end(statementTimeout.subarray(0, -6))));
  expect([...(await db.sql`select array[1, 2] as n`)]).toEqual([{ n: [1, 2] }]);
  await works(db);
  await close();
});

// Otherwise it was tried thousands of times a second, and the first caller waited for ever.
test('an address that accepts connections and ends them at once is tried again with pauses, and fails', async () => {
  let came = 0;
  const closing = createServer((client) => {
    came++;
    client.once('data', () => client.end());
  });
  await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
  const { port } = closing.address() as { port: number };
  const db = openDb({ ...config, host: '127.0.0.1', port }, { max: 1, deadlineMs: 1000 });
  await expect(db.sql`select 1`.execute()).rejects.toThrow('CONNECTION_CLOSED');
  expect(came).toBeLessThan(20);
  await db.close();
  closing.close();
});

// Otherwise statements of other callers seemed to succeed, in a transaction that was never committed.
test('a transaction has a connection of its own, also behind a full pipeline of queries', async () => {
  const db = openDb(config, { max: 2 });
  const { sql } = db;
  await Promise.all([sql`select pg_sleep(0.1)`, sql`select pg_sleep(0.1)`]);
  // 100 behind the one that is under way (max_pipeline), on each.
  const before = Array.from({ length: 200 }, () => sql`select pg_sleep(0)`.execute());
  const told = sql.begin(async (tx) => {
    await tx`insert into numbers values (100)`;
    return sql`insert into numbers values (101)`;
  });
  await Promise.all([...before, told, sql`insert into numbers values (102)`]);
  expect((await numbers()).filter((n) => n >= 100)).toEqual([100, 101, 102]);
  await works(db);
  await db.close();
});

// github.com/porsager/postgres/pull/1207
test('a transaction has a connection of its own, also when its socket has room again', async () => {
  let socket: Socket | undefined;
  const { host, port, user, password, database } = config;
  const connected = async () => {
    socket = connect(port, host);
    await once(socket, 'connect');
    return socket;
  };
  const sql = postgres({ user, password, database, max: 1, socket: connected } as postgres.Options<never>);
  let other: Promise<unknown> | undefined;
  const failed = sql.begin(async (tx) => {
    await tx`select 1`;
    other = sql`insert into numbers values (200)`.execute();
    socket!.emit('drain');
    await tx`select 1`;
    throw new Error('on purpose');
  });
  await expect(failed).rejects.toThrow('on purpose');
  await other;
  expect(await numbers()).toContain(200);
  await sql.end();
});

type Answer = (data: Buffer | string, client: Socket) => boolean;

/** The first query about types gets the response of `refuse`. */
function refuseTypesOnce(refuse: (client: Socket) => void): Answer {
  let refused = false;
  return (data, client) => {
    if (refused || !data.includes('pg_catalog.pg_type')) return false;
    refused = true;
    refuse(client);
    return true;
  };
}

/** One connection through a proxy that forwards messages to the server, unless `answer` has handled them. */
async function throughProxy(answer: Answer = () => false) {
  const clients: Socket[] = [];
  const proxy = createServer((client) => {
    clients.push(client);
    const server = connect(config.port, config.host);
    client.on('data', (data) => void (answer(data, client) || server.write(data)));
    server.on('data', (data) => client.write(data));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as { port: number };
  const db = openDb({ ...config, host: '127.0.0.1', port }, { max: 1 });
  return {
    db,
    clients,
    close: async () => {
      await db.close();
      proxy.close();
    },
  };
}

/** An error, and that the server is ready (postgresql.org/docs/17/protocol-message-formats.html). */
const fields = 'SERROR\0VERROR\0C57014\0Mcanceling statement due to statement timeout\0\0';
const statementTimeout = Buffer.concat([
  Buffer.from('E'),
  Buffer.from(Uint32Array.of(fields.length + 4).buffer).reverse(),
  Buffer.from(`${fields}Z\0\0\0\x05I`, 'latin1'),
]);
