import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { root, writePart } from '../../scripts/documents.ts';
import { sleep } from '../../shared/async/clock.ts';
import { openDb } from '../../shared/db/client.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { client } from '../contract/client.ts';
import { type Platform, startPlatform } from '../rig/platform.ts';
import { type ServerName, servers } from '../rig/servers.ts';
import { type FaultyWay, proxyTo } from '../rig/toxiproxy.ts';

setDefaultTimeout(400_000);

/** The timeout of a recovery; mostly seconds, but a busy machine takes longer. */
const patienceMs = 120_000;

type Endpoint = 'event page' | 'list' | 'reserve' | 'confirm' | 'search, cached' | 'search';
type Answers = Record<Endpoint, string>;
type Row = Record<Endpoint, { said: string; ms: number }>;

const well: Answers = {
  'event page': '200',
  list: '200',
  reserve: '200',
  confirm: '200',
  'search, cached': '200',
  search: '200',
};
const withoutDatabase: Answers = { ...well, 'event page': '503', list: '503', reserve: '503', confirm: '503' };
const withoutLocks: Answers = { ...well, 'event page': '200 locks unknown', reserve: '503', confirm: '503' };
const withoutIndex: Answers = { ...well, search: '503' };

/** The response of each endpoint while a server is stopped or hung. */
const withoutServer: Record<ServerName, Answers> = {
  pg: withoutDatabase,
  redis: withoutLocks,
  kafka: well,
  connect: well,
  es: withoutIndex,
};

/** The names of the servers in the table. */
const nameOf: Record<ServerName, string> = {
  pg: 'PostgreSQL',
  redis: 'Redis',
  kafka: 'Kafka',
  connect: 'Kafka Connect',
  es: 'Elasticsearch',
};

/** Returns the rows as the table of docs/faults.md, which `WRITE_DOCS=1` writes. */
function faultsTable(rows: string[]): string {
  const head = ['fault', ...Object.keys(well), 'all well'];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows].join('\n');
}

describe('faults of the real servers, seen by the binaries', () => {
  let platform: Platform;
  let proxies: Partial<Record<ServerName, FaultyWay>>;
  let db: ReturnType<typeof openDb>;
  let event: { id: number; uuid: string; free: string[]; held: { ticket: string; user: string }[] };
  const sold = new Map<string, string>();
  const measured: string[] = [];
  /** Milliseconds of each endpoint's slowest response in this fault, the first ones included. */
  const slowest = new Map<string, number>();

  beforeAll(async () => {
    const { POSTGRES_HOST, POSTGRES_PORT, REDIS_ADDR, ELASTICSEARCH_ADDR } = process.env;
    const way = (name: string, upstream: string) => proxyTo(`${name}-${randomUUID().slice(0, 8)}`, upstream);
    const pg = await way('pg', `${POSTGRES_HOST}:${POSTGRES_PORT}`);
    const redis = await way('redis', REDIS_ADDR!);
    const es = await way('es', new URL(ELASTICSEARCH_ADDR!).host);
    proxies = { pg, redis, es };
    platform = await startPlatform({
      roles: ['events', 'booking', 'api', 'cdc'],
      env: {
        POSTGRES_HOST: pg.host,
        POSTGRES_PORT: String(pg.port),
        REDIS_ADDR: `${redis.host}:${redis.port}`,
        ELASTICSEARCH_ADDR: `http://${es.host}:${es.port}`,
      },
    });
    db = openDb(platform.config, { max: 2, deadlineMs: 10_000 });
  });
  // Seats of its own for each fault, held before it comes.
  beforeEach(async () => {
    event = await newEvent();
  });
  afterAll(async () => {
    const table = faultsTable(measured);
    console.log(`\n${table}\n`);
    if (process.env.WRITE_DOCS === '1') await writePart(join(root, 'docs', 'faults.md'), 'faults', table);
    await db?.close();
    await platform?.stop();
    for (const proxy of Object.values(proxies ?? {})) await proxy.remove();
  });

  const faulty: ServerName[] = ['pg', 'redis', 'kafka', 'connect', 'es'];

  for (const name of faulty) {
    test(`${name} stopped: its endpoints return 503, the others go on; all recover by themselves`, async () => {
      await during(`${nameOf[name]} stopped`, withoutServer[name], {
        begin: () => servers.stop(name),
        end: () => servers.start(name),
      });
    });

    test(`${name} hung: no request hangs; all recover by themselves`, async () => {
      await during(`${nameOf[name]} hung`, withoutServer[name], {
        begin: () => servers.hang(name),
        end: () => servers.wake(name),
      });
    });

    test(`${name} killed: all recover when it is back`, async () => {
      await during(`${nameOf[name]} killed`, withoutServer[name], {
        begin: () => servers.kill(name),
        // A killed server leaves files that a stop removes.
        end: async () => {
          await servers.stop(name);
          // PostgreSQL does not start while its dead parent process has not been cleared away.
          await eventually(() => servers.start(name), patienceMs);
        },
      });
    });
  }

  for (const name of ['pg', 'redis', 'es'] as const) {
    test(`${name} slow by 200 ms: every request is served`, async () => {
      await during(`${nameOf[name]} 200 ms slow`, well, {
        begin: () => proxies[name]!.slow(200),
        end: () => proxies[name]!.heal(),
      });
    });

    test(`${name}, every connection reset: as if it were away, and then all recover by themselves`, async () => {
      await during(`${nameOf[name]}, connections reset`, withoutServer[name], {
        begin: () => proxies[name]!.reset(),
        end: () => proxies[name]!.heal(),
      });
    });
  }

  for (const name of ['kafka', 'connect'] as const) {
    test(`${name} awake a tenth of the time: every request is served and every change arrives`, async () => {
      let isOver = false;
      let stumbling: Promise<void> | undefined;
      await during(`${nameOf[name]} awake 20 ms of 200`, well, {
        async begin() {
          stumbling = (async () => {
            while (!isOver) {
              await servers.hang(name);
              await sleep(180);
              await servers.wake(name);
              await sleep(20);
            }
          })();
        },
        async end() {
          isOver = true;
          await stumbling;
        },
      });
    });
  }

  test('es stopped for half a minute during 5,000 new events: all are found afterwards', async () => {
    await servers.stop('es');
    const word = `wombat${randomUUID().slice(0, 8)}`;
    for (let i = 0; i < 10; i++) {
      await db.sql`
        insert into events (name, date, venue_id)
        select ${word} || ' ' || n, now() + interval '90 days', (select min(id) from venues) from generate_series(1, 500) n`;
      await sleep(3000);
    }
    await servers.start('es');
    await found(word, 5000);
    await db.sql`delete from events where name like ${`${word}%`}`;
    await allWell();
  });

  test('the running connector’s slot dropped: the changes meanwhile are read anew, deletions too', async () => {
    const gone = await makeEvent(db.sql, { name: `bandicoot${randomUUID().slice(0, 8)}` });
    const [name] = (await db.sql`select name from events where id = ${gone.id}`).map((row) => String(row.name));
    await found(name!);
    await eventually(async () => {
      await db.sql`
        select pg_terminate_backend(active_pid) from pg_replication_slots
        where database = current_database() and active_pid is not null`;
      await db.sql`
        select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database()`;
      const [left] = await db.sql`
        select count(*)::int as n from pg_replication_slots where database = current_database()`;
      return left!.n === 0;
    });
    await db.sql`delete from events where id = ${gone.id}`;
    const word = await rename();
    await found(word);
    await found(name!, 0);
    await allWell();
  });

  test('redis restarted empty: held seats are free again, nothing is sold twice', async () => {
    const [mine] = event.held;
    await servers.empty('redis');
    await servers.start('redis');
    const api = client(platform.target());
    await eventually(async () => expect(await api.status(event.uuid, mine!.ticket)).toBe('available'));
    const other = randomUUID();
    expect((await api.reserve(mine!.ticket, other)).status).toBe(200);
    expect((await api.confirm(mine!.ticket, mine!.user)).status).toBe(409);
    expect((await api.confirm(mine!.ticket, other)).status).toBe(200);
    sold.set(mine!.ticket, other);
    await allWell();
  });

  test('es restarted empty: searches return 503 until the index is rebuilt, which needs no action', async () => {
    await servers.empty('es');
    await servers.start('es');
    await allWell();
  });

  test('kafka and connect restarted empty: the connector applied again, nothing is missing', async () => {
    await servers.empty('connect', 'kafka');
    const word = await rename();
    await servers.start('kafka', 'connect');
    await platform.connector('apply');
    await found(word);
    await allWell();
  });

  test('pg restarted empty: 503 until it is migrated; all recover with the connector, without a restart', async () => {
    const { database } = platform.config;
    await servers.empty('pg');
    await servers.start('pg');
    const admin = openDb(
      { ...platform.config, database: process.env.POSTGRES_DBNAME! },
      { max: 1, deadlineMs: 10_000 },
    );
    await admin.sql.unsafe(`create database ${database}`);
    await admin.close();
    await db.close();
    db = openDb(platform.config, { max: 2, deadlineMs: 10_000 });
    const api = client(platform.target());
    await eventually(async () => expect((await api.list()).status).toBe(503));
    await platform.run('events', 'migrate');
    await platform.run('events', 'seed');
    await platform.connector('delete');
    await platform.connector('apply');
    sold.clear();
    event = await newEvent();
    await allWell();
  });

  /** One fault: checks the responses while it lasts, and that no change is missing afterwards. */
  async function during(
    fault: string,
    expected: Answers,
    { begin, end }: { begin(): Promise<unknown>; end(): Promise<unknown> },
  ): Promise<void> {
    await warmSearch();
    slowest.clear();
    await begin();
    let word: string | undefined;
    let row: Row;
    try {
      // A request under way when the fault comes may still succeed; from then on the table holds.
      await eventually(async () => {
        await sleep(100);
        expect(statusesOf(await askAll())).toEqual(expected);
      });
      // And it stays so.
      row = await askAll();
      expect(statusesOf(row)).toEqual(expected);
      for (const [name, one] of Object.entries(row)) one.ms = slowest.get(name) ?? one.ms;
      if (expected['event page'] !== '503') word = await rename();
    } finally {
      await end();
    }
    const began = performance.now();
    if (word) await found(word);
    await allWell();
    const cells = Object.values(row).map(({ said, ms }) => `${said.replace(/ (.*)/, ' ($1)')}, ${Math.round(ms)}`);
    measured.push(`| ${fault} | ${cells.join(' | ')} | ${((performance.now() - began) / 1000).toFixed(1)} s |`);
  }

  const statusesOf = (row: Row) =>
    Object.fromEntries(Object.entries(row).map(([name, { said }]) => [name, said])) as Answers;

  /** Calls each endpoint once, each with a seat of its own. */
  async function askAll(): Promise<Row> {
    const api = client(platform.target());
    const reserved = { ticket: event.free.pop()!, user: randomUUID() };
    const bought = event.held.pop()!;
    const asked: Record<Endpoint, () => Promise<Response>> = {
      'event page': () => api.event(event.uuid),
      list: () => api.list(),
      reserve: () => api.reserve(reserved.ticket, reserved.user),
      confirm: () => api.confirm(bought.ticket, bought.user),
      'search, cached': () => api.search('?q=madison'),
      search: () => api.search(`?q=${randomUUID().slice(0, 8)}`),
    };
    const answers = await Promise.all(
      Object.entries(asked).map(async ([name, ask]) => [name, await timed(ask)] as const),
    );
    for (const [name, { ms }] of answers) slowest.set(name, Math.max(ms, slowest.get(name) ?? 0));
    const row = Object.fromEntries(answers) as Row;
    if (row.confirm.said === '200') sold.set(bought.ticket, bought.user);
    return row;
  }

  async function timed(ask: () => Promise<Response>): Promise<{ said: string; ms: number }> {
    const began = performance.now();
    const response = await ask();
    await response.text();
    const ms = performance.now() - began;
    if (response.status === 503) expect(response.headers.get('retry-after')).toBe('1');
    const unknown = response.headers.get('x-lock-status') === 'unknown' ? ' locks unknown' : '';
    return { said: `${response.status}${unknown}`, ms };
  }

  /** Every endpoint serves, a change is found, the index equals the database and every acknowledged sale is there. */
  async function allWell(): Promise<void> {
    await eventually(async () => {
      // A lock that was taken before the fault may be gone with it.
      await hold(event, 1);
      await sleep(100);
      expect(statusesOf(await askAll())).toEqual(well);
    }, patienceMs);
    await found(await rename());
    await eventually(async () => expect(await platform.run('search', 'verify')).toContain('agree'), patienceMs);
    const rows = await db.sql`
      select t.uuid, o.user_uuid from tickets t join orders o on o.id = t.order_id where t.status = 'booked'`;
    const owners = new Map(rows.map(({ uuid, user_uuid }) => [uuid, user_uuid]));
    for (const [ticket, user] of sold) expect(owners.get(ticket)).toBe(user);
  }

  async function warmSearch(): Promise<void> {
    await eventually(async () => (await client(platform.target()).search('?q=madison')).status === 200);
  }

  test('the books are right after all faults', async () => {
    expect(await platform.run('booking', 'audit')).toContain('The books are right.');
  });

  /** Writes a change; returns the word by which it can be found. */
  async function rename(): Promise<string> {
    const word = `dunnart${randomUUID().slice(0, 8)}`;
    await eventually(() => db.sql`update events set name = ${word} where id = ${event.id}`);
    return word;
  }

  const found = (word: string, times = 1) =>
    eventually(async () => {
      const answer = (await (await client(platform.target()).search(`?q=${word}`)).json()) as { total: number };
      expect(answer.total).toBe(times);
    }, patienceMs);

  async function newEvent() {
    const { id, uuid, tickets } = await makeEvent(db.sql, { seats: 1200 });
    const made = { id, uuid, free: tickets, held: [] };
    await hold(made, 300);
    return made;
  }

  async function hold(of: Omit<typeof event, 'id'>, count: number): Promise<void> {
    const api = client(platform.target());
    for (let i = 0; i < count; i++) {
      const seat = { ticket: of.free.pop()!, user: randomUUID() };
      expect((await api.reserve(seat.ticket, seat.user)).status).toBe(200);
      of.held.push(seat);
    }
  }
});
